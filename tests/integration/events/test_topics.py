"""Attendees host topics and join them, wait in line, leave, and follow where a topic moves."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from shared.clock import rfc3339
from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters
from tests.integration.events.gatherings import Gatherings
from tests.integration.events.test_erasing import Person
from tests.integration.events.test_merging import merged, unmerged
from tests.scanning import places_of

HOUR = timedelta(hours=1)


@pytest.fixture
def there(bench: Bench) -> Gatherings:
    return Gatherings(bench)


def test_a_group_takes_four_for_45_minutes_and_one_other_person_30(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    group = there.topic(there.hosted(ada))
    assert (group["format"], group["capacity"], group["state"]) == ("group", 4, "open")
    assert (group["starts_at"], group["ends_at"]) == (rfc3339(FIRST), rfc3339(FIRST + timedelta(minutes=45)))
    alone = there.topic(there.hosted(ben, format="one_to_one"))
    assert (alone["capacity"], alone["ends_at"]) == (1, rfc3339(FIRST + timedelta(minutes=30)))
    there.require_consistent()


def test_the_event_has_its_own_numbers(there: Gatherings) -> None:
    rules = {"minutes": 20, "group_minutes": 60, "group_size": 2}
    assert there.put_slots(there.slots_again(), topics=rules).status_code == 200
    shown = there.bench.call("GET", f"/v1/events/{there.event_id}/slots", "organizer").get_json()["topics"]
    assert shown == rules | {"reminder_minutes": 15}
    topic = there.topic(there.hosted(there.attendee()))
    assert (topic["capacity"], topic["ends_at"]) == (2, rfc3339(FIRST + HOUR))
    assert there.host(there.attendee(), capacity=3).get_json()["errors"][0]["pointer"] == "/capacity"
    again = there.put_slots(there.slots_again(), notice_hours=1)
    assert again.get_json()["topics"]["group_size"] == 2


def test_a_topic_in_a_slot_has_the_slot_s_time(there: Gatherings) -> None:
    topic = there.topic(there.hosted(there.attendee(), slot_id=there.slot_ids[1]))
    slot = there.slots()[1]
    assert (topic["starts_at"], topic["ends_at"]) == (slot["starts_at"], slot["ends_at"])


@pytest.mark.parametrize(
    "when",
    [
        {"starts_at": rfc3339(FIRST - 2 * HOUR)},
        {"starts_at": rfc3339(FIRST + timedelta(hours=23, minutes=30))},
        {"slot_id": new_id()},
        {"slot_id": new_id(), "starts_at": rfc3339(FIRST)},
        {"starts_at": None},
    ],
)
def test_its_time_lies_within_the_event(there: Gatherings, when: dict[str, str | None]) -> None:
    assert there.host(there.attendee(), **when).status_code == 422


def test_an_event_keeps_the_time_of_its_topics(there: Gatherings) -> None:
    ada = there.attendee()
    topic = there.hosted(ada, at=5 * HOUR)
    called_off = there.hosted(ada, at=7 * HOUR)
    path, sooner = f"/v1/events/{there.event_id}", {"ends_at": rfc3339(FIRST + 4 * HOUR)}
    assert there.do("cancel", called_off, ada).status_code == 200
    refused = there.bench.call("PATCH", path, "organizer", json=sooner)
    assert (refused.status_code, refused.get_json()["detail"][:9]) == (409, "1 topics ")
    there.moved(topic, ada, 2 * HOUR)
    assert there.bench.call("PATCH", path, "organizer", json=sooner).status_code == 200


def test_people_join_until_it_is_full_and_then_wait_in_order(there: Gatherings) -> None:
    ada, *others = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=2)
    assert there.joined(topic, *others) == ["joined", "joined", "waiting", "waiting"]
    assert there.topic(topic)["state"] == "full"
    assert there.inside(topic) == (others[:2], others[2:])
    assert there.topic(topic, others[3])["own_place"] == 2
    assert "waitlist_ids" not in there.topic(topic, others[3])
    assert there.news(topic) == [
        ("hosted", []),
        ("joined", [ada]),
        ("joined", [ada]),
        ("waiting", []),
        ("waiting", []),
    ]
    there.require_consistent()


def test_joining_twice_changes_nothing(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid)
    version = there.bench.call("GET", f"/v1/topics/{topic}", "organizer").headers["ETag"]
    assert there.joined(topic, ben, cid) == ["joined", "waiting"]
    assert there.bench.call("GET", f"/v1/topics/{topic}", "organizer").headers["ETag"] == version


def test_who_leaves_gives_the_place_to_exactly_the_next_and_is_last_in_line_again(there: Gatherings) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid, dee, eve)
    there.left(topic, ben)
    assert there.inside(topic) == ([cid], [dee, eve])
    assert there.news(topic, "promoted") == [("promoted", [cid])]
    there.left(topic, cid)
    assert there.joined(topic, cid) == ["waiting"]
    assert there.inside(topic) == ([dee], [eve, cid])
    there.require_consistent()


def test_who_has_something_else_is_passed_over_and_keeps_the_place_in_line(there: Gatherings) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid, dee)
    meeting = there.agreed(cid, eve)
    there.left(topic, ben)
    assert there.inside(topic) == ([dee], [cid])
    there.done("cancel", meeting, cid)
    there.left(topic, dee)
    assert there.inside(topic) == ([cid], [])
    there.require_consistent()


def test_nobody_is_at_a_topic_and_a_meeting_at_once_nor_at_another_event(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada)
    there.agreed(ben, cid)
    assert there.do("join", topic, ben).status_code == 409
    assert there.ask(cid, ada).status_code == 409
    elsewhere = Gatherings(there.bench)
    elsewhere.register(ada)
    assert elsewhere.host(ada, at=timedelta(minutes=44)).status_code == 409
    assert elsewhere.host(ada, at=timedelta(minutes=45)).status_code == 201
    there.require_consistent()


def test_a_topic_that_moves_takes_along_who_is_free(there: Gatherings) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=2)
    there.joined(topic, ben, cid, dee)
    there.agreed(cid, eve, 2)
    moved = there.moved(topic, ada, HOUR)
    assert (moved["starts_at"], moved["sequence"], moved["undecided_ids"]) == (rfc3339(FIRST + HOUR), 1, [cid])
    assert there.inside(topic) == ([ben, cid], [dee])
    assert there.news(topic, "moved") == [("moved", [ben])]
    assert there.news(topic, "undecided") == [("undecided", [cid])]
    assert there.do("join", topic, cid).status_code == 409
    there.require_consistent()


def test_who_has_to_decide_comes_after_all_or_leaves(there: Gatherings) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=2)
    there.joined(topic, ben, cid, dee)
    first, second = there.agreed(ben, eve, 2), there.hosted(cid, at=HOUR)
    there.moved(topic, ada, HOUR)
    there.done("cancel", first, ben)
    assert there.joined(topic, ben) == ["joined"]
    there.left(topic, cid)
    assert there.inside(topic) == ([ben, dee], [])
    assert there.topic(second)["state"] == "open"
    there.require_consistent()


def test_it_moves_only_to_a_time_that_suits_its_host(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada)
    there.agreed(ada, ben, 3)
    assert there.patch(topic, ada, slot_id=there.slot_ids[3]).status_code == 409
    assert there.patch(topic, None, slot_id=there.slot_ids[2]).status_code == 200
    assert there.patch(topic, ben, slot_id=there.slot_ids[2]).status_code == 403
    stale = there.patch(topic, ada, title="Other", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    there.require_consistent()


def test_another_place_is_told_and_more_places_go_to_who_waits(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid, dee)
    assert there.patch(topic, ada, place="By the fountain").get_json()["sequence"] == 1
    assert there.news(topic, "moved") == [("moved", [ben])]
    assert there.patch(topic, ada, capacity=2).status_code == 200
    assert there.inside(topic) == ([ben, cid], [dee])
    assert there.patch(topic, ada, capacity=1).status_code == 409


def test_those_who_come_are_reminded_and_who_never_decided_gives_the_place_up(there: Gatherings) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=2)
    there.joined(topic, ben, cid, dee)
    there.agreed(cid, eve, 2)
    there.moved(topic, ada, HOUR)
    there.perform_due_at(FIRST + timedelta(minutes=44))
    assert there.news(topic, "reminder") == []
    there.perform_due_at(FIRST + timedelta(minutes=45))
    assert there.inside(topic) == ([ben, dee], [])
    assert there.news(topic, "lapsed") == [("lapsed", [cid])]
    assert there.news(topic, "reminder") == [("reminder", sorted([ada, ben, dee]))]
    there.require_consistent()


def test_what_is_over_is_closed_and_holds_nobody(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada)
    there.joined(topic, ben)
    there.perform_due_at(FIRST + HOUR)
    assert there.topic(topic)["state"] == "closed"
    assert there.do("join", topic, there.attendee()).status_code == 409
    assert there.do("cancel", topic, ada).status_code == 409
    there.require_consistent()


def test_its_host_or_an_organizer_calls_it_off(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    topic, other = there.hosted(ada, capacity=1), there.hosted(dee)
    there.joined(topic, ben, cid)
    assert there.do("cancel", topic, ben).status_code == 403
    assert there.do("cancel", topic, ada).get_json()["state"] == "cancelled"
    assert there.do("cancel", topic, ada).get_json()["reason"] == "member"
    assert there.news(topic, "cancelled") == [("cancelled", sorted([ben, cid]))]
    assert there.do("cancel", other, None).get_json()["reason"] == "organizer"
    assert there.do("join", topic, dee).status_code == 409
    there.require_consistent()


def test_who_does_not_come_any_more_leaves_and_what_they_host_ends(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    hosted, joined = there.hosted(ada), there.hosted(ben, capacity=1)
    there.do("cancel", hosted, ada)
    there.joined(joined, ada, cid)
    again = there.hosted(ada, at=2 * HOUR)
    (own,) = [each for each in there.bench.registrations(there.event_id) if each["member_id"] == ada]
    assert there.bench.call("DELETE", f"/v1/registrations/{own['id']}", "organizer").status_code == 204
    assert there.inside(joined) == ([cid], [])
    assert there.topic(again)["reason"] == "registration_cancelled"
    assert there.do("join", joined, ada).status_code == 404
    there.require_consistent()


def test_with_its_event_a_topic_is_called_off_and_nobody_is_promoted(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid)
    assert there.bench.call("POST", f"/v1/events/{there.event_id}/cancel", "organizer").status_code == 200
    there.bench.perform_due()
    assert there.topic(topic)["reason"] == "event_cancelled"
    assert there.news(topic)[-1] == ("cancelled", [])
    assert there.news(topic, "promoted") == []
    there.require_consistent()


def test_only_who_comes_sees_topics(there: Gatherings) -> None:
    topic, outside = there.hosted(there.attendee()), new_id()
    there.bench.member(outside)
    assert there.host(outside).status_code == 409
    path = f"/v1/events/{there.event_id}/topics"
    assert there.bench.call("GET", path, "member", member=outside).status_code == 403
    assert there.bench.call("GET", f"/v1/topics/{topic}", "member", member=outside).status_code == 404
    assert there.topics(there.attendee()) == [topic]
    neighbor = there.bench.call("GET", f"/v1/topics/{topic}", "organizer", tenant=there.bench.neighbor)
    assert neighbor.status_code == 404


def test_who_is_kept_apart_from_anybody_in_it_neither_sees_nor_joins_it(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    by_ada, by_cid = there.hosted(ada), there.hosted(cid, at=HOUR)
    there.joined(by_cid, ada)
    there.block(ada, ben)
    assert there.topics(ben) == []
    assert [there.do("join", each, ben).status_code for each in (by_ada, by_cid)] == [404, 404]
    there.block(ada, ben, version=2, blocked=False)
    assert there.topics(ben) == [by_ada, by_cid]


def test_a_block_has_the_later_of_the_two_leave_and_tells_nobody_why(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    topic = there.hosted(ada, capacity=2)
    there.joined(topic, ben, cid, dee)
    there.block(cid, ben)
    assert there.inside(topic) == ([ben, dee], [])
    assert there.news(topic, "lapsed") == [("lapsed", [cid])]
    assert all("by_id" not in each.data for each in there.messages(topic) if each.data["change"] == "lapsed")
    there.block(dee, ada)
    assert there.inside(topic) == ([ben], [])
    there.require_consistent()


def test_words_of_the_host_never_travel(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada, title="Xylophones", description="Xylophones at dawn", place="Xylophone room")
    there.joined(topic, ben)
    there.patch(topic, ada, place="Xylophone hall")
    assert "xylo" not in str(there.messages(topic)).casefold()
    assert there.topic(topic, ben)["description"] == "Xylophones at dawn"


def test_topics_are_the_survivor_s_and_come_back(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    hosted, joined = there.hosted(ada, at=HOUR), there.hosted(cid)
    there.joined(joined, ada)
    there.bench.handle([merged(there.bench, ada, ben)])
    assert there.topic(hosted)["host_id"] == ben
    assert there.inside(joined) == ([ben], [])
    there.require_consistent()
    there.bench.handle([unmerged(there.bench, ada)])
    assert there.topic(hosted)["host_id"] == ada
    assert there.inside(joined) == ([ada], [])
    there.require_consistent()


def test_one_person_is_at_one_topic_once(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    both, hosted = there.hosted(cid, capacity=2), there.hosted(ben, at=HOUR)
    there.joined(both, ada, ben, dee)
    there.joined(hosted, ada)
    at_once = there.hosted(dee, at=2 * HOUR)
    there.joined(at_once, ada)
    there.hosted(ben, at=2 * HOUR)
    there.bench.handle([merged(there.bench, ada, ben)])
    assert there.inside(both) == ([ben, dee], [])
    assert there.inside(hosted) == ([], [])
    assert there.inside(at_once) == ([], [])
    there.require_consistent()


def test_a_merge_puts_nobody_into_a_topic_with_whom_they_are_kept_apart_from(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    joined, hosted, elsewhere = there.hosted(cid), there.hosted(ada, at=HOUR), there.hosted(dee, at=2 * HOUR)
    there.joined(joined, ada, dee)
    there.joined(hosted, cid, dee)
    there.joined(elsewhere, ada)
    there.block(ben, cid)
    there.bench.handle([merged(there.bench, ada, ben)])
    assert there.inside(joined) == ([dee], [])
    assert there.inside(hosted) == ([dee], [])
    assert there.inside(elsewhere) == ([ben], [])
    assert there.topics(cid) == [joined]
    assert there.news(hosted, "lapsed") == [("lapsed", [cid])]
    there.require_consistent()


def test_nothing_is_left_of_what_an_erased_host_wrote(bench: Bench) -> None:
    there, person = Gatherings(bench), Person(bench)
    (word,) = person.words
    bench.member(bench.ada, given_name=person.name, family_name=person.surname)
    there.register(bench.ada)
    ben, cid = there.attendee(), there.attendee()
    past = there.hosted(bench.ada, title=f"On {word}", description=word, place=f"{word} hall")
    coming, joined = there.hosted(bench.ada, at=2 * HOUR, title=word), there.hosted(ben, at=HOUR, capacity=1)
    there.joined(joined, bench.ada, cid)
    there.perform_due_at(FIRST + timedelta(minutes=45))
    person.erase()
    assert (there.topic(past)["state"], there.topic(coming)["reason"]) == ("closed", "erased")
    assert there.inside(joined) == ([cid], [])
    assert not list(places_of(bench.foundation.database, word))
    there.require_consistent()


def test_a_member_gets_the_topics_they_are_in_with_what_they_wrote(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    own, others = there.hosted(ada), there.hosted(ben, at=HOUR)
    there.joined(others, ada)
    path = f"/v1/members/{ada}/export-share"
    shown = there.bench.call("GET", path, "member", member=ada).get_json()["sections"]["topics"]
    assert [(each["id"], each["standing"], each.get("title")) for each in shown] == [
        (own, "host", "Writing grants"),
        (others, "joined", None),
    ]
    staff = there.bench.call("GET", path, "coordinator").get_json()["sections"]["topics"]
    assert "title" not in staff[0]


def test_topics_stand_in_the_private_calendars_of_who_comes(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    topic = there.hosted(ada, capacity=1, place="By the fountain")
    there.joined(topic, ben, cid)
    assert [(each["SEQUENCE"], str(each["SUMMARY"])) for each in feed(there, ben)] == [(0, "Writing grants")]
    assert feed(there, cid) == []
    there.agreed(ben, dee, 2)
    there.moved(topic, ada, HOUR)
    shown = {str(each["UID"]): each for each in feed(there, ben)}
    moved = next(each for uid, each in shown.items() if uid.startswith(topic))
    assert (moved["SEQUENCE"], str(moved["STATUS"])) == (1, "TENTATIVE")
    there.do("cancel", topic, ada)
    (cancelled,) = feed(there, ada)
    assert (cancelled["SEQUENCE"], str(cancelled["STATUS"])) == (2, "CANCELLED")


def feed(there: Encounters, member: str) -> list[Calendar]:
    """What a member's feed has besides events."""
    address = there.bench.call("POST", "/v1/calendars", "member", member=member).get_json()["url"]
    path = address[address.index("/v1/") :]
    found = Calendar.from_ical(there.bench.app.test_client().get(path).get_data(as_text=True))
    return [each for each in found.walk("VEVENT") if not str(each["UID"]).startswith(there.event_id)]
