"""An archive: the events of all jobs of an orchestrator, in a file a day, and an index beside them.

    archive/
      2026-11-26.jsonl.gz  2026-11-27.jsonl   the lines, each with its job: a day's file is a recording
      index.sqlite3        where each job's lines stand, how each node fared, where following goes on
      lock  origin         who writes it, whose jobs it has

The files are the truth: what they hold counts as written, and the index can be made anew from them.

opening      opens an archive for writing, one process at a time
writer       Archive: append, commit, checkpoint
reader       ArchiveReader: jobs and their lines; while another process writes
history      how nodes fared, by the index
place        the directory: its lock, and the orchestrator that it is of
days         day files, which only grow by whole lines
spans, lines where lines stand, and how those of one job are read alone
database     the index's file and tables
index        what the index learns from lines
recovery     reads what a crash left between files and index, or everything
runs         a node's runs, packed
folding      packs the runs of jobs that are done
compressing, pruning, upkeep   the daily work
"""

from orch_events.archive.history import HistoryQuery
from orch_events.archive.opening import open_archive, reindex
from orch_events.archive.reader import ArchiveReader, open_to_look
from orch_events.archive.writer import Archive, Checkpoint

__all__ = ["Archive", "ArchiveReader", "Checkpoint", "HistoryQuery", "open_archive", "open_to_look", "reindex"]
