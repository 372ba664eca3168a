"""Coming rounds are planned anew from what was kept with the plan, and by all that was said and done since."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from services.events.commands import free_gone, gather_guests, know_sheet
from services.events.commands.replan_rounds import replannings
from services.events.store import Store
from shared.ids import new_id
from shared.messaging.due import DueLoop, claim
from shared.messaging.lease import LeaseLost
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import (
    Watch,
    arrive,
    do,
    gathering,
    meetings,
    own_plan,
    path,
    plans,
    published,
    shown,
    told,
    watched,
)


@pytest.fixture
def watch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    yield from watched(bench, monkeypatch)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The series whose people were read anew, all of them."""
    found: list[str] = []

    def known_of(store: Any, series: Any, people: Any) -> Any:
        found.append(series.id)
        return gather_guests.known_of(store, series, people)

    monkeypatch.setattr(know_sheet, "known_of", known_of)
    return found


def wish(bench: Bench, event: str, member: str, **said: list[str]) -> None:
    answer = bench.call("PUT", f"/v1/events/{event}/wishes", "member", member=member, json=said)
    assert answer.status_code == 200, answer.get_data()


def replan(bench: Bench, series: dict[str, Any], **change: Any) -> None:
    before = shown(bench, series)["plan_version"]
    answer = do(bench, series, "replan", json=change)
    assert answer.status_code == 202, answer.get_data()
    bench.perform_due()
    assert shown(bench, series)["plan_version"] == before + 1


def block(bench: Bench, one: str, other: str, *, blocked: bool = True, version: int = 1) -> None:
    pair, word = sorted((one, other)), "block.set.v1" if blocked else "block.lifted.v1"
    bench.receive("blocks.v1", word, {"member_ids": pair, "blocked": blocked}, key=":".join(pair), version=version)


def version_of(bench: Bench, series: dict[str, Any]) -> str:
    """As a client is told it, to be sent back in `If-Match`."""
    return bench.call("GET", path(series), "organizer").headers["ETag"]


def coming(bench: Bench, series: dict[str, Any], first: int) -> dict[str, list[Any]]:
    """What rounds from `first` on are to each person."""
    return {
        each["member_id"]: [seat for seat in each["rounds"] if seat["round"] >= first] for each in plans(bench, series)
    }


def test_who_is_gone_or_back_is_planned_without_reading_everybody(bench: Bench, watch: Watch, read: list[str]) -> None:
    event, people = gathering(bench, 10)
    series = published(bench, event, rounds=5)
    replan(bench, series, gone_ids=[people[0]])
    watch.set(minutes=11)
    replan(bench, series, gone_ids=[people[1]], late_ids=[people[0]])
    assert read == []
    assert [len(each) for member, each in coming(bench, series, 3).items() if member in people[:2]] == [3, 0]
    assert set(meetings(plans(bench, series)).values()) == {1}


def test_another_plan_writes_nobody_s_place_again(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 10)
    series = published(bench, event, rounds=5)
    replan(bench, series, gone_ids=[people[0]])
    found = list(bench.foundation.database["round_places"].find({"series_id": series["id"]}))
    assert {each["member_id"]: each["since"] for each in found} == dict.fromkeys(people, 1)


def test_what_was_said_since_counts_without_reading_everybody(bench: Bench, watch: Watch, read: list[str]) -> None:
    event, people = gathering(bench, 8)
    ada, ben, cid = people[:3]
    wish(bench, event, ada, wishes=[ben])
    series = published(bench, event, rounds=7)
    wish(bench, event, ada, no_thanks=[ben])
    wish(bench, event, cid, wishes=[ada])
    replan(bench, series)
    assert (ada, ben) not in meetings(plans(bench, series))
    assert shown(bench, series)["summary"]["affinity"] == 5_000
    wish(bench, event, ada, no_thanks=[])
    replan(bench, series, gone_ids=people[3:])
    assert (ada, ben) in meetings(plans(bench, series))
    assert read == []


def test_a_block_counts_and_so_does_its_end_without_reading_everybody(
    bench: Bench, watch: Watch, read: list[str]
) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    watch.set(minutes=1)
    partner = {
        seat["round"]: seat["partners"][0]["member_id"] for seat in own_plan(bench, series, people[0])[0]["rounds"]
    }
    kept_apart = tuple(sorted((people[0], partner[3])))
    block(bench, *kept_apart)
    bench.perform_due()
    assert kept_apart not in meetings(plans(bench, series))
    block(bench, *kept_apart, blocked=False, version=2)
    replan(bench, series, gone_ids=[each for each in people if each not in kept_apart])
    assert kept_apart in meetings(plans(bench, series))
    assert read == []


def test_who_comes_in_has_all_read_and_is_in_what_is_kept_then(bench: Bench, watch: Watch, read: list[str]) -> None:
    event, people = gathering(bench, 5)
    series = published(bench, event, rounds=5)
    [late] = arrive(bench, 1, begin=5)
    wish(bench, event, late, no_thanks=[people[0]])
    watch.set(minutes=1)
    replan(bench, series, late_ids=[late])
    assert read == [series["id"]]
    replan(bench, series, gone_ids=[people[4]])
    assert read == [series["id"]]
    assert tuple(sorted((late, people[0]))) not in meetings(plans(bench, series))
    assert len(coming(bench, series, 2)[late]) == 4


