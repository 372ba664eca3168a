"""The time that rounds hold, and what becomes of people's places: merged, erased, exported."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.events.commands.export_share import export_share
from services.events.commands.hold_round_time import ROUNDS
from services.events.domain.held_time import Hold
from services.events.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.web.export_share import Asked
from tests import erasing
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import (
    STARTS,
    arrive,
    ask,
    do,
    gathering,
    meetings,
    own_plan,
    planned,
    plans,
    published,
    shown,
    told,
)


def kept(bench: Bench) -> Store:
    return Store(bench.foundation.database)


def busy(bench: Bench, member: str, begins: int, ends: int) -> None:
    """Something else from so many minutes after the begin of the first round until so many."""
    hold = Hold(
        member, "meeting", new_id(), new_id(), STARTS + timedelta(minutes=begins), STARTS + timedelta(minutes=ends)
    )

    def take(transaction: Transaction) -> None:
        kept(bench).held_time.take(transaction.session, bench.tenant, [hold])

    bench.foundation.unit_of_work.run(take, tenant=bench.tenant)


def held(bench: Bench, members: list[str]) -> dict[str, list[tuple[int, int]]]:
    """What rounds hold of each, in minutes after the begin of the first one."""
    found = kept(bench).held_time.of(bench.tenant, members)
    return {
        each: [
            (int((hold.starts_at - STARTS).total_seconds() // 60), int((hold.ends_at - STARTS).total_seconds() // 60))
            for hold in found[each]
            if hold.kind == ROUNDS
        ]
        for each in members
    }


def test_rounds_hold_the_time_of_those_who_take_part_until_they_are_cancelled(bench: Bench) -> None:
    event, people = gathering(bench, 3)
    series = published(bench, event, rounds=3)
    assert held(bench, people) == {each: [(0, 28)] for each in people}
    do(bench, series, "cancel")
    bench.perform_due()
    assert held(bench, people) == {each: [] for each in people}
    [queued] = bench.foundation.database["round_series"].find({"_id": series["id"]})
    assert queued["due_at"] is None


def test_whoever_has_something_else_is_left_out_of_the_rounds_it_touches_and_reported(bench: Bench) -> None:
    event, people = gathering(bench, 6)
    busy(bench, people[0], 0, 200)
    busy(bench, people[1], 5, 9)
    busy(bench, people[2], 8, 10)
    series = planned(bench, event, rounds=4)
    found = {each["member_id"]: each for each in plans(bench, series)}
    assert {each: [seat["round"] for seat in found[each]["rounds"]] for each in people[:3]} == {
        people[0]: [],
        people[1]: [2, 3, 4],
        people[2]: [2, 3, 4],
    }
    assert [found[each]["left_out"] for each in people[:4]] == ["busy", "busy", "busy", None]
    assert (series["summary"]["people"], series["summary"]["left_out"]) == (5, 1)
    assert held(bench, people[:3]) == {people[0]: [], people[1]: [(10, 38)], people[2]: [(10, 38)]}


def test_planning_again_finds_its_own_time_free(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = planned(bench, event, rounds=3)
    assert do(bench, series, "replan", json={}).status_code == 202
    bench.perform_due()
    assert [len(each["rounds"]) for each in plans(bench, series)] == [3] * 4
    assert held(bench, people) == {each: [(0, 28)] for each in people}
    assert do(bench, series, "replan", json={"gone_ids": people[:1]}).status_code == 409


def test_whoever_is_gone_has_their_time_back_and_who_comes_in_gives_theirs(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    late, later = arrive(bench, 2, begin=4)
    busy(bench, later, 0, 60)
    change = {"gone_ids": [people[0]], "late_ids": [late, later]}
    assert do(bench, series, "replan", json=change).status_code == 202
    bench.perform_due()
    assert held(bench, [people[0], late, later]) == {people[0]: [], late: [(0, 28)], later: []}
    found = {each["member_id"]: each["left_out"] for each in plans(bench, series)}
    assert (found[people[0]], found[late], found[later]) == ("gone", None, "busy")


def test_whoever_gives_their_ticket_back_has_their_time_back(bench: Bench) -> None:
    event, people = gathering(bench, 3)
    published(bench, event, rounds=3)
    bench.ticket("P-1", status="cancelled", updated_at="2026-11-02T10:00:00Z")
    assert held(bench, people) == {people[0]: [(0, 28)], people[1]: [], people[2]: [(0, 28)]}


def test_of_two_rounds_asked_for_at_once_at_one_time_one_is_refused(bench: Bench) -> None:
    event, _ = gathering(bench, 2)
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        body = {"starts_at": "2099-05-04T12:00:00Z", "rounds": 2}
        statuses.append(bench.call("POST", f"/v1/events/{event}/rounds", "organizer", json=body).status_code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [202, 409, 409, 409]


def test_of_many_who_publish_at_once_one_does(bench: Bench) -> None:
    event, _ = gathering(bench, 4)
    series = planned(bench, event)
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        statuses.append(do(bench, series, "publish").status_code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409]
    assert len(bench.told("rounds.published")) == 1


def test_with_its_event_all_its_rounds_are_called_off(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series, other = published(bench, event), ask(bench, event, starts_at="2099-05-04T15:00:00Z")
    assert bench.call("POST", f"/v1/events/{event}/cancel", "organizer").status_code == 200
    bench.perform_due()
    assert {shown(bench, each)["state"] for each in (series, other)} == {"cancelled"}
    assert held(bench, people) == {each: [] for each in people}


def test_wishes_count_and_a_no_thanks_is_final(bench: Bench) -> None:
    event, people = gathering(bench, 6)
    ada, ben, cleo, *_ = people
    for member, said in ((ada, {"wishes": [ben], "no_thanks": [cleo]}), (ben, {"wishes": [ada], "no_thanks": []})):
        answer = bench.call("PUT", f"/v1/events/{event}/wishes", "member", member=member, json=said)
        assert answer.status_code == 200, answer.get_data()
    first = planned(bench, event, rounds=1)
    assert (ada, ben) in meetings(plans(bench, first))
    assert first["summary"]["affinity"] == 10_000
    all_others = planned(bench, event, rounds=4, starts_at="2099-05-04T15:00:00Z")
    assert (ada, cleo) not in meetings(plans(bench, all_others))


def test_what_one_person_wished_by_two_ids_is_the_wish_of_one(bench: Bench) -> None:
    event, people = gathering(bench, 3)
    ada, again, ben = people
    for member in (ada, again):
        said = {"wishes": [ben], "no_thanks": []}
        answer = bench.call("PUT", f"/v1/events/{event}/wishes", "member", member=member, json=said)
        assert answer.status_code == 200, answer.get_data()
    bench.member(ada, "P-0", "P-1", version=2, owned=2, given_name="Ada", family_name="")
    merge(bench, again, ada)
    series = planned(bench, event, rounds=1)
    assert (series["summary"]["people"], series["summary"]["affinity"]) == (2, 5_000)


def test_groups_meet_as_the_organizer_says(bench: Bench) -> None:
    event, people = gathering(bench, 6)
    body = {"groups": [{"name": "mentors", "member_ids": people[:3]}], "meets": []}
    assert bench.call("PUT", f"/v1/events/{event}/groups", "organizer", json=body).status_code == 200
    series = planned(bench, event, rounds=3, may_meet=[["others", "mentors"]])
    met = meetings(plans(bench, series))
    assert sum(met.values()) == 9
    assert all((one in people[:3]) is not (other in people[:3]) for one, other in met)


def erase(bench: Bench, member: str, ticket: str) -> None:
    at = datetime.now(UTC)
    bench.handle([erasing.tombstone(bench.tenant, member, next(bench._offsets), at)])
    bench.handle([erasing.request(bench.tenant, member, next(bench._offsets), at, tickets=[ticket])])


def merge(bench: Bench, away: str, into: str) -> None:
    bench.receive("members.v1", "member.merged.v1", {"id": away, "merged_into": into}, key=away, version=2)


def test_the_plan_of_somebody_who_was_merged_is_whose_they_are_now(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=2)
    survivor = new_id()
    bench.member(survivor, "P-0", owned=2, given_name="Survivor", family_name="")
    merge(bench, people[0], survivor)
    [own] = own_plan(bench, series, survivor)
    assert (own["member_id"], own["name"]) == (survivor, "Survivor")
    [partner] = [seat["partners"][0] for seat in own_plan(bench, series, people[1])[0]["rounds"]][:1]
    assert partner["member_id"] in {survivor, *people}
    assert people[0] not in str(plans(bench, series))
    assert do(bench, series, "replan", json={}).status_code == 202
    bench.perform_due()
    assert [len(each["rounds"]) for each in plans(bench, series)] == [2] * 4


def merged_late(bench: Bench, away: str, ticket: str) -> str:
    """Somebody who had nothing to do with the rounds turns out to be one who has a place in them; who that is."""
    survivor = new_id()
    bench.member(survivor, ticket, owned=2, given_name="Survivor", family_name="")
    merge(bench, away, survivor)
    return survivor


def test_after_a_merge_rounds_hold_the_time_of_who_that_is_now(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    survivor = merged_late(bench, people[0], "P-0")
    assert held(bench, [people[0], survivor]) == {people[0]: [], survivor: [(0, 28)]}
    assert do(bench, series, "replan", json={}).status_code == 202
    bench.perform_due()
    assert held(bench, [people[0], survivor]) == {people[0]: [], survivor: [(0, 28)]}
    bench.ticket("P-0", status="cancelled", updated_at="2026-11-02T10:00:00Z")
    assert held(bench, [people[0], survivor]) == {people[0]: [], survivor: []}


def test_who_was_merged_is_in_the_groups_that_were_listed_before(bench: Bench) -> None:
    event, people = gathering(bench, 6)
    body = {"groups": [{"name": "mentors", "member_ids": people[:3]}], "meets": []}
    assert bench.call("PUT", f"/v1/events/{event}/groups", "organizer", json=body).status_code == 200
    mentors = [merged_late(bench, people[0], "P-0"), *people[1:3]]
    met = meetings(plans(bench, planned(bench, event, rounds=3, may_meet=[["others", "mentors"]])))
    assert set(met) == {tuple(sorted((one, other))) for one in mentors for other in people[3:]}


def test_when_a_merge_is_undone_the_time_is_that_of_who_has_the_place(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    survivor = merged_late(bench, people[0], "P-0")
    back = {"id": people[0], "given_name": "Person", "family_name": "0"}
    back |= {"identifiers": [{"issuer": "pretix", "value": "summit/P-0", "version": 3}]}
    bench.receive("members.v1", "member.unmerged.v1", back, key=people[0], version=3)
    bench.perform_due()
    assert held(bench, [people[0], survivor]) == {people[0]: [(0, 28)], survivor: []}
    assert [len(each["rounds"]) for each in own_plan(bench, series, people[0])] == [3]


def test_who_was_merged_and_has_something_else_is_left_out_of_the_rounds_it_touches(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    survivor = new_id()
    busy(bench, survivor, 0, 9)
    bench.member(survivor, "P-0", owned=2, given_name="Survivor", family_name="")
    merge(bench, people[0], survivor)
    bench.perform_due()
    assert held(bench, [people[0], survivor]) == {people[0]: [], survivor: [(10, 28)]}
    [own] = own_plan(bench, series, survivor)
    assert ([seat["round"] for seat in own["rounds"]], own["left_out"]) == ([2, 3], "busy")


def test_whose_check_in_was_taken_back_has_their_time_back_with_the_next_plan(bench: Bench) -> None:
    event = bench.event()
    inside = arrive(bench, 3, checked_in=True)
    series = planned(bench, event, rounds=2, who="checked_in")
    bench.ticket("P-0", updated_at="2026-11-03T10:00:00Z")
    assert do(bench, series, "replan", json={}).status_code == 202
    bench.perform_due()
    assert held(bench, inside) == {inside[0]: [], inside[1]: [(0, 18)], inside[2]: [(0, 18)]}


def test_who_comes_after_all_gives_their_time_again_with_the_next_plan(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    bench.ticket("P-1", status="cancelled", updated_at="2026-11-02T10:00:00Z")
    bench.ticket("P-1", updated_at="2026-11-03T10:00:00Z")
    busy(bench, people[1], 0, 9)
    assert do(bench, series, "replan", json={}).status_code == 202
    bench.perform_due()
    assert held(bench, people) == {people[1]: [(10, 28)]} | {each: [(0, 28)] for each in people if each != people[1]}


def test_who_gave_their_ticket_back_before_the_publication_is_told_nothing(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    series = planned(bench, event, rounds=3)
    bench.ticket("P-2", status="cancelled", updated_at="2026-11-02T10:00:00Z")
    assert do(bench, series, "publish").status_code == 200
    [said] = told(bench)
    assert said["member_ids"] == [each for each in people if each != people[2]]


def test_of_two_places_of_one_person_one_stays(bench: Bench) -> None:
    event, people = gathering(bench, 6)
    series = published(bench, event, rounds=3)
    bench.member(people[1], "P-1", "P-0", version=2, owned=2, given_name="Both", family_name="")
    merge(bench, people[0], people[1])
    bench.perform_due()
    assert shown(bench, series)["plan_version"] == 2
    found = plans(bench, series)
    assert [len(each["rounds"]) for each in found if each["member_id"] == people[1]] == [0, 3]
    assert held(bench, people[:2]) == {people[0]: [], people[1]: [(0, 28)]}


@pytest.mark.parametrize("when", ["queued", "published"])
def test_who_is_erased_is_in_no_round_and_in_nothing_that_was_said_of_rounds(bench: Bench, when: str) -> None:
    event, people = gathering(bench, 6)
    gone = people[0]
    fields: dict[str, Any] = {"rounds": 3, "forbidden": [[gone, people[1]]]}
    series = published(bench, event, **fields) if when == "published" else ask(bench, event, **fields)
    erase(bench, gone, "P-0")
    bench.perform_due()
    assert shown(bench, series)["forbidden"] == []
    found = plans(bench, series)
    assert [each["member_id"] for each in found] == people[1:]
    assert [each["byes"] for each in found].count(0) >= 2
    for name in ("round_series", "round_places", "held_time"):
        assert gone not in str(list(bench.foundation.database[name].find({"tenant": bench.tenant})))
    _, sheet = kept(bench).round_sheets.begin(kept(bench).round_series.get(bench.tenant, series["id"]))
    assert sheet is not None
    assert sheet.people == tuple(people[1:])


def test_an_export_has_the_places_of_the_member(bench: Bench) -> None:
    event, people = gathering(bench, 3)
    series = published(bench, event, rounds=2)
    sections = export_share(kept(bench), Asked(bench.tenant, people[0], whole=True))
    assert sections is not None
    [place] = sections["rounds"]
    assert (place["event_id"], place["series_id"], place["plan"], place["number"]) == (event, series["id"], 1, 1)
    assert len(place["seats"]) == 2
