_orch_events_completion() {
    local line kind value wide=0 i
    local -a values=() helps=()
    COMPREPLY=()
    while IFS= read -r line; do
        kind=${line%%,*} line=${line#*,} value=${line%%$'\t'*}
        case $kind in
            file) compopt -o default; return ;;
            plain) values+=("$value") helps+=("${line#"$value"}") ;;
        esac
        ((${#value} > wide)) && wide=${#value}
    done <<< "$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" _ORCH_EVENTS_COMPLETE=bash_complete "$1" 2> /dev/null)"

    # Where a colon ends a word for bash, it replaces only what stands behind it.
    local before=${COMP_LINE:0:COMP_POINT}
    before=${before##* }
    [[ $before == *:* && $COMP_WORDBREAKS == *:* ]] && before=${before%:*}: || before=

    for i in "${!values[@]}"; do
        value=${values[i]#"$before"}
        # What is shown beside a candidate must not be there when it is inserted: alone, or by menu-complete (37, 42).
        if [[ -n ${helps[i]} && ${#values[@]} -gt 1 && $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
            printf -v value '%-*s  (%s)' "$wide" "$value" "${helps[i]#$'\t'}"
            value=${value:0:${COLUMNS:-80}-1}
        fi
        COMPREPLY+=("$value")
    done
}

complete -o nosort -F _orch_events_completion orch-events 2> /dev/null || complete -F _orch_events_completion orch-events
