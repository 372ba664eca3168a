"""The states of an event and what has to fit together in it."""

from typing import Any

import pytest

from services.events.domain.event import EventSession, EventSource, EventState, require_sound
from shared.errors import Conflict, Invalid
from tests.unit.events.registrations import LATER, NOW, event

ALLOWED = {
    "change": {EventState.DRAFT, EventState.PUBLISHED, EventState.RUNNING},
    "publish": {EventState.DRAFT},
    "cancel": {EventState.DRAFT, EventState.PUBLISHED, EventState.RUNNING},
    "register": {EventState.PUBLISHED, EventState.RUNNING},
}


@pytest.mark.parametrize("verb", list(ALLOWED))
@pytest.mark.parametrize("state", list(EventState))
def test_each_state_allows_its_verbs_and_no_others(verb: str, state: EventState) -> None:
    planned = event(state=state)
    if state in ALLOWED[verb]:
        assert planned.after(verb, LATER).updated_at == LATER
    else:
        with pytest.raises(Conflict, match=verb):
            planned.after(verb, LATER)


def test_publishing_and_cancelling_lead_where_they_say() -> None:
    assert event().after("publish", NOW).state is EventState.PUBLISHED
    assert event(state=EventState.RUNNING).after("cancel", NOW).state is EventState.CANCELLED


@pytest.mark.parametrize(
    ("capacity", "taken", "full", "overfull"),
    [(None, 10**6, False, False), (2, 1, False, False), (2, 2, True, False), (2, 3, True, True), (0, 0, True, False)],
)
def test_seats_are_full_at_the_capacity_and_over_it_beyond(
    capacity: int | None, taken: int, full: bool, overfull: bool
) -> None:
    seated = event(capacity=capacity, seats_taken=taken)
    assert (seated.full, seated.overfull) == (full, overfull)


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"ends_at": NOW}, ["/ends_at"]),
        ({"time_zone": "Mars/Olympus"}, ["/time_zone"]),
        ({"time_zone": "../etc/passwd"}, ["/time_zone"]),
        ({"sessions": (EventSession("A", NOW, LATER), EventSession("B", LATER, NOW))}, ["/sessions/1/ends_at"]),
        ({"sources": (EventSource("a", "1"), EventSource("a", "2"), EventSource("a", "1"))}, ["/sources/2"]),
        ({"ends_at": NOW, "time_zone": ""}, ["/ends_at", "/time_zone"]),
    ],
)
def test_what_does_not_fit_together_is_named(fields: dict[str, Any], pointers: list[str]) -> None:
    require_sound(event())
    with pytest.raises(Invalid) as caught:
        require_sound(event(**fields))
    assert [fault.pointer for fault in caught.value.faults] == pointers
