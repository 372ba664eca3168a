"""Whether somebody comes to an event, whatever of their tickets is heard of, in whatever order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.attendance import Attendance, Ticket
from services.matching.domain.enrollment import Role
from tests.unit.matching.people import NOW


def nobody_yet() -> Attendance:
    return Attendance("a1", "acme", 1, NOW, "event", "member")


def ticket(version: int = 1, *, valid: bool = True, attending: bool = True, minute: int = 0, **more: bool) -> Ticket:
    return Ticket(version, NOW + timedelta(minutes=minute), valid, attending, roles=(Role.MENTEE,), **more)


def test_nobody_attends_of_whom_nothing_was_heard() -> None:
    assert not nobody_yet().attends


def test_one_valid_ticket_beats_a_later_cancelled_one() -> None:
    known = nobody_yet().heard("r1", ticket(), NOW)
    assert known.heard("r2", ticket(valid=False, attending=False, minute=9), NOW).attends


def test_without_a_valid_ticket_the_latest_word_counts() -> None:
    for minutes, attends in (((1, 2), False), ((2, 1), True)):
        known = nobody_yet().heard("r1", ticket(valid=False, attending=True, minute=minutes[0]), NOW)
        assert known.heard("r2", ticket(valid=False, attending=False, minute=minutes[1]), NOW).attends is attends


def test_an_older_version_of_a_registration_changes_nothing() -> None:
    known = nobody_yet().heard("r1", ticket(2, valid=False, attending=False), NOW)
    assert known.heard("r1", ticket(1), NOW) is known


def test_only_valid_tickets_opt_in_and_the_first_registration_is_named() -> None:
    known = nobody_yet().heard("r2", ticket(), NOW).heard("r3", ticket(), NOW).heard("r1", ticket(valid=False), NOW)
    assert known.opted_into() == {Role.MENTEE: "r2"}


def test_only_who_was_let_in_was_there() -> None:
    assert not nobody_yet().heard("r1", ticket(), NOW).was_there
    assert nobody_yet().heard("r1", ticket(checked_in=True), NOW).was_there
    assert not nobody_yet().heard("r1", ticket(checked_in=True, valid=False), NOW).was_there


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=8), st.randoms())
def test_the_order_between_registrations_does_not_show(history: list[tuple[str, bool]], chance: object) -> None:
    """`history` is what happened at the event's service; each registration keeps its own order on the way."""
    live: set[str] = set()
    told: dict[str, list[Ticket]] = {}
    for minute, (registration, valid) in enumerate(history):
        live = live | {registration} if valid else live - {registration}
        version = len(told.get(registration, ())) + 1
        word = ticket(version, valid=valid, attending=bool(live), minute=minute)
        told.setdefault(registration, []).append(word)
    known = nobody_yet()
    while any(told.values()):
        registration = chance.choice(sorted(name for name, left in told.items() if left))  # type: ignore[attr-defined]
        known = known.heard(registration, told[registration].pop(0), NOW)
    assert known.attends == bool(live)