def test_after_a_merge_all_is_read_and_what_others_said_of_either_counts(
    bench: Bench, watch: Watch, read: list[str]
) -> None:
    event, people = gathering(bench, 4)
    other = new_id()
    bench.member(other, given_name="Other", family_name="")
    wish(bench, event, people[1], no_thanks=[other])
    series = published(bench, event, rounds=3)
    assert tuple(people[:2]) in meetings(plans(bench, series))
    bench.receive("members.v1", "member.merged.v1", {"id": other, "merged_into": people[0]}, key=other, version=2)
    replan(bench, series)
    assert read == [series["id"]]
    assert tuple(people[:2]) not in meetings(plans(bench, series))


def test_who_met_in_rounds_that_were_published_since_has_met(bench: Bench, watch: Watch, read: list[str]) -> None:
    event, _people = gathering(bench, 4)
    series = published(bench, event, rounds=1, starts_at="2099-05-05T08:00:00Z")
    others = published(bench, event, rounds=1)
    [(one, other), *_] = meetings(plans(bench, others))
    replan(bench, series)
    assert read == [series["id"]]
    assert (one, other) in meetings(plans(bench, others))


def test_what_is_wrong_by_the_time_it_is_kept_is_not_kept(bench: Bench, watch: Watch) -> None:
    event, _ = gathering(bench, 4)
    found = published(bench, event, rounds=2)
    store = Store(bench.foundation.database)
    series = store.round_series.get(bench.tenant, found["id"])
    stamp, sheet = store.round_sheets.begin(series)
    assert sheet is not None

    def doubt(transaction: Transaction) -> None:
        store.round_sheets.doubt(transaction.session, bench.tenant, [series.id], transaction.now)

    def keep(transaction: Transaction) -> None:
        store.round_sheets.keep(transaction.session, series, stamp, sheet)

    bench.foundation.unit_of_work.run(doubt, tenant=bench.tenant)
    bench.foundation.unit_of_work.run(keep, tenant=bench.tenant)
    assert store.round_sheets.begin(series)[1] is None


def test_a_place_that_was_given_back_and_taken_again_holds_its_time(
    bench: Bench, watch: Watch, read: list[str]
) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    for status, at in (("cancelled", "2026-11-02T10:00:00Z"), ("confirmed", "2026-11-03T10:00:00Z")):
        bench.ticket("P-0", status=status, updated_at=at)
    held = Store(bench.foundation.database).held_time
    assert people[0] not in held.holders(bench.tenant, series["id"])
    replan(bench, series)
    assert held.holders(bench.tenant, series["id"]) == frozenset(people)
    assert read == []


def test_who_is_gone_has_their_time_back_after_the_plan_is_published_which_stays_as_it_is(
    bench: Bench, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, people = gathering(bench, 6)
    series = published(bench, event, rounds=3)
    held = Store(bench.foundation.database).held_time
    died: list[str] = []

    def die(transaction: Transaction, store: Store, series_id: str, member_ids: Sequence[str]) -> None:
        died.append(shown(bench, series)["state"])
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(free_gone, "release_of", die)
        replan(bench, series, gone_ids=people[:2])
    assert died[0] == "published"
    assert held.holders(bench.tenant, series["id"]) == frozenset(people)
    version = version_of(bench, series)
    bench.foundation.database["round_series"].update_one({"_id": series["id"]}, {"$unset": {"claim": True}})
    bench.perform_due()
    assert held.holders(bench.tenant, series["id"]) == frozenset(people[2:])
    assert version_of(bench, series) == version
    [kept] = bench.foundation.database["round_series"].find({"_id": series["id"]})
    assert kept["due_at"] is None


def test_who_is_back_before_their_time_was_given_back_keeps_it(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 6)
    series = published(bench, event, rounds=3)
    ground, store = bench.foundation, Store(bench.foundation.database)
    planning, freeing = replannings(store), free_gone.freeings(store)
    assert do(bench, series, "replan", json={"gone_ids": people[:2]}).status_code == 202
    assert DueLoop(ground.unit_of_work, [planning], ground.clock).step(planning)
    claimed = claim(ground.database, freeing, ground.clock.now())
    assert claimed is not None
    assert do(bench, series, "replan", json={"late_ids": people[:1]}).status_code == 202
    with pytest.raises(LeaseLost):
        freeing.perform(ground.unit_of_work, claimed)
    bench.perform_due()
    assert store.held_time.holders(bench.tenant, series["id"]) == frozenset(people) - {people[1]}


def test_what_changed_for_nobody_is_told_to_nobody(bench: Bench, watch: Watch) -> None:
    event, _ = gathering(bench, 6)
    series = published(bench, event, rounds=3)
    replan(bench, series)
    assert [each["member_ids"] for each in told(bench)][1:] == [[]]
