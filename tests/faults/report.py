"""The report of a long run: `report.md`, for people, and `timeline.svg`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from tests.faults.timeline import timeline
from tests.faults.told import Told


def write_report(told: Told, folder: Path) -> None:
    """Both files, in a folder that is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "timeline.svg").write_text(timeline(told))
    (folder / "report.md").write_text("\n".join(_lines(told)) + "\n")


def _lines(told: Told) -> Iterator[str]:
    yield f"# {_verdict(told)}"
    yield ""
    yield f"`make faults MINUTES={told.minutes:g} SEED={told.seed}`, {told.seconds:.0f} s in all."
    yield ""
    yield "![What went wrong when, and what flowed](timeline.svg)"
    yield from ("", "## Violations", "")
    yield from (f"- {each}" for each in told.violations) if told.violations else iter(["None."])
    yield from ("", "## Recovery", "", "Seconds until a record published then has had its effect in every service.", "")
    yield from ("| fault | times | median | worst | the worst was |", "| --- | ---: | ---: | ---: | --- |")
    for each in told.recoveries():
        worst = f"{each.worst_of}"
        yield f"| {each.kind.value} | {each.count} | {each.median:.1f} | {each.worst:.1f} | {worst} |"
    if told.after_kills:
        yield from _after_kills(told)
    yield from ("", "## Faults by kind and target", "", "| fault | times |", "| --- | ---: |")
    counted = Counter((each.fault.kind.value, each.fault.target) for each in told.happened if each.went_wrong)
    yield from (f"| {kind}: {target} | {count} |" for (kind, target), count in sorted(counted.items()))
    yield from _table("Writes acknowledged", "write", told.acknowledged)
    yield from _table("What clients met", "answer", told.met)
    yield from _table("Messages on the log", "topic", told.on_log)
    yield from _table("Messages handled", "service", told.handled)
    yield from ("", "## Notes", "")
    yield from (f"- {each}" for each in told.notes) if told.notes else iter(["None."])
    yield from ("", "## In order", "", "| at | fault | lasted | all flowed after | what came last |")
    yield "| ---: | --- | ---: | ---: | --- |"
    for one in told.happened:
        recovered = f"{one.recovered:.1f} s" if one.recovered is not None else one.remark
        yield f"| {one.begun:.0f} s | {one.fault} | {one.ended - one.begun:.1f} s | {recovered} | {one.last} |"


def _after_kills(told: Told) -> Iterator[str]:
    yield from ("", "## After a kill", "", "Seconds until all flowed again, and how the p95 of what the other services")
    yield "were asked meanwhile compares with that of the calm before it (median of all kills of the process)."
    yield from ("", "| killed | times | median | worst | others' p95 |", "| --- | ---: | ---: | ---: | ---: |")
    for each in told.after_kills:
        ratio = "too few answers" if each.ratio is None else f"{each.ratio:.2f}"
        times = f"{median(each.recovered):.1f} | {max(each.recovered):.1f}"
        yield f"| {each.process} | {len(each.recovered)} | {times} | {ratio} |"


def _verdict(told: Told) -> str:
    faults = sum(each.went_wrong for each in told.happened)
    found = f"{len(told.violations)} violations" if told.violations else "nothing lost, nothing twice, all in order"
    return f"{faults} faults in {told.minutes:g} minutes: {found}"


def _table(title: str, of: str, rows: Mapping[str, int]) -> Iterator[str]:
    yield from ("", f"## {title}", "", f"| {of} | count |", "| --- | ---: |")
    yield from (f"| {name} | {count:,} |" for name, count in rows.items())
