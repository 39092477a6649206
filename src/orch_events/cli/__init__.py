"""The command line. Arguments in; output on stdout, messages on stderr, and an exit status out.

options/ parses the arguments into values, a command passes them on, and the modules here give them to the library:
job_sources opens the jobs, session sends their events through the chain of renderers, loading and reports do the rest.

commands/       a module for each command
options/        the options: definitions, types, and the values that commands get
help/           --help, help topics, and usage errors
doctor/         the checks of `doctor`
main            the group of commands; turns every end into an exit status
app             App: streams, environment, platform, clock and signals, made once and passed down
connection      opens the configured server, or the built-in simulator
job_sources     opens the jobs that were named: on a server, or in a recording
loading         reads such a job to report on
session         FollowSession: shows and keeps events, for `list` and `follow`
endings         tells how each job ended or was left, and collects the exit status
fail_fast       when --fail-fast is reached
resume_points   how far each job was shown, and the command that resumes it there
renderers       builds the chain of renderers
persisting      the links of the chain that save events: recording and checkpoint
record_file     the file of --record
reports         what the commands that print reports share
final_reports   what `follow` reports when it ends: the files of --report, annotations for GitHub Actions
afterwards      the command of --exec and the bell, when all else is done
report_files    these files: that they can be written is found out at the beginning
report_formats  the writers of reports that others read, by the names of their formats
pager           pages what is longer than the terminal, through $PAGER
stderr          Stderr: errors, warnings, notes
shell_command   the commands suggested to the user
job_completion  completes JOB in a shell, with a cache
signals         SIGINT, SIGTERM and SIGHUP
exit_status     what each exit status means
process         patches of httpx, and leaving quickly: for the command, not for the library
"""
