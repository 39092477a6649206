"""Sentences without what differs from node to node."""

import re
from collections.abc import Iterable
from time import process_time

from hypothesis import example, given
from hypothesis import strategies as st

from orch_events.analysis.causes import Causes
from tests.table import each

NAMES = ("web-01.example.com", "web-02.example.com", "DB7", "db")
CAUSES = Causes(NAMES)


@each(
    ("text", "pattern"),
    [
        ("", ""),
        ("exited with 127", "exited with <number>"),
        ("1.5 GB of 10", "<number> GB of <number>"),
        ("x86_64 at 0x1f", "x<number>_<number> at <number>"),
        ("hash 5bd6f2aa1 of {md5}d41d8cd98f00b204e9800998ecf8427e", "hash <number> of {md<number>}<number>"),
        ("report 123e4567-e89b-12d3-a456-426614174000.", "report <id>."),
        ("on web-01.example.com: no", "on <node>: no"),
        ("on db7, DB, dbs", "on <node>, <node>, dbs"),
        ("from pe.prod.example.net.", "from <node>."),
        ("nginx.service, java.lang.NullPointerException", "nginx.service, java.lang.NullPointerException"),
        ("root@web-02.example.com:22, root@web-02.example.com:40022", "root@<node>:22, root@<node>:<number>"),
        ("File[/etc/motd] and/or ~/x, ./y, a/b.pp", "File[<path>] and/or <path>, .<path>, <path>"),
        ("(file: /etc/a b/c.pp:12, line: 3)", "(file: <path> <path>:<number>, line: <number>)"),
        ("C:\\ProgramData\\x.log: no such file", "<path>: no such file"),
        ("GET https://10.2.3.4:8140/puppet/v3?x=1: refused", "GET <url>: refused"),
        ("puppet:///modules/x/y.conf.", "<url>."),
        ("bind() to 0.0.0.0:80, 0.0.0.0:54321", "bind() to <address>:80, <address>:<number>"),
        ("Port: 443 or port 8080, port=60000 (pid 80)", "Port: 443 or port 8080, port=<number> (pid <number>)"),
        ("db:5432 and a.pp:12 and port 80.5", "<node>:5432 and a.pp:<number> and port <number>"),
        ("fe80::1 and aa:bb:cc:00:11:22 and 10.0.0.0/8", "<address> and <address> and <address>"),
        ("Class[Add::Bad] 1.2.3.4-5", "Class[Add::Bad] <number>-<number>"),
        ("at 2016-05-05T19:50:08Z, 2016-05-05 19:50:08.123 +0200", "at <time>, <time>"),
        ("19:50:08 after 1m30s or 500ms", "<time> after <time> or <time>"),
        (
            "class 'a b' in \"c\", `d`, \u2018e\u2019 and \u201cf\u201d",
            "class '<value>' in \"<value>\", `<value>`, \u2018<value>\u2019 and \u201c<value>\u201d",
        ),
        ("can't open \"it\"; the nodes' can't", "can't open \"<value>\"; the nodes' can't"),
        ("can't do it; the nodes' names", "can't do it; the nodes' names"),
        ("ensure => 'x' => web-01.example.com", "ensure => '<value>' => <node>"),
        ("a\n  b\tc ", "a b c"),
        ("<node> is <number>", "<node> is <number>"),
        ("[bold] <red>5</red>", "[bold] <red><number></red>"),
    ],
)
def test_what_differs_from_node_to_node_stands_as_what_it_is(text: str, pattern: str) -> None:
    assert CAUSES.pattern(text) == pattern


PIECES = st.one_of(
    st.sampled_from(
        [*NAMES, "a", "can't", "x.y.zz", "<node>", "<value>", "<", ">", "=>", "->", "'", '"', "`", "\u2019", "\u201c",
         "\u201d", "/", "//", "://", "http", "port ", "\\", "./", ".", "-", ":", "::", ",", "(", ")", "[", "]", " ",
         "5", "42", "0x", "abcdef1", "10:20", "1.2.3.4", "fe80::1", "3s", "2016-05-05", "Z", "T", "+", "@", "_", "é",
         "٣"]
    ),
    st.text(max_size=3),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@given(TEXTS, st.sets(st.sampled_from([*NAMES, "a", "node", "value", "number", "http", "e", "x.y.zz"])))
@example('x "a \'q"z\' w" y', frozenset())
@example("'a5'6b' c", frozenset())
@example("5'6'", frozenset())
@example("5a://x", frozenset())
@example("'/\u2019'", frozenset())
@example("''web-01.example.com'", frozenset())
@example("'x /a/'b'", frozenset())
@example("'a'/b c'", frozenset())
@example("'a'::1 c'", frozenset())
def test_the_pattern_of_a_pattern_is_itself(text: str, names: Iterable[str]) -> None:
    causes = Causes(names)
    assert causes.pattern(causes.pattern(text)) == causes.pattern(text)


NUMBERS = st.integers(0, 10**12).map(str) | st.floats(0, 1e6).map(lambda number: f"{number:.2f}")
NODES = st.sampled_from([*NAMES, "other.example.com", "ip-10-0-0-1.eu-west-1.compute.internal"])
IDS = st.uuids().map(str)
HASHES = st.text("0123456789abcdef", min_size=40, max_size=40)
PATHS = st.lists(st.text("abcXYZ019._-", min_size=1, max_size=6), min_size=1, max_size=4).map(
    lambda parts: "/" + "/".join(f"{part}x" for part in parts)
)
URLS = st.builds("https://{}{}".format, NODES, PATHS)
ADDRESSES = st.ip_addresses(v=4).map(str)
TIMES = st.datetimes().map(lambda at: at.replace(microsecond=0, year=2016).isoformat() + "Z")
VALUES = st.text("abc xyz019/.:<>", max_size=9).map(lambda value: f"'{value}'")
AROUND = st.text("abcdefgh ijk:,.()[]", max_size=20)


@given(AROUND, st.sampled_from([NUMBERS, NODES, IDS, HASHES, PATHS, URLS, ADDRESSES, TIMES, VALUES]), AROUND, st.data())
def test_another_name_number_or_path_leaves_the_pattern_as_it_is(
    before: str, kind: st.SearchStrategy[str], after: str, data: st.DataObject
) -> None:
    one, other = (CAUSES.pattern(f"{before} {data.draw(kind)} {after}") for _ in range(2))
    assert one == other


@given(TEXTS)
def test_no_digit_is_left_in_a_pattern_but_for_a_port(text: str) -> None:
    allowed = r"(['\"`\u2018\u201c])<value>|<(?:node|address)>:\d{1,5}|port \d{1,5}"
    assert not re.search(r"\d", re.sub(allowed, "", CAUSES.pattern(text)))


@each(
    "piece",
    ["'", "'a", "a'", '"\'', ">'<", "->'<", "=>'", "a.", "a/", "/", "-", "1", "1s", "1:", "a:", ":", "1.", "abcdef",
     "a1", "0x", "<", "é'", "http:", "a+", " '", "\\", "1-", "aa:"],
)  # fmt: skip
def test_a_long_text_takes_a_number_of_steps_that_grows_as_it_does(piece: str) -> None:
    """Python's own `re` counts no steps, so the text is so long that anything but linear would take minutes."""
    begin = process_time()
    assert CAUSES.pattern(piece * (30_000 // len(piece)) + "!").endswith("!")
    assert process_time() - begin < 3
