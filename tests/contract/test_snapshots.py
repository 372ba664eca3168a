"""Within a version a schema only grows; the committed snapshots say what was promised."""

from shared.contracts.snapshot import COMMAND, broken_promises, current, promised


def test_no_schema_breaks_what_was_promised() -> None:
    broken = broken_promises()
    assert not broken, "Make a new version of the type for:\n" + "\n".join(broken)


def test_the_snapshots_are_of_these_schemas() -> None:
    now, before = current(), promised()
    stale = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    assert not stale, f"Run `{COMMAND}` and commit what it writes; changed: {', '.join(stale)}"
