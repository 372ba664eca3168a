"""Members register themselves; capacity holds whatever happens at once."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from pymongo.errors import DuplicateKeyError

from shared.ids import new_id
from tests.integration.events.conftest import Bench


def at_once(calls: list[Callable[[], int]]) -> Counter[int]:
    """The statuses of calls that all start together."""
    statuses: list[int] = []
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], int]) -> None:
        barrier.wait()
        statuses.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == len(calls), "a call raised"
    return Counter(statuses)


def registering(bench: Bench, event: str, member: str) -> Callable[[], int]:
    """A registration on a free seat; one who would have to wait is refused."""
    path, body = f"/v1/events/{event}/registrations", {"waitlist": False}
    return lambda: bench.call("POST", path, "member", member=member, json=body).status_code


def cancelling(bench: Bench, registration: str, *, times: int = 1) -> list[Callable[[], int]]:
    return [lambda: bench.call("DELETE", f"/v1/registrations/{registration}", "organizer").status_code] * times


def register(bench: Bench, event: str, member: str) -> str:
    answer = bench.call("POST", f"/v1/events/{event}/registrations", "member", member=member)
    assert answer.status_code == 201, answer.get_data()
    assert answer.json is not None
    registration: str = answer.json["id"]
    return registration


def test_a_member_registers_and_the_world_is_told(bench: Bench) -> None:
    event = bench.event()
    answer = bench.call(
        "POST",
        f"/v1/events/{event}/registrations",
        "member",
        member=bench.ada,
        json={"mentoring": ["mentee"], "visibility": "participants"},
    )
    assert answer.status_code == 201
    assert answer.json is not None
    assert (answer.json["status"], answer.json["attending"], answer.json["member_id"]) == ("confirmed", True, bench.ada)
    assert bench.call("GET", answer.headers["Location"], "member", member=bench.ada).json == answer.json
    (told,) = bench.told("registration")
    assert told.data == {
        "id": answer.json["id"],
        "event_id": event,
        "member_id": bench.ada,
        "status": "confirmed",
        "attending": True,
        "sequence": 1,
        "checked_in_at": None,
        "mentoring": ["mentee"],
    }


def test_fifty_at_once_on_one_seat_are_one_registration(bench: Bench) -> None:
    event = bench.event(capacity=1)
    assert at_once([registering(bench, event, new_id()) for _ in range(50)]) == {201: 1, 409: 49}
    assert bench.shown(event)["seats_taken"] == 1
    assert len(bench.registrations(event)) == 1
    assert len(bench.told("registration.confirmed")) == 1


def test_one_member_twenty_times_at_once_is_one_registration(bench: Bench) -> None:
    event = bench.event()
    assert at_once([registering(bench, event, bench.ada) for _ in range(20)]) == {201: 1, 409: 19}
    assert bench.shown(event)["seats_taken"] == 1


def test_a_second_registration_of_a_member_is_refused_by_the_database_itself(bench: Bench) -> None:
    event = bench.event()
    register(bench, event, bench.ada)
    registrations = bench.foundation.database["registrations"]
    made = registrations.find_one({"event_id": event})
    with pytest.raises(DuplicateKeyError, match="one_own_live"):
        registrations.insert_one({**made, "_id": new_id()})


def test_seats_are_exact_after_cancels_that_cross_each_other(bench: Bench) -> None:
    event = bench.event(capacity=10)
    made = [register(bench, event, new_id()) for _ in range(10)]
    calls = [call for registration in made[:5] for call in cancelling(bench, registration, times=4)]
    assert at_once(calls) == {204: 20}
    assert bench.shown(event)["seats_taken"] == 5
    assert len(bench.told("registration.cancelled")) == 5
    assert at_once([registering(bench, event, new_id()) for _ in range(12)]) == {201: 5, 409: 7}
    assert bench.shown(event)["seats_taken"] == 10


def test_a_full_event_refuses_and_a_freed_seat_is_given_again(bench: Bench) -> None:
    event = bench.event(capacity=1)
    first = register(bench, event, bench.ada)
    assert registering(bench, event, bench.ben)() == 409
    assert bench.call("DELETE", f"/v1/registrations/{first}", "member", member=bench.ada).status_code == 204
    assert registering(bench, event, bench.ben)() == 201
    told = [(each.type, each.data["attending"], each.data.get("reason")) for each in bench.told("registration")]
    assert ("registration.cancelled.v1", False, "member") in told


def test_a_member_with_a_ticket_attends_by_either(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1")
    own = register(bench, event, bench.ada)
    bench.call("DELETE", f"/v1/registrations/{own}", "member", member=bench.ada)
    (cancelled,) = bench.told("registration.cancelled")
    assert cancelled.data["attending"] is True


def test_a_ticket_is_cancelled_where_it_was_bought(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bench.member(bench.ada, "A-1")
    (found,) = bench.registrations(event)
    answer = bench.call("DELETE", f"/v1/registrations/{found['id']}", "member", member=bench.ada)
    assert answer.status_code == 409
    assert answer.json is not None
    assert "pretix" in answer.json["detail"]
    assert bench.registrations(event)[0]["status"] == "confirmed"


def test_nobody_registers_for_a_draft_or_an_event_that_is_over(bench: Bench) -> None:
    draft = bench.event(publish=False, sources=[])
    over = bench.event(sources=[], starts_at="2020-05-04T07:00:00Z", ends_at="2020-05-05T07:00:00Z")
    assert registering(bench, draft, bench.ada)() == 404
    assert registering(bench, over, bench.ada)() == 409


def test_a_member_sees_only_their_own_registrations_and_no_one_s_address(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bens = register(bench, event, bench.ben)
    own = register(bench, event, bench.ada)
    answer = bench.call("GET", f"/v1/events/{event}/registrations", "member", member=bench.ada)
    assert answer.json is not None
    assert [each["id"] for each in answer.json["items"]] == [own]
    assert "email" not in answer.json["items"][0]
    for method in ("GET", "DELETE"):
        assert bench.call(method, f"/v1/registrations/{bens}", "member", member=bench.ada).status_code == 404


def test_the_desk_checks_in_and_takes_it_back(bench: Bench) -> None:
    event = bench.event()
    own = register(bench, event, bench.ada)
    path = f"/v1/registrations/{own}/check-in"
    answers = [bench.call(method, path, "organizer") for method in ("PUT", "PUT", "DELETE", "DELETE")]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.json["checked_in_at"] is not None for answer in answers if answer.json] == [True, True, False, False]
    assert [each.type for each in bench.told("registration")] == [
        "registration.confirmed.v1",
        "registration.checked_in.v1",
        "registration.check_in_reverted.v1",
    ]
    assert bench.call("PUT", path, "member", member=bench.ada).status_code == 403


def test_only_a_confirmed_registration_is_checked_in(bench: Bench) -> None:
    event = bench.event()
    own = register(bench, event, bench.ada)
    bench.call("DELETE", f"/v1/registrations/{own}", "member", member=bench.ada)
    assert bench.call("PUT", f"/v1/registrations/{own}/check-in", "organizer").status_code == 409


def test_a_check_in_for_another_version_is_refused(bench: Bench) -> None:
    event = bench.event()
    own = register(bench, event, bench.ada)
    stale = bench.call("PUT", f"/v1/registrations/{own}/check-in", "organizer", headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    tag = bench.call("GET", f"/v1/registrations/{own}", "organizer").headers["ETag"]
    fresh = bench.call("PUT", f"/v1/registrations/{own}/check-in", "organizer", headers={"If-Match": tag})
    assert fresh.status_code == 200


def test_one_idempotency_key_is_one_registration(bench: Bench) -> None:
    event = bench.event()
    path, key = f"/v1/events/{event}/registrations", {"Idempotency-Key": "once"}
    first, second = (bench.call("POST", path, "member", member=bench.ada, headers=dict(key)) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert bench.shown(event)["seats_taken"] == 1
