"""The report of a long run says what happened, and its picture can be read."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.faults.plan import Fault, Kind
from tests.faults.report import write_report
from tests.faults.told import Happened, Told

HAPPENED = (
    Happened(Fault(Kind.NOTHING, "all", 0.0, 1.0), 1.0, 1.0, 0.5),
    Happened(Fault(Kind.KILL, "events-web-1", 0.0, 1.0), 3.0, 3.0, 4.0),
    Happened(Fault(Kind.KILL, "events-web-1", 0.0, 1.0), 9.0, 9.0, 6.0),
    Happened(Fault(Kind.SILENT, "broker", 5.0, 1.0), 20.0, 25.0, 2.5),
    Happened(Fault(Kind.STORM, "events", 8.0, 1.0), 30.0, 38.0, 1.0),
    Happened(Fault(Kind.DISK_FULL, "database", 5.0, 1.0), 40.0, 40.0, None, "not possible here"),
)


def told(*violations: str) -> Told:
    return Told(
        seed=5,
        minutes=1.0,
        seconds=100.0,
        happened=HAPPENED,
        processes=("events-web-1", "events-worker-1"),
        acknowledged={"requests made": 12},
        met={"503": 4},
        on_log={"members.v1": 2000},
        handled={"events": 30},
        notes=("a note",),
        length_of_log=((0.0, 0), (10.0, 500), (50.0, 2000)),
        violations=violations,
    )


def test_recovery_is_summed_up_by_kind(tmp_path: Path) -> None:
    write_report(told(), tmp_path)
    report = (tmp_path / "report.md").read_text()
    assert "# 4 faults in 1 minutes: nothing lost, nothing twice, all in order" in report
    assert "| process killed | 2 | 5.0 | 6.0 | process killed: events-web-1 |" in report
    assert "| disk of the database full" not in report.partition("## In order")[0]
    assert "| process killed: events-web-1 | 2 |" in report
    assert "| requests made | 12 |" in report
    assert "| members.v1 | 2,000 |" in report


def test_violations_are_the_first_thing_that_is_said(tmp_path: Path) -> None:
    write_report(told("registration r1 is lost"), tmp_path)
    report = (tmp_path / "report.md").read_text()
    assert report.startswith("# 4 faults in 1 minutes: 1 violations")
    assert "- registration r1 is lost" in report


@pytest.mark.parametrize("happened", [HAPPENED, ()])
def test_the_picture_has_a_mark_for_each_fault(happened: tuple[Happened, ...], tmp_path: Path) -> None:
    whole = told()
    picture = Told(**{name: getattr(whole, name) for name in Told.__slots__} | {"happened": happened})
    write_report(picture, tmp_path)
    root = ElementTree.fromstring((tmp_path / "timeline.svg").read_text())
    titles = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == sum(each.went_wrong for each in happened)
