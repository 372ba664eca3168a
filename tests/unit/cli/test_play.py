"""How the demo waits, and what it says when it waited in vain."""

from collections.abc import Sequence
from io import StringIO
from typing import Any, cast

import pytest
from rich.console import Console

from cli.demo.failure import NotSeen
from cli.demo.play import Play
from cli.demo.screen import Screen
from shared.ids import new_id
from shared.messaging.envelope import Message
from tests.unit.cli.messages import message

MEMBER = new_id()


class Written:
    """A tail of topics that hold exactly these polls' messages."""

    def __init__(self, *polls: Sequence[Message]) -> None:
        self._polls = list(polls)

    def poll(self, seconds: float) -> Sequence[Message]:
        return self._polls.pop(0) if self._polls else []


def stage(*polls: Sequence[Message]) -> tuple[Play, StringIO]:
    """A play that nobody but its tail speaks to."""
    output, nobody = StringIO(), cast(Any, None)
    play = Play(
        screen=Screen(Console(file=output, width=200)),
        tail=cast(Any, Written(*polls)),
        shop=nobody,
        mails=nobody,
        orders={},
        enter=nobody,
        coordinator=nobody,
        organizer=nobody,
        bound=0.05,
    )
    return play, output


def enrolled(role: str) -> Message:
    return message("enrollment.approved.v1", {"member_id": MEMBER, "role": role})


def test_a_message_is_waited_for_and_shown() -> None:
    play, output = stage([], [enrolled("mentee")], [enrolled("mentor")])
    (found,) = play.expect("enrollment.approved", role="mentor")
    assert (found.data or {})["role"] == "mentor"
    assert output.getvalue().count("enrollment.approved") == 2


def test_a_message_that_came_too_early_still_counts() -> None:
    play, _ = stage([enrolled("mentor"), enrolled("mentee")])
    play.expect("enrollment.approved", role="mentee")
    play.begin(2, 2, "Later")
    assert len(play.expect("enrollment.approved", 2, member_id=MEMBER)) == 2


def test_what_was_not_seen_is_named_with_what_came_instead() -> None:
    play, _ = stage([enrolled("mentee"), enrolled("mentee")])
    with pytest.raises(NotSeen) as failure:
        play.expect("enrollment.approved", role="mentor")
    assert failure.value.expected == "enrollment.approved (role mentor) within 0 seconds"
    assert failure.value.instead == "2 x enrollment.approved"


def test_silence_is_named_too() -> None:
    play, _ = stage()
    with pytest.raises(NotSeen) as failure:
        play.expect("member.registered")
    assert failure.value.instead == "no message at all"


def test_a_dead_letter_ends_the_story() -> None:
    play, _ = stage([message("attendee.published.v1", {}, topic="dead.events")])
    with pytest.raises(NotSeen) as failure:
        play.expect("member.registered")
    assert "ithaca dead list --service events" in failure.value.instead
