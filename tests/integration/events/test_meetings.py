"""Attendees ask each other to meet, and answer."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench)


def test_a_request_holds_the_slot_for_both_and_is_told(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    answer = there.ask(ada, ben, message="Shall we?")
    assert answer.status_code == 201, answer.get_data()
    made = answer.get_json()
    assert answer.headers["Location"] == f"/v1/meetings/{made['id']}"
    assert (made["state"], made["requester_id"], made["invitee_id"]) == ("pending", ada, ben)
    assert [each["busy"] for each in there.slots(ada)] == [True, False, False, False]
    assert [each["busy"] for each in there.slots(ben)] == [True, False, False, False]
    (told,) = there.bench.told("meeting.")
    assert (told.type, told.key) == ("meeting.requested.v1", made["id"])
    assert "message" not in told.data
    assert told.data["by_id"] == ada
    assert there.meeting(made["id"], ben)["message"] == "Shall we?"
    there.require_consistent()


def test_a_request_expires_at_the_earlier_of_two_limits(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    first = there.meeting(there.asked(ada, ben))
    asked_at, expires_at = first["asked_at"], first["expires_at"]
    assert expires_at > asked_at
    assert expires_at[:10] != "2099-05-05"
    soon = there.bench.foundation.clock.now() + timedelta(hours=15)
    near = Encounters(there.bench, begins=soon)
    assert near.put_slots(near.slots_again(), notice_hours=12).status_code == 200
    cid, dee = near.attendee(), near.attendee()
    made = near.meeting(near.asked(cid, dee))
    assert made["expires_at"] == near.moment(soon - timedelta(hours=12))


def test_less_notice_than_the_event_wants_is_a_conflict(there: Encounters) -> None:
    soon = there.bench.foundation.clock.now() + timedelta(hours=5)
    near = Encounters(there.bench, begins=soon)
    assert near.put_slots(near.slots_again(), notice_hours=12).status_code == 200
    answer = near.ask(near.attendee(), near.attendee())
    assert answer.status_code == 409
    assert "12 hours" in answer.get_json()["detail"]


def test_who_accepts_gets_a_table(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    accepted = there.done("accept", there.asked(ada, ben), ben)
    assert accepted["state"] == "accepted"
    assert accepted["table"] in ("Table 1", "Table 2")
    told = there.bench.told("meeting.accepted")
    assert [(each.data["table"], each.data["by_id"]) for each in told] == [(accepted["table"], ben)]
    left = {each["name"]: each["left"] for each in there.slots()[0]["places"]}
    assert left == {"Table 1": 1, "Table 2": 1} | {accepted["table"]: 0}
    there.require_consistent()


def test_only_who_was_asked_answers_and_nobody_else_knows_of_it(there: Encounters) -> None:
    ada, ben, eve = (there.attendee() for _ in range(3))
    meeting = there.asked(ada, ben)
    for verb in ("accept", "decline"):
        assert there.act(verb, meeting, ada).status_code == 403
        assert there.act(verb, meeting, eve).status_code == 404
    assert there.bench.call("GET", f"/v1/meetings/{meeting}", "member", member=eve).status_code == 404
    path = f"/v1/events/{there.event_id}/meetings"
    assert there.bench.call("GET", path, "member", member=eve).get_json()["items"] == []
    for member in (ada, ben):
        (own,) = there.bench.call("GET", path, "member", member=member).get_json()["items"]
        assert own["id"] == meeting


@pytest.mark.parametrize("verb", ["accept", "decline", "counter"])
def test_an_organizer_who_comes_too_says_nothing_for_the_two(there: Encounters, verb: str) -> None:
    ada, ben, oda = (there.attendee() for _ in range(3))
    agreed, asked = there.agreed(ada, ben), there.asked(ben, there.attendee(), 1)
    for meeting in (agreed, asked):
        before = there.meeting(meeting)
        body = {"slot_id": there.slot_ids[2]} if verb == "counter" else {}
        path = f"/v1/meetings/{meeting}/{verb}"
        options: dict[str, Any] = {} if verb == "decline" else {"json": body}
        assert there.bench.call("POST", path, "organizer", "member", member=oda, **options).status_code == 404
        assert there.meeting(meeting) == before
    there.require_consistent()


def test_staff_see_that_two_meet_and_not_what_they_wrote(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben, message="Between us")
    assert "message" not in there.meeting(meeting)
    (shown,) = there.bench.call("GET", f"/v1/events/{there.event_id}/meetings", "organizer").get_json()["items"]
    assert (shown["id"], "message" in shown) == (meeting, False)


def test_a_declined_slot_is_free_again_for_both(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    assert there.done("decline", there.asked(ada, ben), ben)["state"] == "declined"
    assert [each["busy"] for each in there.slots(ada) + there.slots(ben)] == [False] * 8
    assert there.act("accept", there.asked(ben, ada), ada).status_code == 200
    there.require_consistent()


def test_nobody_is_asked_for_two_things_at_once(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.asked(ada, ben)
    refused = there.ask(cid, ben)
    assert refused.status_code == 409
    assert refused.get_json()["detail"].startswith("The other one has")
    assert [each["slot_id"] for each in refused.get_json()["choices"]["slots"]] == there.slot_ids[1:]
    assert there.ask(ada, cid).get_json()["detail"].startswith("You have")
    there.asked(cid, ben, 1)
    there.require_consistent()


def test_nobody_is_at_two_events_at_once(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    other = Encounters(there.bench, begins=FIRST + timedelta(minutes=10))
    for member in (ada, ben, cid):
        other.register(member)
    there.agreed(ada, ben, 1)
    for slot, status in ((0, 409), (1, 409), (2, 201)):
        assert other.ask(cid, ada, slot).status_code == status
    there.require_consistent()


def test_a_slot_may_begin_when_another_ends(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.agreed(ada, ben, 0)
    there.agreed(ada, cid, 1)
    there.require_consistent()


def test_without_a_table_left_there_is_a_choice(bench: Bench) -> None:
    there = Encounters(bench, tables=1)
    people = [there.attendee() for _ in range(6)]
    there.agreed(people[0], people[1])
    there.agreed(people[4], people[5], 1)
    late = there.asked(people[2], people[3])
    refused = there.act("accept", late, people[3])
    assert refused.status_code == 409
    choices = refused.get_json()["choices"]
    assert [each["slot_id"] for each in choices["slots"]] == there.slot_ids[2:]
    assert choices["place"] is True
    assert there.state(late) == "pending"
    agreed = there.done("accept", late, people[3], place="By the fountain")
    assert (agreed["place"], agreed.get("table")) == ("By the fountain", None)
    (told,) = [each for each in bench.told("meeting.accepted") if each.key == late]
    assert "table" not in told.data
    assert "fountain" not in str(told.data)
    there.require_consistent()


def test_where_there_are_no_tables_none_is_missing(bench: Bench) -> None:
    there = Encounters(bench, tables=0)
    ada, ben = there.attendee(), there.attendee()
    assert there.done("accept", there.asked(ada, ben), ben)["state"] == "accepted"


def test_a_counter_proposal_moves_the_meeting_and_turns_who_answers(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben, message="Now?")
    assert there.act("counter", meeting, ada, slot_id=there.slot_ids[2]).status_code == 403
    moved = there.done("counter", meeting, ben, slot_id=there.slot_ids[2], message="Rather then")
    assert (moved["id"], moved["slot_id"]) == (meeting, there.slot_ids[2])
    assert (moved["requester_id"], moved["invitee_id"], moved["origin"]) == (ben, ada, "counter")
    assert moved["message"] == "Rather then"
    assert [each["busy"] for each in there.slots(ada)] == [False, False, True, False]
    assert there.act("accept", meeting, ben).status_code == 403
    assert there.done("accept", meeting, ada)["state"] == "accepted"
    assert [each.type for each in there.bench.told("meeting.")] == [
        "meeting.requested.v1",
        "meeting.requested.v1",
        "meeting.accepted.v1",
    ]
    there.require_consistent()


def test_what_was_agreed_on_is_moved_only_with_a_yes(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.agreed(ada, ben)
    moved = there.done("counter", meeting, ada, slot_id=there.slot_ids[1])
    assert (moved["state"], moved["invitee_id"], moved.get("table")) == ("pending", ben, None)
    there.require_consistent()
    assert there.done("accept", meeting, ben)["sequence"] > moved["sequence"]
    there.require_consistent()


def test_no_more_than_so_many_requests_wait(there: Encounters) -> None:
    assert there.put_slots(there.slots_again(), notice_hours=0, pending_limit=2).status_code == 200
    ada, *others = (there.attendee() for _ in range(4))
    first = there.asked(ada, others[0], 0)
    there.asked(ada, others[1], 1)
    assert there.ask(ada, others[2], 2).status_code == 409
    there.done("decline", first, others[0])
    there.asked(ada, others[2], 2)


def test_two_have_one_meeting_at_an_event(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    there.asked(ada, ben, 0)
    assert there.ask(ada, ben, 1).status_code == 409
    assert there.ask(ben, ada, 1).status_code == 409


def test_only_who_comes_asks_and_is_asked(there: Encounters) -> None:
    ada = there.attendee()
    stranger = new_id()
    there.bench.member(stranger)
    assert there.ask(stranger, ada).status_code == 409
    for nobody in (stranger, new_id(), ada):
        refused = there.ask(ada, nobody)
        assert refused.status_code == 422
        assert refused.get_json()["errors"][0]["pointer"] == "/invitee_id"
    unknown_slot = there.bench.call(
        "POST",
        f"/v1/events/{there.event_id}/meetings",
        "member",
        member=ada,
        json={"invitee_id": there.attendee(), "slot_id": new_id()},
    )
    assert unknown_slot.status_code == 422


def test_either_calls_off_what_was_agreed_on_and_who_asked_a_request(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)
    assert there.act("cancel", meeting, ben).status_code == 403
    assert there.done("cancel", meeting, ada)["reason"] == "member"
    assert there.done("cancel", meeting, ada)["state"] == "cancelled"
    agreed = there.agreed(ada, ben)
    assert there.done("cancel", agreed, ben)["state"] == "cancelled"
    assert there.done("cancel", there.agreed(ben, ada), None)["reason"] == "organizer"
    assert len(there.bench.told("meeting.cancelled")) == 3
    there.require_consistent()


def test_a_cancelled_registration_cancels_meetings(there: Encounters) -> None:
    ada, ben, cid = there.attendee(), there.attendee(), new_id()
    there.bench.member(cid)
    registration = there.register(cid)
    agreed, asked = there.agreed(ada, cid), there.asked(cid, ben, 1)
    assert there.bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=cid).status_code == 204
    for meeting in (agreed, asked):
        assert there.meeting(meeting)["state"] == "cancelled"
        assert there.meeting(meeting)["reason"] == "registration_cancelled"
    assert there.ask(ada, cid).status_code == 422
    there.require_consistent()


def test_a_cancelled_event_cancels_meetings(there: Encounters) -> None:
    meeting = there.agreed(there.attendee(), there.attendee())
    assert there.bench.call("POST", f"/v1/events/{there.event_id}/cancel", "organizer").status_code == 200
    there.bench.perform_due()
    assert there.meeting(meeting)["reason"] == "event_cancelled"
    there.require_consistent()


def test_who_is_blocked_cannot_ask_and_is_not_told(there: Encounters) -> None:
    ada, ben, eve = (there.attendee() for _ in range(3))
    agreed = there.agreed(ada, eve)
    there.block(ada, eve)
    for each in (ada, eve, None):
        shown = there.meeting(agreed, each)
        assert (shown["state"], shown["reason"]) == ("cancelled", "registration_cancelled")
    refused, absent = there.ask(eve, ada, 1), there.ask(eve, new_id(), 1)
    assert (refused.status_code, refused.get_json()["errors"]) == (422, absent.get_json()["errors"])
    assert there.ask(ada, eve, 1).status_code == 422
    assert there.ask(eve, ben, 1).status_code == 201
    there.block(ada, eve, version=2, blocked=False)
    assert there.ask(eve, ada, 2).status_code == 201
    there.require_consistent()


def test_a_block_looks_as_if_the_other_one_did_not_come_any_more(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    asked = {ada: there.asked(cid, ada), ben: there.asked(cid, ben, 1)}
    there.block(ada, cid)
    (registration,) = [each["id"] for each in there.bench.registrations(there.event_id) if each["member_id"] == ben]
    assert there.bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=ben).status_code == 204
    shown = [there.meeting(each, cid) for each in asked.values()]
    assert shown[0]["reason"] == shown[1]["reason"]
    told = {each.data["invitee_id"]: each.data for each in there.bench.told("meeting.cancelled")}
    own = ("id", "invitee_id", "slot_id", "starts_at", "ends_at")
    blocked, left = ({name: told[each][name] for name in told[each] if name not in own} for each in (ada, ben))
    assert blocked == left


def test_no_thanks_is_not_told_and_never_reaches_who_said_it(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish(ada, no_thanks=[ben])
    asked = there.asked(ben, ada)
    assert there.meeting(asked, ben)["state"] == "pending"
    assert there.bench.call("GET", f"/v1/meetings/{asked}", "member", member=ada).status_code == 404
    path = f"/v1/events/{there.event_id}/meetings"
    assert there.bench.call("GET", path, "member", member=ada).get_json()["items"] == []
    for verb in ("accept", "decline", "cancel"):
        assert there.act(verb, asked, ada).status_code == 404
    assert there.bench.told("meeting.") == []
    assert there.ask(cid, ada).status_code == 201, "the time of who said it is free"
    assert there.ask(ada, ben, 2).status_code == 409
    there.require_consistent()


def test_no_thanks_says_a_slot_is_taken_where_it_is(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish(ada, no_thanks=[ben])
    there.agreed(ada, cid)
    assert there.ask(ben, ada).get_json()["detail"].startswith("The other one has")


def test_a_stale_version_is_not_acted_on(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)
    path = f"/v1/meetings/{meeting}/accept"
    stale = there.bench.call("POST", path, "member", member=ben, json={}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412


def test_another_tenant_knows_nothing_of_it(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)
    for method, path in (
        ("GET", f"/v1/meetings/{meeting}"),
        ("POST", f"/v1/meetings/{meeting}/cancel"),
        ("GET", f"/v1/events/{there.event_id}/meetings"),
        ("GET", f"/v1/events/{there.event_id}/slots"),
    ):
        answer = there.bench.call(method, path, "member", "organizer", tenant=there.bench.neighbor, member=ben)
        assert answer.status_code == 404, path
