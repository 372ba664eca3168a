"""The charts of a program's report."""

from collections.abc import Callable, Mapping

from services.matching.api.bar_chart import Bar, Chart
from services.matching.domain.enrollment import Role
from services.matching.domain.people_by_value import Group, Kind
from services.matching.domain.program_report import MANY_SEATS, Report, Stage

_STAGES = {
    Stage.ENROLLED: "Enrolled",
    Stage.APPROVED: "Approved",
    Stage.REQUESTED: "Asked, or were asked",
    Stage.MATCHED: "Matched",
    Stage.FIRST_SESSION: "First session within 14 days",
    Stage.MET: "Ever met",
    Stage.COMPLETED: "Completed",
}


def _funnel(report: Report) -> Chart:
    bars = tuple(Bar(_STAGES[step.stage], (step.mentees, step.mentors)) for step in report.funnel)
    return Chart("How far people came", ("Mentees", "Mentors"), bars)


def _load(report: Report) -> Chart:
    bars = tuple(
        Bar(f"{seats.seats}{' or more' if seats.seats == MANY_SEATS else ''} seats", (seats.used, seats.free))
        for seats in report.mentor_load.by_seats
    )
    return Chart("Mentors by their seats", ("with so many used", "with so many free"), bars)


def _scores(report: Report) -> Chart:
    bars = tuple(Bar(f"{bucket.least:.2f} to {bucket.most:.2f}", (bucket.pairs,)) for bucket in report.scores)
    return Chart("Pairs by score", ("Pairs",), bars)


def _unmatched(report: Report) -> Chart:
    bars = tuple(
        Bar(_of(excluded.role, excluded.reason.replace("_", " ")), (excluded.people,)) for excluded in report.unmatched
    )
    return Chart("People without a partner, by the first rule that left nobody", ("People",), bars)


def _fairness(report: Report) -> Chart:
    if report.by is None:
        tenths = tuple(Bar(_tenth(each.decile), (each.mean_score,)) for each in report.deciles)
        return Chart("Mean score by tenth of the pairs", ("Mean score",), tenths, shares=True)
    bars = tuple(Bar(_of(group.role, _named(group)), (group.share, group.mean_score)) for group in report.groups)
    return Chart(
        f"Who has a partner, and how well they fit, by {report.by.value.replace('_', ' ')}",
        ("Share with a partner", "Mean score"),
        bars,
        shares=True,
    )


def _dropped_out(report: Report) -> Chart:
    bars = tuple(
        Bar("all rarer reasons" if each.reason is None else each.reason.replace("_", " "), (each.pairs,))
        for each in report.outcomes.dropped_out
    )
    return Chart("Pairs that ended early, by reason", ("Pairs",), bars)


def _tenth(decile: int) -> str:
    return {1: "The worst tenth", 10: "The best tenth"}.get(decile, f"Tenth {decile}")


def _named(group: Group) -> str:
    """What the people of a row are called."""
    if group.kind is Kind.VALUE:
        return group.value or ""
    return "not told" if group.kind is Kind.UNKNOWN else "all others"


def _of(role: Role, what: str) -> str:
    """The role comes first, as the end of a long label is cut off."""
    return f"{role.value.title()}s, {what}"


CHARTS: Mapping[str, Callable[[Report], Chart]] = {
    "funnel": _funnel,
    "load": _load,
    "scores": _scores,
    "unmatched": _unmatched,
    "fairness": _fairness,
    "dropped_out": _dropped_out,
}
