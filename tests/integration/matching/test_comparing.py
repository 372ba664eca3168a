"""Two match runs of one program side by side: what the other one would change, and for whom."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.matching.association import Association
from tests.integration.matching.cohort import (
    asked_for,
    cohort,
    computed,
    proposals_of,
    publish,
    run_of,
)


def compared(association: Association, run_id: str, other: str, query: str = "", **options: Any) -> Any:
    return association.coordinator("GET", f"/v1/match-runs/{run_id}/compare?with={other}{query}", **options)


def sums(association: Association, run_id: str) -> dict[tuple[str, str], float]:
    """What each person scores in the run, as its proposals say."""
    found: Counter[tuple[str, str]] = Counter()
    for each in proposals_of(association, run_id):
        for role in ("mentor", "mentee"):
            found[role, each[f"{role}_id"]] += each["score"]
    return dict(found)


def two_runs(association: Association) -> tuple[str, str]:
    """Eight mentors who each fit one mentee best: each run mixes some of these pairs up and forbids another one."""
    program = association.program()
    mentors, mentees = cohort(association, program, 8)

    def run(mixed: tuple[int, ...], forbidden: int) -> str:
        locked = [[mentors[at], mentees[mixed[next_ % len(mixed)]]] for next_, at in enumerate(mixed, 1)]
        return computed(association, program, locked=locked, forbidden=[[mentors[forbidden], mentees[forbidden]]])

    return run((3, 4), 6), run((0, 1, 2), 5)


def test_each_person_is_told_by_what_they_score_in_both_runs(association: Association) -> None:
    first, other = two_runs(association)
    page = compared(association, first, other, "&limit=200").json
    before, after = sums(association, first), sums(association, other)
    found = {(each["role"], each["member_id"]): each for each in page["items"]}
    assert found.keys() == before.keys() | after.keys()
    for person, each in found.items():
        assert each["before"] == (pytest.approx(before[person]) if person in before else None)
        assert each["after"] == (pytest.approx(after[person]) if person in after else None)
        assert each["difference"] == pytest.approx(after.get(person, 0) - before.get(person, 0))
        moved = "gains" if each["difference"] > 0 else "loses" if each["difference"] < 0 else "same"
        assert each["change"] == moved
    assert page["people"] == {"gains": 6, "loses": 8, "same": 2, "newly_matched": 2, "newly_alone": 2}
    assert Counter(each["change"] for each in page["items"]) == {"gains": 6, "loses": 8, "same": 2}
    assert len(after.keys() - before.keys()) == len(before.keys() - after.keys()) == 2
    assert page["next"] is None


def test_what_changes_for_all_is_the_difference_of_the_two_summaries(association: Association) -> None:
    first, other = two_runs(association)
    page = compared(association, first, other, "&limit=200").json
    before, after = (run_of(association, each)["summary"] for each in (first, other))
    assert (page["run"]["id"], page["other"]["id"]) == (first, other)
    assert (page["run"]["summary"], page["other"]["summary"]) == (before, after)
    counted = [name for name in before if before[name] is not None]
    assert {*before} - {*counted} == {"most_matched", "most_score"}, "peers have these"
    told = {name: number for name, number in page["difference"].items() if number is not None}
    assert told == {name: pytest.approx(after[name] - before[name]) for name in counted}
    assert page["difference"]["total_score"] < 0
    for role in ("mentor", "mentee"):
        changes = sum(each["difference"] for each in page["items"] if each["role"] == role)
        assert changes == pytest.approx(page["difference"]["total_score"])


def test_the_other_way_round_everything_is_reversed(association: Association) -> None:
    first, other = two_runs(association)
    there, back = (compared(association, *runs, "&limit=200").json for runs in ((first, other), (other, first)))
    assert {name: -value for name, value in there["difference"].items()} == pytest.approx(back["difference"])
    assert (there["people"]["gains"], there["people"]["newly_alone"]) == (
        back["people"]["loses"],
        back["people"]["newly_matched"],
    )


def test_a_run_compared_with_itself_changes_nothing_for_anybody(association: Association) -> None:
    first, _ = two_runs(association)
    page = compared(association, first, first, "&limit=200").json
    assert {each["change"] for each in page["items"]} == {"same"}
    assert (page["people"]["gains"], page["people"]["loses"], page["people"]["same"]) == (0, 0, len(page["items"]))
    assert set(page["difference"].values()) == {0}


def test_pages_follow_each_other_by_the_size_of_the_change_and_counts_are_of_all(association: Association) -> None:
    first, other = two_runs(association)
    whole = compared(association, first, other, "&limit=200").json
    people, cursor = [], ""
    while cursor is not None:
        page = compared(association, first, other, f"&limit=2{cursor and f'&cursor={cursor}'}").json
        assert page["people"] == whole["people"]
        people += page["items"]
        cursor = page["next"]
    assert people == whole["items"]
    assert all(abs(one["difference"]) >= abs(next_["difference"]) for one, next_ in pairwise(people))
    for change in ("gains", "loses", "same"):
        kept = compared(association, first, other, f"&limit=200&change={change}").json
        assert kept["items"] == [each for each in people if each["change"] == change]
        assert kept["people"] == whole["people"]


def test_what_was_decided_since_does_not_count(association: Association) -> None:
    first, other = two_runs(association)
    before = compared(association, first, other, "&limit=200").json
    proposal = proposals_of(association, first)[0]
    association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": "dismissed"})
    again = {"mentor_id": proposal["mentor_id"], "mentee_id": proposal["mentee_id"]}
    assert association.coordinator("POST", f"/v1/match-runs/{first}/proposals", again).status_code == 201
    publish(association, other, approve_all=True)
    assert compared(association, first, other, "&limit=200").json == before


def test_runs_that_did_not_come_out_are_a_conflict(association: Association) -> None:
    program = association.program()
    cohort(association, program, 1)
    first, queued = computed(association, program), asked_for(association, program)
    for runs in ((first, queued), (queued, first)):
        refused = compared(association, *runs)
        assert (refused.status_code, "queued" in refused.json["detail"]) == (409, True)
    association.coordinator("POST", f"/v1/match-runs/{queued}/discard")
    assert compared(association, first, queued).status_code == 409


def test_runs_of_other_programs_and_tenants_are_not_compared(association: Association) -> None:
    program, elsewhere = association.program(), association.program()
    cohort(association, program, 1)
    first, other = computed(association, program), computed(association, elsewhere)
    refused = compared(association, first, other)
    assert (refused.status_code, [fault["pointer"] for fault in refused.json["errors"]]) == (422, ["/with"])
    assert compared(association, first, new_id()).status_code == 404
    assert compared(association, new_id(), first).status_code == 404
    assert compared(association, first, first, tenant="another").status_code == 404


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/with"),
        ("?with=nonsense", "/with"),
        ("?with={run}&change=worse", "/change"),
        ("?with={run}&limit=0", "/limit"),
    ],
)
def test_a_query_with_a_fault_is_told_where_it_is(association: Association, query: str, pointer: str) -> None:
    program = association.program()
    cohort(association, program, 1)
    run_id = computed(association, program)
    refused = association.coordinator("GET", f"/v1/match-runs/{run_id}/compare{query.format(run=run_id)}")
    assert (refused.status_code, [fault["pointer"] for fault in refused.json["errors"]]) == (422, [pointer])


def test_a_cursor_of_another_list_is_malformed(association: Association) -> None:
    first, other = two_runs(association)
    cursor = association.coordinator("GET", f"/v1/match-runs/{first}/proposals?limit=1").json["next"]
    assert cursor is not None
    assert compared(association, first, other, f"&cursor={cursor}").status_code == 400
