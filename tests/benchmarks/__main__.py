"""The benchmark's command: `python -m tests.benchmarks [--rounds N] [WORD ...]`.

It makes its data, starts its servers, runs us and the alternative in turn, and prints one table, as Markdown. WORDs
choose the rows that have one of them in their names.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import trustme

from tests.benchmarks import archives, estate, live
from tests.benchmarks.measure import Row
from tests.benchmarks.works import Site, Work, works

_HEAD = (
    "| work | against | ratio | of processor time | goal | ours / that | peak memory |\n|---|---|---|---|---|---|---|"
)


@click.command()
@click.option("--rounds", default=5, show_default=True, help="How often each pair is run.")
@click.argument("words", nargs=-1)
def main(rounds: int, words: tuple[str, ...]) -> None:
    """Print how fast it is."""
    os.environ["PAGER"] = "cat"  # nobody is there to leave another one
    with TemporaryDirectory() as directory, ExitStack() as stack:
        print(_machine(), _HEAD, sep="\n\n", flush=True)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(f"{directory}/ca.pem")
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(f"{directory}/server.pem")
        url = stack.enter_context(_server(directory))
        tls_url = stack.enter_context(_server(directory, f"{directory}/server.pem"))
        rows = _rows(list(works(Site(Path(directory), url, tls_url, f"{directory}/ca.pem"))), rounds, words)
        missed = [row.name for row in rows if not _shown(row).reached]
    print("", f"Goals missed: {', '.join(missed) or 'none'}.", sep="\n")


def _rows(all_works: list[Work], rounds: int, words: tuple[str, ...]) -> Iterator[Row]:
    for work in all_works:
        missing = [tool for tool in work.tools if shutil.which(tool) is None]
        if missing and _wanted(work.name, words):
            print(f"| {work.name} | not measured: no {', '.join(missing)} here | | | | | |", flush=True)
        elif _wanted(work.name, words):
            yield work.measure(rounds)
    for name, read in (*live.readings(), *estate.readings(), *archives.readings()):
        if _wanted(name, words):
            yield from read()


def _wanted(name: str, words: tuple[str, ...]) -> bool:
    return not words or any(word in name for word in words)


def _shown(row: Row) -> Row:
    goal = f"{row.goal:g}" if row.goal is not None else ""
    mark = "" if row.reached else " (missed)"
    cpu = f"{row.cpu:.3g}" if row.cpu is not None else ""
    cells = [row.name, row.against, f"{row.ratio:.3g}{mark}", cpu, goal, row.values, row.peaks]
    print(f"| {' | '.join(cells)} |", flush=True)
    return row


@contextmanager
def _server(*arguments: str) -> Iterator[str]:
    """Start the static server; yield its URL."""
    words = [sys.executable, "-m", "tests.benchmarks.server", *arguments]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def _machine() -> str:
    """Describe the machine, as far as it matters."""
    info = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    tools = [subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout.split("(")[0]
             for tool in ("curl", "jq") if shutil.which(tool)]  # fmt: skip
    python = f"{platform.python_implementation()} {platform.python_version()}"
    cores = f"{os.cpu_count()} cores ({models[0] if models else platform.machine()})"
    return ", ".join([platform.system(), cores, python, *(tool.strip() for tool in tools)])


if __name__ == "__main__":
    main()
