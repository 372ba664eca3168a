"""A program's report as one table, for spreadsheets: a section for each part, a row for each number."""

from collections.abc import Iterator, Sequence

from services.matching.domain.program_report import Report
from shared.web.csv_download import Cell

COLUMNS = ("section", "role", "kind", "value", "count", "share", "mean_score")

_NUMBERS = (
    "completed",
    "sessions_held",
    "sessions_agreed",
    "goals_achieved",
    "goals_dropped",
    "goals_open",
    "rated_pairs",
)
_MEANS = ("rating_before", "rating_end")
_SHARES = ("completed_share", "sessions_share", "first_session_in_time_share", "goals_achieved_share")


def rows(report: Report) -> Iterator[Sequence[Cell]]:
    """All of it; a cell that does not apply is empty."""
    for step in report.funnel:
        for role, people in (("mentee", step.mentees), ("mentor", step.mentors)):
            yield ("funnel", role, None, step.stage.value, people, None, None)
    for name in ("mentors", "paused", "seats", "used", "free", "full"):
        yield ("load", "mentor", None, name, getattr(report.mentor_load, name), None, None)
    for seats in report.mentor_load.by_seats:
        yield ("mentors_by_used_seats", "mentor", None, str(seats.seats), seats.used, None, None)
        yield ("mentors_by_free_seats", "mentor", None, str(seats.seats), seats.free, None, None)
    yield from _outcomes(report)
    for excluded in report.unmatched:
        yield ("unmatched", excluded.role.value, None, excluded.reason, excluded.people, None, None)
    for bucket in report.scores:
        yield ("scores", None, None, f"{bucket.least:.2f}", bucket.pairs, None, None)
    for tenth in report.deciles:
        yield ("deciles", None, None, str(tenth.decile), tenth.pairs, None, _number(tenth.mean_score))
    for group in report.groups:
        share, mean = _number(group.share), _number(group.mean_score)
        yield ("fairness", group.role.value, group.kind.value, group.value, group.people, share, mean)


def _outcomes(report: Report) -> Iterator[Sequence[Cell]]:
    for answering in report.response_bands:
        kind = None if answering.band else "other"
        yield ("response_bands", "mentor", kind, answering.band, answering.mentors, None, None)
    for name in _NUMBERS:
        yield ("outcomes", None, None, name, getattr(report.outcomes, name), None, None)
    median = report.outcomes.first_session_median_days
    yield ("outcomes", None, None, "first_session_median_days", None if median is None else f"{median:.1f}", None, None)
    for name in _MEANS:
        yield ("outcomes", None, None, name, _number(getattr(report.outcomes, name)), None, None)
    for name in _SHARES:
        yield ("outcomes", None, None, name, None, _number(getattr(report.outcomes, name)), None)
    for each in report.outcomes.dropped_out:
        yield ("dropped_out", None, None if each.reason else "other", each.reason, each.pairs, None, None)


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"
