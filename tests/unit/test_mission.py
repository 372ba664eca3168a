"""docs/mission.md names for each row the test that shows it, and tests of the mission show nothing else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\w[^|]+) \| (\w[^|]+) \| \[`(\w+)`\]\(\.\./(tests/e2e/\w+\.py)\) \|$", re.MULTILINE)


def documented() -> list[tuple[str, str, str]]:
    """What the mission says, the test and its file, row by row."""
    page = (ROOT / "docs" / "mission.md").read_text("utf-8")
    found = [(says, test, file) for says, _, test, file in ROW.findall(page)]
    assert len(found) == page.count("\n| ") - 2, "a row that is not written like the others"
    return found


def test_every_row_has_its_test_and_every_test_its_row() -> None:
    there = [
        (test, file.relative_to(ROOT).as_posix())
        for file in (ROOT / "tests" / "e2e").glob("test_mission_*.py")
        for test in re.findall(r"^def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE)
    ]
    assert sorted((test, file) for _, test, file in documented()) == sorted(there)


def test_every_test_is_named_after_its_row() -> None:
    for says, test, _ in documented():
        words = re.split(r"[:,]", says)[0].replace(" ", "_")
        assert test.startswith(f"test_{words}_"), says
