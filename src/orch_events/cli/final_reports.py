"""What `follow` reports when it ends, however it ends: the files of --report, and annotations for GitHub Actions.

Workflow commands go to stderr: stdout has data alone, and GitHub reads both.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from orch_events.analysis.excerpt import Room
from orch_events.analysis.job_report import JobReport
from orch_events.analysis.output import NodeOutput, OutputCollector
from orch_events.analysis.part import Part
from orch_events.cli.app import App
from orch_events.cli.options.groups import ReportFile, ReportFileOptions
from orch_events.cli.report_files import write_report_file
from orch_events.errors import LocalFileError
from orch_events.job.plan import PlanState, run_key
from orch_events.job.state import JobState
from orch_events.library.followed import FollowedJobs
from orch_events.library.jobs import DEMO, OpenJob
from orch_events.render.reports.annotations import annotations, group_begin, group_end
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.event import Event
from orch_events.wire.job_key import spoken


def _with_outputs(files: Sequence[ReportFile]) -> bool:
    from orch_events.cli.report_formats import WITH_OUTPUTS  # what draws is imported only where there are reports

    return any(file.format in WITH_OUTPUTS for file in files)


class FinalReports:
    """Keeps what reports need beside the states of the jobs, and writes them at the end.

    Args:
        app: the environment, and stderr.
        options: which reports there are.
        followed: the jobs.
        why_left: returns why a job is no longer followed, if it is not over; "" if nothing is known.

    Attributes:
        written: the path of each report that was written, by its format.
    """

    def __init__(
        self, app: App, options: ReportFileOptions, followed: FollowedJobs, why_left: Callable[[str], str]
    ) -> None:
        self.written: dict[str, str] = {}
        self._app = app
        self._files = options.files
        self._annotates = any(options) and bool(app.environ.get("GITHUB_ACTIONS"))
        self._followed = followed
        self._why_left = why_left
        self._with_outputs = bool(options.files) and _with_outputs(options.files)
        self._room = Room()
        self._collectors: dict[str, OutputCollector] = {}

    @contextmanager
    def around_log(self) -> Iterator[None]:
        """Fold the log in GitHub's view, and see that nothing in it is taken for a command."""
        if not self._annotates:
            yield
            return
        from secrets import token_hex

        token, title = token_hex(), ", ".join(spoken(job.number) for job in self._followed.named)
        self._app.stderr.show(group_begin(title, token))
        try:
            yield
        finally:
            self._app.stderr.show(group_end(token))

    def note(self, job: str, events: Sequence[Event]) -> None:
        """Keep what failed nodes of a job printed, if a report is to have it."""
        if self._with_outputs:
            if job not in self._collectors:
                self._collectors[job] = OutputCollector(failed=True, room=self._room)
            self._collectors[job].events(events)

    def jobs(self) -> list[JobReport]:
        """Return what is known of each job that was named."""
        self._followed.adopt()
        return [self._report(job) for job in self._followed.named]

    def write(self, status: int) -> int:
        """Write the reports and the annotations; return the exit status: 8 in place of 0, if one can't be written."""
        if not self._files and not self._annotates:
            return status
        reports = self.jobs()
        written = [self._write(file, reports) for file in self._files]
        if self._annotates:
            self._app.stderr.show("".join(f"{line}\n" for line in annotations(reports)))
        return status if all(written) else status or LocalFileError.exit_status

    def _write(self, file: ReportFile, reports: Sequence[JobReport]) -> bool:
        try:
            write_report_file(file, reports, self._app.environ)
        except LocalFileError as error:
            self._app.stderr.error(error)
            return False
        self.written[file.format] = file.path
        partial = " (partial)" * any(report.partial for report in reports)
        self._app.stderr.note(f"{file.format} report{partial}: {escape_control(file.path)}")
        return True

    def _report(self, job: OpenJob) -> JobReport:
        state, server = self._followed.by_job[job.number].state, DEMO if job.origin == DEMO else ""
        return JobReport.from_state(state, why=self._why_left(state.job), outputs=self._outputs(state), server=server)

    def _outputs(self, state: JobState) -> dict[str, NodeOutput]:
        """Return what failed nodes of a job or a plan printed, by their keys among its runs."""
        if isinstance(state, PlanState):
            found = ((job.job, self._outputs(job)) for job in state.jobs)
            return {run_key(job, name): one for job, outputs in found for name, one in outputs.items()}
        collector = self._collectors.get(state.job)
        return collector.by_key(Part.from_state(state)) if collector else {}
