"""A pair meets."""

from functools import partial
from typing import Any

import pytest

from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import Pair, pair, pair_at_work

PROPOSAL = {"starts_at": "2026-01-12T17:00:00Z", "duration_minutes": 45, "format": "video"}


def propose(made: Pair, **more: Any) -> str:
    """The path of a session that the mentee proposes, below the mentorship's."""
    answer = made.call(made.mentee, "POST", "/sessions", {**PROPOSAL, **more})
    assert answer.status_code == 201, answer.json
    assert answer.headers["Location"] == f"{made.path}/sessions/{answer.json['id']}"
    return f"/sessions/{answer.json['id']}"


def test_a_session_is_proposed_by_one_confirmed_by_the_other_and_held(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    assert made.call(made.mentee, "PATCH", path, {"state": "confirmed"}).status_code == 409
    assert made.call(made.mentor, "PATCH", path, {"state": "confirmed"}).json["state"] == "confirmed"
    held = made.call(made.mentee, "PATCH", path, {"state": "held", "actions": ["Read"], "notes": "A secret"})
    assert (held.json["state"], held.json["actions"]) == ("held", ["Read"])
    told = made.told("session.proposed.v1", "session.confirmed.v1", "session.held.v1")
    assert [one["state"] for one in told] == ["proposed", "confirmed", "held"]
    assert told[-1]["action_count"] == 1
    assert "secret" not in str(told)


def test_another_time_is_a_new_proposal_with_a_higher_sequence(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    made.call(made.mentor, "PATCH", path, {"state": "confirmed"})
    moved = made.call(made.mentor, "PATCH", path, {"starts_at": "2026-01-13T17:00:00Z", "place": "The library"})
    assert (moved.json["state"], moved.json["sequence"], moved.json["proposed_by"]) == ("proposed", 1, made.mentor)
    assert made.call(made.mentor, "PATCH", path, {"state": "confirmed"}).status_code == 409
    assert made.call(made.mentee, "PATCH", path, {"state": "confirmed"}).json["state"] == "confirmed"
    (told,) = made.told("session.changed.v1")
    assert (told["previous_starts_at"], told["starts_at"]) == ("2026-01-12T17:00:00Z", "2026-01-13T17:00:00Z")
    assert "place" not in told


def test_a_missed_session_names_the_other_one_unless_told_who(association: Association) -> None:
    made = pair_at_work(association)
    first, second = propose(made), propose(made)
    for path in (first, second):
        made.call(made.mentor, "PATCH", path, {"state": "confirmed"})
    assert made.call(made.mentee, "PATCH", first, {"state": "missed"}).status_code == 409, "it has not begun"
    association.clock.pass_by(days=6)
    made.call(made.mentee, "PATCH", first, {"state": "missed"})
    agreed = made.call(made.mentor, "PATCH", first, {"state": "missed", "missed_by": [made.mentor]})
    assert (agreed.json["state"], agreed.json["missed_by"]) == ("missed", [made.mentor])
    wrong = made.call(made.mentee, "PATCH", second, {"state": "missed", "missed_by": [association.member()]})
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "/missed_by")
    own = made.call(made.mentee, "PATCH", second, {"state": "missed", "missed_by": [made.mentee]})
    assert own.json["missed_by"] == [made.mentee]
    seen = association.coordinator("GET", made.path).json
    assert (seen["health"], seen["health_rule"]) == ("at_risk", "missed_in_a_row")


def test_a_late_cancellation_is_marked(association: Association) -> None:
    made = pair_at_work(association)
    early, late = propose(made), propose(made, starts_at="2026-01-07T14:00:00Z")
    assert made.call(made.mentor, "PATCH", early, {"state": "cancelled"}).json["late"] is False
    assert made.call(made.mentor, "PATCH", late, {"state": "cancelled"}).json["late"] is True
    assert [one["late"] for one in made.told("session.cancelled.v1")] == [False, True]
    assert made.call(made.mentee, "PATCH", early, {"state": "held"}).status_code == 409


def test_a_patch_that_changes_nothing_tells_nobody(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    before = len(made.told())
    same = made.call(made.mentor, "PATCH", path, {**PROPOSAL, "state": "proposed"})
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
    assert len(made.told()) == before


def test_null_removes_a_place_and_what_is_absent_stays(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made, place="The library", notes="Bring the draft")
    patched = made.call(made.mentor, "PATCH", path, {"place": None}).json
    assert (patched["place"], patched["notes"]) == (None, "Bring the draft")


def test_there_is_nothing_to_meet_for_before_both_have_signed(association: Association) -> None:
    made = pair(association)
    assert made.call(made.mentee, "POST", "/sessions", PROPOSAL).status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"duration_minutes": 45}, "/starts_at"),
        ({**PROPOSAL, "starts_at": "tomorrow"}, "/starts_at"),
        ({**PROPOSAL, "duration_minutes": 0}, "/duration_minutes"),
        ({**PROPOSAL, "duration_minutes": "45"}, "/duration_minutes"),
        ({**PROPOSAL, "state": "held"}, "/state"),
    ],
)
def test_a_wrong_proposal_is_told_what_is_wrong(
    association: Association, body: dict[str, object], pointer: str
) -> None:
    made = pair_at_work(association)
    answer = made.call(made.mentee, "POST", "/sessions", body)
    assert (answer.status_code, [error["pointer"] for error in answer.json["errors"]]) == (422, [pointer])


def test_a_session_is_found_under_its_own_mentorship_only(association: Association) -> None:
    made, other = pair_at_work(association), pair_at_work(association)
    path = propose(made)
    assert other.call(other.mentor, "GET", path).status_code == 404
    assert other.call(other.mentor, "PATCH", path, {"state": "confirmed"}).status_code == 404
    assert made.call(other.mentor, "GET", path).status_code == 404
    assert [one["id"] for one in made.call(made.mentor, "GET", "/sessions").json["items"]] == [path[10:]]


def test_confirming_and_cancelling_at_once_have_an_order(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    at_once(
        [
            partial(made.call, made.mentor, "PATCH", path, {"state": "confirmed"}),
            partial(made.call, made.mentee, "PATCH", path, {"state": "cancelled"}),
        ]
    )
    assert made.call(made.mentor, "GET", path).json["state"] == "cancelled"
    told = made.told("session.confirmed.v1", "session.cancelled.v1")
    assert told[-1]["type"] == "session.cancelled.v1"


def test_a_stale_version_of_a_session_is_not_changed(association: Association) -> None:
    made = pair_at_work(association)
    path = propose(made)
    known = made.call(made.mentor, "GET", path).headers["ETag"]
    made.call(made.mentor, "PATCH", path, {"notes": "Mine"})
    stale = made.call(made.mentee, "PATCH", path, {"notes": "Yours"}, headers={"If-Match": known})
    assert stale.status_code == 412
