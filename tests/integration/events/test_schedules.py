"""A schedule of meetings is made by a worker, reviewed, and published meeting by meeting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.events.commands import publish_schedule
from services.events.commands.book_meetings import book_meetings
from services.events.commands.compute_schedule import MOST_ATTEMPTS
from services.events.store.schedules import Schedules
from shared.messaging.due import DueLoop
from tests import erasing
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters, slot
from tests.integration.events.test_merging import merged
from tests.integration.events.test_registering import at_once


class Scheduling(Encounters):
    """An event whose organizer makes schedules."""

    @property
    def path(self) -> str:
        return f"/v1/events/{self.event_id}/schedule"

    def make(self, **body: Any) -> TestResponse:
        return self.bench.call("POST", self.path, "organizer", json=body)

    def made(self, **body: Any) -> dict[str, Any]:
        answer = self.make(**body)
        assert answer.status_code == 202, answer.get_data()
        self.bench.perform_due()
        return self.schedule()

    def schedule(self) -> dict[str, Any]:
        answer = self.bench.call("GET", self.path, "organizer")
        assert answer.status_code == 200, answer.get_data()
        found: dict[str, Any] = answer.get_json()
        return found

    def planned(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.bench.call("GET", f"{self.path}/meetings", "organizer", query_string=query)
        assert answer.status_code == 200, answer.get_data()
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found

    def pairs(self, **query: Any) -> set[frozenset[str]]:
        return {frozenset(each["member_ids"]) for each in self.planned(**query)}

    def publish(self) -> TestResponse:
        return self.bench.call("POST", f"{self.path}/publish", "organizer")

    def published(self) -> dict[str, Any]:
        answer = self.publish()
        assert answer.status_code == 202, answer.get_data()
        self.bench.perform_due()
        return self.schedule()

    def meetings(self) -> list[dict[str, Any]]:
        path = f"/v1/events/{self.event_id}/meetings"
        answer = self.bench.call("GET", path, "organizer", query_string={"state": "accepted", "limit": 200})
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found

    def wish_each_other(self, *members: str) -> None:
        for each in members:
            self.wish(each, wishes=[other for other in members if other != each])


@pytest.fixture
def there(bench: Bench) -> Scheduling:
    return Scheduling(bench)


def test_a_schedule_is_made_reviewed_and_published(there: Scheduling) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    there.wish_each_other(ada, ben)
    there.wish(cid, wishes=[dee])
    answer = there.make()
    assert answer.status_code == 202, answer.get_data()
    assert answer.headers["Location"] == there.path
    assert (answer.get_json()["state"], answer.get_json()["progress"]) == ("queued", 0)
    there.bench.perform_due()
    made = there.schedule()
    assert (made["state"], made["progress"]) == ("ready", 1)
    reached = {"missing": 0, "mutual": 1, "wished": 1, "affinity": 0}
    assert made["summary"] == {
        "meetings": 2,
        "people": 4,
        "without": 0,
        "reached": reached,
        "bound": reached,
        "optimal": True,
    }
    assert there.pairs(state="planned") == {frozenset((ada, ben)), frozenset((cid, dee))}
    assert there.meetings() == []
    out = there.published()
    assert (out["state"], out["published"], out["left_out"]) == ("published", 2, 0)
    accepted = there.meetings()
    assert {frozenset((each["requester_id"], each["invitee_id"])) for each in accepted} == there.pairs()
    assert {each["origin"] for each in accepted} == {"schedule"}
    assert all(each["table"] is not None for each in accepted)
    planned = {each["meeting_id"]: (each["slot_id"], each["table"]) for each in there.planned()}
    assert planned == {each["id"]: (each["slot_id"], each["table"]) for each in accepted}
    there.require_consistent()
    assert len(there.bench.told("meeting.accepted")) == 2
    (told,) = there.bench.told("schedule.published")
    everybody = {"part": 1, "parts": 1, "member_ids": sorted((ada, ben, cid, dee))}
    assert told.data == {"id": out["id"], "event_id": there.event_id, "meetings": 2, "people": 4} | everybody


def test_published_again_nothing_more_happens(there: Scheduling) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    there.made()
    first = there.published()
    assert there.published() == first
    assert len(there.bench.told("schedule.published")) == 1
    assert len(there.meetings()) == 1


def test_nobody_is_planned_with_whom_they_do_not_want_or_are_kept_apart_from(there: Scheduling) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    there.wish(ada, wishes=[cid, dee], no_thanks=[ben])
    there.wish(ben, wishes=[ada, cid])
    there.block(ada, cid)
    made = there.made(quotas=[{"least": 4}])
    assert there.pairs().isdisjoint({frozenset((ada, ben)), frozenset((ada, cid))})
    assert made["summary"]["reached"]["missing"] == 4 * 4 - 2 * 4


def test_groups_that_do_not_meet_are_not_planned(there: Scheduling) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish_each_other(ada, ben, cid)
    body = {"groups": [{"name": "buyers", "member_ids": [ada, ben]}], "meets": [["buyers", "others"]]}
    assert there.bench.call("PUT", f"/v1/events/{there.event_id}/groups", "organizer", json=body).status_code == 200
    there.made()
    assert there.pairs() == {frozenset((ada, cid)), frozenset((ben, cid))}


def test_quotas_come_before_wishes_and_limit_them(there: Scheduling) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    assert there.put_slots([slot(FIRST, 0, 1)], headers={"If-Match": "*"}).status_code == 200
    there.wish_each_other(ada, ben)
    groups = {"groups": [{"name": "sponsors", "member_ids": [cid]}], "meets": []}
    assert there.bench.call("PUT", f"/v1/events/{there.event_id}/groups", "organizer", json=groups).status_code == 200
    there.made(quotas=[{"group": "sponsors", "least": 1}, {"group": "others", "most": 1}])
    (pair,) = there.pairs()
    assert cid in pair
    there.made(quotas=[{"most": 0}])
    assert there.pairs() == set()
    assert dee not in pair or pair == {cid, dee}


def test_quotas_that_cannot_be_are_named(there: Scheduling) -> None:
    answer = there.make(quotas=[{"group": "nobody"}, {"least": 3, "most": 2}, {"least": 1}])
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [
        "/quotas/0/group",
        "/quotas/1/most",
        "/quotas/2/group",
    ]


def test_who_fits_by_their_profile_meets(there: Scheduling) -> None:
    skills = [{"label": "Leadership", "side": "offers", "level": 3}]
    ada = there.attendee(skills=skills, industry="Energy")
    ben = there.attendee(skills=[{"label": "leadership", "side": "seeks", "level": 1}])
    there.attendee(skills=[{"label": "welding", "side": "seeks", "level": 1}])
    made = there.made()
    assert there.pairs() == {frozenset((ada, ben))}
    assert made["summary"]["reached"]["affinity"] > 0
    assert made["summary"]["without"] == 1
    there.made(fitting=0)
    assert there.pairs() == set()


def test_what_is_agreed_on_stays_and_counts(there: Scheduling) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish_each_other(ada, ben, cid)
    agreed = there.agreed(ada, ben)
    made = there.made(quotas=[{"most": 2}])
    assert there.pairs() == {frozenset((ada, cid)), frozenset((ben, cid))}
    there.published()
    assert there.state(agreed) == "accepted"
    assert made["summary"]["meetings"] == 2
    there.require_consistent()


def test_made_anew_what_is_published_stays_and_newcomers_are_planned(there: Scheduling) -> None:
    ada, ben = there.attendee(), there.attendee()
    there.wish_each_other(ada, ben)
    there.made()
    there.published()
    before = there.meetings()
    cid = there.attendee()
    there.wish(cid, wishes=[ada])
    there.made()
    assert there.pairs() == {frozenset((ada, cid))}
    there.published()
    assert [each for each in there.meetings() if each["id"] == before[0]["id"]] == before
    assert len(there.meetings()) == 2
    there.require_consistent()


def test_for_those_still_free_only_they_are_planned(there: Scheduling) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    there.wish_each_other(ada, ben, cid, dee)
    there.agreed(ada, ben)
    there.made(whom="still_free")
    assert there.pairs() == {frozenset((cid, dee))}


def test_time_held_at_another_event_is_not_free(there: Scheduling) -> None:
    ada, ben = there.attendee(), there.attendee()
    elsewhere = Encounters(there.bench, slots=1)
    other = elsewhere.attendee()
    elsewhere.register(ada)
    elsewhere.agreed(ada, other)
    there.wish_each_other(ada, ben)
    there.made()
    assert [each["slot_id"] == there.slot_ids[0] for each in there.planned()] == [False]


def test_what_came_in_between_is_left_out_and_says_why(there: Scheduling) -> None:
    people = [there.attendee() for _ in range(8)]
    pairs = list(zip(people[::2], people[1::2], strict=True))
    for pair in pairs:
        there.wish_each_other(*pair)
    there.made()
    planned = {frozenset(each["member_ids"]): there.slot_ids.index(each["slot_id"]) for each in there.planned()}
    (ada, ben), (cid, dee), (eve, fay), (gus, hal) = pairs
    stranger = there.attendee()
    there.agreed(ada, stranger, planned[frozenset((ada, ben))])
    (own,) = [each for each in there.bench.registrations(there.event_id) if each["member_id"] == cid]
    path = f"/v1/registrations/{own['id']}"
    assert there.bench.call("DELETE", path, "member", member=cid).status_code in (200, 204)
    there.block(eve, fay)
    out = there.published()
    assert (out["published"], out["left_out"]) == (1, 3)
    reasons = {frozenset(each["member_ids"]): each["reason"] for each in there.planned(state="left_out")}
    assert reasons == {
        frozenset((ada, ben)): "time_taken",
        frozenset((cid, dee)): "not_attending",
        frozenset((eve, fay)): "kept_apart",
    }
    assert there.pairs(state="published") == {frozenset((gus, hal))}
    there.require_consistent()


def test_who_said_no_thanks_in_between_is_not_told_from_who_is_kept_apart(there: Scheduling) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    there.wish_each_other(ada, ben)
    there.wish_each_other(cid, dee)
    there.made()
    there.wish(ben, no_thanks=[ada])
    there.block(cid, dee)
    assert there.published()["left_out"] == 2
    assert [each["reason"] for each in there.planned()] == ["kept_apart", "kept_apart"]


def test_a_worker_whose_schedule_was_replaced_leaves_alone_what_the_other_plans(
    there: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    report = Schedules.report

    def another_is_made_first(*given: Any) -> bool:
        said = report(*given)
        monkeypatch.setattr(Schedules, "report", report)
        there.made()
        return said

    monkeypatch.setattr(Schedules, "report", another_is_made_first)
    assert there.make().status_code == 202
    there.bench.perform_due()
    made = there.schedule()
    assert (made["state"], made["summary"]["meetings"], len(there.planned())) == ("ready", 1, 1)


def test_groups_that_came_apart_in_between_are_left_out(there: Scheduling) -> None:
    ada, ben = there.attendee(), there.attendee()
    there.wish_each_other(ada, ben)
    there.made()
    body = {"groups": [{"name": "sellers", "member_ids": [ada, ben]}], "meets": [["sellers", "others"]]}
    assert there.bench.call("PUT", f"/v1/events/{there.event_id}/groups", "organizer", json=body).status_code == 200
    assert there.published()["left_out"] == 1
    assert [each["reason"] for each in there.planned()] == ["groups"]


def test_a_publication_that_breaks_off_goes_on_with_what_is_left(
    there: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [there.attendee() for _ in range(6)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        there.wish_each_other(one, other)
    there.made()
    monkeypatch.setattr(publish_schedule, "_TOGETHER", 1)
    calls = 0

    def dies_at_the_second(*given: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return book_meetings(*given, **options)

    monkeypatch.setattr(publish_schedule, "book_meetings", dies_at_the_second)
    assert there.publish().status_code == 202
    with pytest.raises(KeyboardInterrupt):
        there.bench.perform_due()
    assert (there.schedule()["state"], there.schedule()["published"]) == ("publishing", 1)
    assert len(there.meetings()) == 1
    there.bench.foundation.database["schedules"].update_one(
        {"event_id": there.event_id}, {"$set": {"claim.until": datetime(2020, 1, 1, tzinfo=UTC)}}
    )
    there.bench.perform_due()
    assert (there.schedule()["state"], there.schedule()["published"]) == ("published", 3)
    assert len(there.bench.told("meeting.accepted")) == 3
    assert len(there.bench.told("schedule.published")) == 1
    there.require_consistent()


def publishes_one_of_two(there: Scheduling, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One meeting is out when the worker ends; the people."""
    people = [there.attendee() for _ in range(4)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        there.wish_each_other(one, other)
    there.made()
    monkeypatch.setattr(publish_schedule, "_TOGETHER", 1)
    booked = iter((book_meetings,))

    def dies_at_the_second(*given: Any, **options: Any) -> Any:
        for each in booked:
            return each(*given, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publish_schedule, "book_meetings", dies_at_the_second)
        assert there.publish().status_code == 202
        with pytest.raises(KeyboardInterrupt):
            there.bench.perform_due()
    return people


def let_the_lease_run_out(there: Scheduling, **claim: Any) -> None:
    there.bench.foundation.database["schedules"].update_one(
        {"event_id": there.event_id},
        {
            "$set": {"claim.until": datetime(2020, 1, 1, tzinfo=UTC)}
            | {f"claim.{name}": to for name, to in claim.items()}
        },
    )


def test_who_has_a_meeting_of_a_publication_that_is_given_up_hears_of_it(
    there: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = publishes_one_of_two(there, monkeypatch)
    let_the_lease_run_out(there, attempts=MOST_ATTEMPTS)
    there.bench.perform_due()
    given_up = there.schedule()
    assert (given_up["state"], given_up["published"], given_up["left_out"]) == ("ready", 1, 0)
    [meeting] = there.meetings()
    (told,) = there.bench.told("schedule.published")
    assert told.data["member_ids"] == sorted((meeting["requester_id"], meeting["invitee_id"]))
    assert (told.data["meetings"], told.data["people"]) == (1, 2)
    there.require_consistent()
    assert there.published()["published"] == 2
    *_, last = there.bench.told("schedule.published")
    assert (last.data["meetings"], last.data["member_ids"]) == (2, sorted(people))


def test_whose_meetings_are_out_hears_of_their_end_where_the_event_is_cancelled_meanwhile(
    there: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishes_one_of_two(there, monkeypatch)
    [meeting] = there.meetings()
    assert there.bench.call("POST", f"/v1/events/{there.event_id}/cancel", "organizer").status_code == 200
    let_the_lease_run_out(there)
    there.bench.perform_due()
    assert (there.schedule()["state"], there.schedule()["published"]) == ("ready", 1)
    assert there.bench.told("schedule.published") == []
    (ended,) = there.bench.told("meeting.cancelled")
    assert (ended.key, ended.data["reason"]) == (meeting["id"], "event_cancelled")


def test_a_worker_that_was_overtaken_writes_nothing(there: Scheduling, monkeypatch: pytest.MonkeyPatch) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    there.made()
    monkeypatch.setattr(publish_schedule, "LEASE_SECONDS", 0.0)

    def another_comes_first(*given: Any, **options: Any) -> Any:
        monkeypatch.setattr(publish_schedule, "book_meetings", book_meetings)
        there.bench.perform_due()
        return book_meetings(*given, **options)

    assert there.publish().status_code == 202
    work = next(each for each in there.bench.service.due if each.name == "publish_schedule")
    monkeypatch.setattr(publish_schedule, "book_meetings", another_comes_first)
    DueLoop(there.bench.foundation.unit_of_work, [work], there.bench.foundation.clock).step(work)
    there.bench.perform_due()
    assert (there.schedule()["state"], there.schedule()["published"]) == ("published", 1)
    assert len(there.meetings()) == 1
    there.require_consistent()


def test_publishing_and_asking_at_once_never_book_anybody_twice(there: Scheduling) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish_each_other(ada, ben)
    there.made()
    (planned,) = there.planned()
    number = there.slot_ids.index(planned["slot_id"])
    assert there.publish().status_code == 202
    statuses = at_once([lambda: there.bench.perform_due() or 0, lambda: there.ask(ada, cid, number).status_code])
    assert statuses.keys() <= {0, 201, 409}
    there.bench.perform_due()
    assert there.schedule()["state"] == "published"
    there.require_consistent()


def test_an_event_that_was_cancelled_publishes_nothing(there: Scheduling) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    there.made()
    assert there.publish().status_code == 202
    assert there.bench.call("POST", f"/v1/events/{there.event_id}/cancel", "organizer").status_code == 200
    there.bench.perform_due()
    found = there.schedule()
    assert (found["state"], found["published"]) == ("ready", 0)
    assert "cancelled" in found["failure"]
    assert there.publish().status_code == 409
    assert there.meetings() == []


def test_a_meeting_that_was_dismissed_is_not_published(there: Scheduling) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish_each_other(ada, ben, cid)
    there.made()
    unwanted = there.planned()[0]
    path = f"{there.path}/meetings/{unwanted['id']}"
    for _ in range(2):
        answer = there.bench.call("DELETE", path, "organizer")
        assert (answer.status_code, answer.get_json()["state"]) == (200, "dismissed")
    assert there.published()["published"] == 2
    assert there.pairs(state="dismissed") == {frozenset(unwanted["member_ids"])}
    late = there.planned(state="published")[0]
    assert there.bench.call("DELETE", f"{there.path}/meetings/{late['id']}", "organizer").status_code == 409


def test_a_schedule_that_is_asked_for_anew_takes_the_place_of_the_last(there: Scheduling) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    first = there.made()
    second = there.made()
    assert first["id"] != second["id"]
    assert len(there.planned()) == 1
    assert there.bench.foundation.database["planned_meetings"].count_documents({"tenant": there.bench.tenant}) == 1


def test_before_it_is_made_or_while_it_is_published_it_does_not_change_hands(there: Scheduling) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    assert there.make().status_code == 202
    assert there.planned() == []
    assert there.publish().status_code == 409
    there.bench.perform_due()
    assert there.publish().status_code == 202
    assert there.make().status_code == 409


def test_two_who_ask_at_once_have_one_schedule(there: Scheduling) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    answers = at_once([lambda: there.make().status_code] * 4)
    assert answers.keys() <= {202, 409}
    there.bench.perform_due()
    assert there.schedule()["state"] == "ready"
    assert len(there.planned()) == 1


def test_without_slots_to_come_nothing_is_planned(bench: Bench) -> None:
    bare = Scheduling(bench, slots=0)
    assert bare.make().status_code == 409
    assert bench.call("GET", bare.path, "organizer").status_code == 404


def test_a_schedule_that_cannot_be_made_says_so(there: Scheduling, monkeypatch: pytest.MonkeyPatch) -> None:
    assert there.make().status_code == 202
    there.bench.foundation.database["schedules"].update_one(
        {"event_id": there.event_id},
        {"$set": {"claim": {"token": "t", "until": datetime(2020, 1, 1, tzinfo=UTC), "attempts": 5}}},
    )
    there.bench.perform_due()
    assert (there.schedule()["state"], there.schedule()["stage"]) == ("failed", None)
    assert there.schedule()["failure"]


def test_what_is_planned_with_the_erased_goes(there: Scheduling) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    there.wish_each_other(ada, ben, cid)
    there.made()
    there.bench.handle([erasing.request(there.bench.tenant, ada, next(there.bench._offsets), datetime.now(UTC))])
    there.bench.perform_due()
    assert there.pairs() == {frozenset((ben, cid))}


def test_a_plan_follows_whoever_somebody_was_merged_into(there: Scheduling) -> None:
    ada, ben, survivor = there.attendee(), there.attendee(), there.attendee()
    there.wish_each_other(ada, ben)
    there.made()
    there.bench.handle([merged(there.bench, ada, survivor)])
    assert there.published()["published"] == 1
    (meeting,) = there.meetings()
    assert {meeting["requester_id"], meeting["invitee_id"]} == {survivor, ben}


def test_another_tenant_finds_no_schedule(there: Scheduling) -> None:
    there.wish_each_other(there.attendee(), there.attendee())
    (planned,) = (there.made(), there.planned())[1]
    neighbor = there.bench.neighbor
    for method, path in (
        ("POST", there.path),
        ("GET", there.path),
        ("GET", f"{there.path}/meetings"),
        ("POST", f"{there.path}/publish"),
        ("DELETE", f"{there.path}/meetings/{planned['id']}"),
    ):
        options = {"json": {}} if (method, path) == ("POST", there.path) else {}
        assert there.bench.call(method, path, "organizer", tenant=neighbor, **options).status_code == 404
    elsewhere = Scheduling(there.bench)
    path = f"{elsewhere.path}/meetings/{planned['id']}"
    elsewhere.made()
    assert there.bench.call("DELETE", path, "organizer").status_code == 404


def test_slots_that_begin_meanwhile_are_left_out(there: Scheduling) -> None:
    soon = there.bench.foundation.clock.now() + timedelta(minutes=10)
    near = Scheduling(there.bench, slots=1, begins=soon)
    near.wish_each_other(near.attendee(), near.attendee())
    near.made()
    assert near.publish().status_code == 202
    near.perform_due_at(soon + timedelta(minutes=1))
    assert [each["reason"] for each in near.planned()] == ["slot"]
