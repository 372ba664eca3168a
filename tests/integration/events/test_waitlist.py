"""The waitlist: strict order, exactly as many promoted as were freed, offers that run out and pass on.

The complaints are those that people have of waitlists elsewhere, each named in its test.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.test_registering import at_once, register

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def waiting_event(bench: Bench, *, capacity: int, waiting: int) -> tuple[str, list[str], list[str]]:
    """A full event, the registrations that fill it, and those that wait, in the order of joining."""
    event = bench.event(capacity=capacity)
    seated = [register(bench, event, new_id()) for _ in range(capacity)]
    return event, seated, [register(bench, event, new_id()) for _ in range(waiting)]


def cancel(bench: Bench, registration: str) -> int:
    return bench.call("DELETE", f"/v1/registrations/{registration}", "organizer").status_code


def statuses(bench: Bench, event: str) -> dict[str, str]:
    return {each["id"]: each["status"] for each in bench.registrations(event, limit="200")}


def owner(bench: Bench, registration: str) -> str:
    answer = bench.call("GET", f"/v1/registrations/{registration}", "organizer")
    assert answer.json is not None
    member: str = answer.json["member_id"]
    return member


def accept(bench: Bench, registration: str, *, member: str | None = None) -> Any:
    path = f"/v1/registrations/{registration}/accept-offer"
    return bench.call("POST", path, "member", member=member or owner(bench, registration))


def run_out(bench: Bench, registration: str) -> None:
    """Lets the time of the offer pass."""
    database = bench.foundation.database
    assert database["offers"].update_one({"_id": registration}, {"$set": {"due_at": LONG_AGO}}).matched_count == 1
    database["registrations"].update_one({"_id": registration}, {"$set": {"offer_expires_at": LONG_AGO}})
    bench.perform_due()


def told_of(bench: Bench, registration: str) -> list[str]:
    return [each.type.split(".")[1] for each in bench.told("registration") if each.key == registration]


def test_who_registers_for_a_full_event_waits_and_is_told_so(bench: Bench) -> None:
    event, _, (first, second) = waiting_event(bench, capacity=1, waiting=2)
    assert [statuses(bench, event)[each] for each in (first, second)] == ["waitlisted"] * 2
    shown = bench.shown(event)
    assert (shown["seats_taken"], shown["waiting"], shown["over_capacity"]) == (1, 2, False)
    assert told_of(bench, first) == ["waitlisted"]


def test_who_does_not_want_to_wait_is_refused(bench: Bench) -> None:
    event, _, _ = waiting_event(bench, capacity=1, waiting=0)
    answer = bench.call(
        "POST", f"/v1/events/{event}/registrations", "member", member=bench.ada, json={"waitlist": False}
    )
    assert answer.status_code == 409
    assert statuses(bench, event).keys() != {bench.ada}


def test_jem_1926_one_freed_seat_promotes_one_and_not_all(bench: Bench) -> None:
    event, seated, waiting = waiting_event(bench, capacity=2, waiting=5)
    cancel(bench, seated[0])
    bench.perform_due()
    found = statuses(bench, event)
    assert [found[each] for each in waiting] == ["offered"] + ["waitlisted"] * 4
    shown = bench.shown(event)
    assert (shown["seats_taken"], shown["waiting"]) == (2, 4)
    (offered,) = bench.told("registration.offered")
    assert (offered.key, offered.data["attending"]) == (waiting[0], False)
    assert offered.data["offer_expires_at"] > datetime.now(UTC).isoformat()


def test_pretix_1163_who_cancels_after_promotion_does_not_enter_again(bench: Bench) -> None:
    event, seated, (first, second) = waiting_event(bench, capacity=1, waiting=2)
    cancel(bench, seated[0])
    bench.perform_due()
    cancel(bench, first)
    bench.perform_due()
    assert (statuses(bench, event)[first], statuses(bench, event)[second]) == ("cancelled", "offered")
    accept(bench, second)
    cancel(bench, second)
    bench.perform_due()
    assert set(statuses(bench, event).values()) == {"cancelled"}
    assert told_of(bench, first) == ["waitlisted", "offered", "cancelled"]


def test_pretix_2119_the_order_of_joining_holds_whatever_happens_in_between(bench: Bench) -> None:
    event, seated, waiting = waiting_event(bench, capacity=3, waiting=6)
    cancel(bench, waiting[2])
    offered: list[str] = []
    for registration in seated:
        cancel(bench, registration)
        bench.perform_due()
        now = [each for each, status in statuses(bench, event).items() if status == "offered" and each not in offered]
        offered += now
    assert offered == [waiting[0], waiting[1], waiting[3]]


def test_pretix_1164_an_accepted_offer_is_confirmed_like_any_registration(bench: Bench) -> None:
    event, seated, (first,) = waiting_event(bench, capacity=1, waiting=1)
    cancel(bench, seated[0])
    bench.perform_due()
    answer = accept(bench, first)
    assert (answer.status_code, answer.json["status"], answer.json["attending"]) == (200, "confirmed", True)
    assert accept(bench, first).status_code == 200  # a second time changes nothing
    assert told_of(bench, first) == ["waitlisted", "offered", "confirmed"]
    assert bench.shown(event)["seats_taken"] == 1


def test_eventyay_1253_a_seat_that_comes_free_is_announced_to_who_waits_with_its_time(bench: Bench) -> None:
    event, seated, (first,) = waiting_event(bench, capacity=1, waiting=1)
    cancel(bench, seated[0])
    bench.perform_due()
    (offered,) = bench.told("registration.offered")
    shown = bench.call("GET", f"/v1/registrations/{first}", "member", member=owner(bench, first)).json
    assert shown is not None
    assert shown["offer_expires_at"] == offered.data["offer_expires_at"]
    assert bench.shown(event)["waiting"] == 0


def test_an_offer_that_runs_out_passes_on_and_cannot_be_taken_any_more(bench: Bench) -> None:
    event, seated, (first, second, third) = waiting_event(bench, capacity=1, waiting=3)
    cancel(bench, seated[0])
    bench.perform_due()
    run_out(bench, first)
    found = statuses(bench, event)
    assert [found[each] for each in (first, second, third)] == ["expired", "offered", "waitlisted"]
    refused = accept(bench, first)
    assert (refused.status_code, "ran out" in refused.json["detail"]) == (409, True)
    assert told_of(bench, first) == ["waitlisted", "offered", "expired"]
    again = register(bench, event, owner(bench, first))
    assert (statuses(bench, event)[again], bench.shown(event)["seats_taken"]) == ("waitlisted", 1)


def test_an_offer_whose_time_is_over_is_not_taken_before_it_is_passed_on(bench: Bench) -> None:
    _, seated, (first,) = waiting_event(bench, capacity=1, waiting=1)
    cancel(bench, seated[0])
    bench.perform_due()
    database = bench.foundation.database
    database["registrations"].update_one({"_id": first}, {"$set": {"offer_expires_at": LONG_AGO}})
    assert accept(bench, first).status_code == 409


def test_nobody_takes_another_s_offer_or_one_that_was_not_made(bench: Bench) -> None:
    _, seated, (first, second) = waiting_event(bench, capacity=1, waiting=2)
    cancel(bench, seated[0])
    bench.perform_due()
    assert accept(bench, first, member=bench.ben).status_code == 404
    assert accept(bench, second).status_code == 409


def test_who_comes_later_does_not_get_the_seat_that_others_wait_for(bench: Bench) -> None:
    event, seated, (first,) = waiting_event(bench, capacity=1, waiting=1)
    cancel(bench, seated[0])  # and nothing was promoted yet
    late = register(bench, event, bench.ada)
    bench.perform_due()
    found = statuses(bench, event)
    assert (found[first], found[late]) == ("offered", "waitlisted")


@pytest.mark.parametrize(("capacity", "offered"), [(3, 2), (10, 4), (None, 4)])
def test_more_capacity_is_offered_to_as_many_as_wait(bench: Bench, capacity: int | None, offered: int) -> None:
    event, _, waiting = waiting_event(bench, capacity=1, waiting=4)
    assert bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"capacity": capacity}).status_code == 200
    bench.perform_due()
    found = statuses(bench, event)
    assert [found[each] for each in waiting] == ["offered"] * offered + ["waitlisted"] * (4 - offered)


def test_a_ticket_cancelled_at_its_source_frees_its_seat_for_who_waits_here(bench: Bench) -> None:
    event = bench.event(capacity=1)
    bench.ticket("A-1")
    waiting = register(bench, event, bench.ada)
    bench.ticket("A-1", status="cancelled", updated_at="2026-11-01T11:00:00Z")
    bench.perform_due()
    assert statuses(bench, event)[waiting] == "offered"


def test_an_event_over_its_capacity_promotes_nobody_until_a_seat_is_really_free(bench: Bench) -> None:
    event = bench.event(capacity=1)
    bench.ticket("A-1")
    bench.ticket("A-2")
    waiting = register(bench, event, bench.ada)
    bench.ticket("A-1", status="cancelled", updated_at="2026-11-01T11:00:00Z")
    bench.perform_due()
    assert statuses(bench, event)[waiting] == "waitlisted"
    bench.ticket("A-2", status="cancelled", updated_at="2026-11-01T11:00:00Z")
    bench.perform_due()
    assert statuses(bench, event)[waiting] == "offered"


def test_a_cancelled_event_ends_the_line_and_every_offer(bench: Bench) -> None:
    event, seated, waiting = waiting_event(bench, capacity=1, waiting=3)
    cancel(bench, seated[0])
    bench.perform_due()
    bench.call("POST", f"/v1/events/{event}/cancel", "organizer")
    bench.perform_due()
    assert set(statuses(bench, event).values()) == {"cancelled"}
    shown = bench.shown(event)
    assert (shown["seats_taken"], shown["waiting"]) == (0, 0)
    assert told_of(bench, waiting[2]) == ["waitlisted", "cancelled"]


def test_cancels_accepts_promotions_and_arrivals_at_once_never_exceed_the_capacity(bench: Bench) -> None:
    """Six promoting workers race members who leave, accept and arrive; the line's order and the seats hold."""
    event, seated, waiting = waiting_event(bench, capacity=5, waiting=12)
    ending = threading.Event()

    def promote() -> None:
        while not ending.is_set():
            bench.perform_due()

    def leave(registration: str) -> Callable[[], int]:
        return lambda: cancel(bench, registration)

    def arrive() -> int:
        return len(register(bench, event, new_id()))

    def accept_some() -> int:
        return int(accept(bench, random.choice(waiting)).status_code)

    promoting = [threading.Thread(target=promote) for _ in range(6)]
    for thread in promoting:
        thread.start()
    at_once([*map(leave, seated), *[arrive] * 4, *[accept_some] * 10])
    ending.set()
    for thread in promoting:
        thread.join()
    bench.perform_due()
    found = Counter(statuses(bench, event).values())
    shown = bench.shown(event)
    assert found["offered"] + found["confirmed"] == shown["seats_taken"] == 5
    assert (found["waitlisted"], shown["waiting"]) == (11, 11)
    order = [each.key for each in sorted(bench.told("registration.offered"), key=lambda each: waiting.index(each.key))]
    assert order == waiting[:5]
