"""`ithaca demo` against the running platform."""

from tests.e2e.conftest import Told
from tests.e2e.running import Running


def test_the_story_is_seen_to_the_end(told: Told) -> None:
    assert told.command.returncode == 0, told.command.stdout + told.command.stderr
    assert "Every step was seen" in told.command.stdout
    assert told.command.stderr == ""


def test_the_story_can_be_played_again(platform: Running, told: Told) -> None:
    again = Told(platform.ithaca("demo"))
    assert again.command.returncode == 0, again.command.stdout + again.command.stderr
    assert again.tenant != told.tenant


def test_nothing_is_dead_after_the_story(platform: Running, told: Told) -> None:
    listed = platform.ithaca("dead", "list", "--state", "all")
    assert listed.returncode == 0, listed.stderr
    assert told.tenant not in listed.stdout
    assert [line for line in listed.stdout.splitlines() if "attendees.v1" not in line] == []
