"""A mentorship from the agreement to its end."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import TERMS, Pair, pair, pair_at_work


def active_seats(made: Pair) -> int:
    load = made.association.store.loads.find_of(TENANT, made.program_id, made.mentor)
    assert load is not None
    return load.active


def test_an_agreement_signed_by_both_makes_the_mentorship_active(association: Association) -> None:
    made = pair(association)
    proposed = made.call(made.mentee, "PUT", "/agreement", TERMS)
    assert (proposed.status_code, proposed.json["agreement"]["version"]) == (200, 1)
    first = made.call(made.mentor, "POST", "/agreement/sign", {"version": 1}).json
    assert (first["state"], first["agreement"]["signed_by"]) == ("agreement_pending", [made.mentor])
    second = made.call(made.mentee, "POST", "/agreement/sign", {"version": 1}).json
    assert (second["state"], second["ends_on"]) == ("active", "2026-06-24")
    assert second["in_force"]["goals"] == TERMS["goals"]
    assert [(one["type"], one["version"]) for one in made.told("mentorship.started.v1", "mentorship.activated.v1")] == [
        ("mentorship.started.v1", 1),
        ("mentorship.activated.v1", 4),
    ]
    assert [one["complete"] for one in made.told("agreement.signed.v1")] == [False, True]


def test_all_messages_of_a_mentorship_have_its_key_and_rising_versions(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentor, "POST", "/milestones", {"title": "Give a talk"})
    made.call(made.mentee, "POST", "/appreciations", {"text": "Thank you"})
    made.call(made.mentee, "POST", "/complete")
    rows = list(association.foundation.database["outbox"].find({"topic": "mentorships.v1"}))
    tasks = {each["key"] for each in association.messages("task.created.v1")}
    assert {row["key"] for row in rows} - tasks == {made.mentorship}
    assert [(one["version"], one["type"]) for one in made.told()] == [
        (1, "mentorship.started.v1"),
        (2, "agreement.proposed.v1"),
        (3, "agreement.signed.v1"),
        (4, "agreement.signed.v1"),
        (4, "mentorship.activated.v1"),
        (5, "milestone.set.v1"),
        (6, "appreciation.sent.v1"),
        (7, "mentorship.completing.v1"),
        (8, "mentorship.completed.v1"),
        (8, "feedback.requested.v1"),
        (8, "feedback.requested.v1"),
    ]


def test_both_signing_at_once_activates_once(association: Association) -> None:
    made = pair(association)
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    signing = [partial(made.call, who, "POST", "/agreement/sign", {"version": 1}) for who in (made.mentor, made.mentee)]
    answers = at_once(signing * 2)
    assert {answer.status_code for answer in answers} == {200}
    assert made.call(made.mentor, "GET").json["state"] == "active"
    assert len(made.told("mentorship.activated.v1")) == 1
    assert len(made.told("agreement.signed.v1")) == 2


def test_a_change_needs_both_signatures_again_and_the_old_version_cannot_be_signed(association: Association) -> None:
    made = pair_at_work(association)
    changed = made.call(made.mentee, "PUT", "/agreement", {**TERMS, "duration_weeks": 12}).json
    assert (changed["agreement"]["version"], changed["agreement"]["signed_by"]) == (2, [])
    assert changed["in_force"]["duration_weeks"] == 24
    assert made.call(made.mentor, "POST", "/agreement/sign", {"version": 1}).status_code == 409
    for who in (made.mentor, made.mentee):
        signed = made.call(who, "POST", "/agreement/sign", {"version": 2}).json
    assert (signed["in_force"]["duration_weeks"], signed["ends_on"]) == (12, "2026-04-01")
    assert len(made.told("mentorship.activated.v1")) == 1


def test_terms_outside_the_programs_range_are_refused(association: Association) -> None:
    made = pair(association)
    refused = made.call(made.mentor, "PUT", "/agreement", {**TERMS, "duration_weeks": 200})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/duration_weeks")
    assert made.call(made.mentor, "POST", "/agreement/sign", {"version": 1}).status_code == 409


def test_a_coordinator_sees_state_dates_and_health_and_nothing_the_two_wrote(association: Association) -> None:
    made = pair_at_work(association)
    association.clock.pass_by(days=30)
    listed = association.coordinator("GET", f"/v1/mentorships?program_id={made.program_id}").json["items"]
    for seen in (association.coordinator("GET", made.path).json, *listed):
        assert (seen["state"], seen["health"], seen["health_rule"]) == ("active", "quiet", "no_session")
        assert seen["ends_on"] == "2026-06-24"
        assert {"agreement", "in_force"}.isdisjoint(seen)
    for below in ("/sessions", "/milestones", "/appreciations"):
        assert association.coordinator("GET", made.path + below).status_code == 403


def test_a_member_sees_only_own_mentorships(association: Association) -> None:
    made, other = pair(association), pair(association)
    assert [one["id"] for one in association.call(made.mentee, "GET", "/v1/mentorships").json["items"]] == [
        made.mentorship
    ]
    for method, below, body in (
        ("GET", "", None),
        ("GET", "/sessions", None),
        ("PUT", "/agreement", TERMS),
        ("POST", "/agreement/sign", {"version": 1}),
        ("POST", "/milestones", {"title": "Mine"}),
        ("POST", "/appreciations", {"text": "Thanks"}),
        ("POST", "/end", None),
        ("GET", "/agreement/draft", None),
        ("GET", "/agreement/versions", None),
        ("POST", "/complete", None),
        ("POST", "/extend", {"ends_on": "2026-09-30"}),
        ("POST", "/rematch", None),
        ("POST", "/hold", None),
        ("POST", "/resume", None),
    ):
        assert made.call(other.mentor, method, below, body).status_code == 404, (method, below)


@pytest.mark.parametrize("how", ["end", "complete"])
def test_the_seat_is_free_again_when_it_is_over(association: Association, how: str) -> None:
    made = pair_at_work(association)
    over = made.call(made.mentee, "POST", f"/{how}")
    assert over.json["state"] == {"end": "ended_early", "complete": "completed"}[how]
    assert active_seats(made) == 0
    assert made.call(made.mentor, "POST", f"/{how}").status_code == 409
    assert active_seats(made) == 0


def test_ending_and_completing_at_once_give_the_seat_back_once(association: Association) -> None:
    made = pair_at_work(association)
    ways: list[Callable[[], Any]] = [
        partial(made.call, who, "POST", f"/{how}") for who in (made.mentor, made.mentee) for how in ("end", "complete")
    ]
    answers = at_once(ways * 2)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert active_seats(made) == 0
    told = made.told("mentorship.completed.v1", "mentorship.ended.v1")
    assert len(told) == 1
    assert [one["active"] for one in association.messages("mentor.capacity_changed.v1")] == [0, 1, 0]


def test_a_mentorship_completes_by_way_of_completing(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/complete")
    told = made.told("mentorship.completing.v1", "mentorship.completed.v1")
    assert [one["state"] for one in told] == ["completing", "completed"]


def test_an_early_end_tells_its_reason_to_coordinators_and_not_to_the_partner(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/end", {"reason": "rematch"})
    assert association.coordinator("GET", made.path).json["ended_reason"] == "rematch"
    assert "ended_reason" not in made.call(made.mentor, "GET").json
    assert made.call(made.mentee, "POST", "/end", {"reason": "boredom"}).status_code == 422


def test_what_was_to_come_is_called_off_with_the_end(association: Association) -> None:
    made = pair_at_work(association)
    soon = made.call(made.mentee, "POST", "/sessions", {"starts_at": "2026-01-20T10:00:00Z", "duration_minutes": 30})
    past = made.call(made.mentee, "POST", "/sessions", {"starts_at": "2026-01-01T10:00:00Z", "duration_minutes": 30})
    association.coordinator("POST", f"{made.path}/end")
    assert made.call(made.mentor, "GET", f"/sessions/{soon.json['id']}").json["state"] == "cancelled"
    assert made.call(made.mentor, "GET", f"/sessions/{past.json['id']}").json["state"] == "proposed"
    assert [one["cancelled_by_id"] for one in made.told("session.cancelled.v1")] == [None]


def test_a_mentorship_on_hold_keeps_its_seat_and_does_no_new_work(association: Association) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentor, "POST", "/hold").json["state"] == "on_hold"
    assert made.call(made.mentee, "POST", "/milestones", {"title": "Later"}).status_code == 409
    assert made.call(made.mentee, "POST", "/hold").status_code == 409
    assert active_seats(made) == 1
    assert association.coordinator("POST", f"{made.path}/resume").json["state"] == "active"
    assert [one["type"] for one in made.told("mentorship.paused.v1", "mentorship.resumed.v1")] == [
        "mentorship.paused.v1",
        "mentorship.resumed.v1",
    ]


def test_the_agreed_end_brings_it_to_completing_unless_it_is_on_hold(association: Association) -> None:
    made, held = pair_at_work(association), pair_at_work(association)
    held.call(held.mentor, "POST", "/hold")
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    assert made.call(made.mentor, "GET").json["state"] == "completing"
    assert held.call(held.mentor, "GET").json["state"] == "on_hold"
    held.call(held.mentor, "POST", "/resume")
    association.do_due_work()
    assert held.call(held.mentor, "GET").json["state"] == "active"
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    assert held.call(held.mentor, "GET").json["state"] == "completing"
    assert made.call(made.mentor, "POST", "/complete").json["state"] == "completed"


def test_a_stale_version_changes_nothing(association: Association) -> None:
    made = pair_at_work(association)
    known = made.call(made.mentor, "GET").headers["ETag"]
    made.call(made.mentee, "POST", "/hold")
    for method, below, body in (
        ("PUT", "/agreement", TERMS),
        ("POST", "/agreement/sign", {"version": 1}),
        ("POST", "/end", None),
        ("POST", "/resume", None),
    ):
        assert made.call(made.mentor, method, below, body, headers={"If-Match": known}).status_code == 412
    assert made.call(made.mentor, "GET").json["state"] == "on_hold"


def test_a_pair_that_ended_can_be_paired_again(association: Association) -> None:
    made = pair(association)
    made.call(made.mentee, "POST", "/end")
    body = {"program_id": made.program_id, "mentor_ids": [made.mentor], "message": "Once more?"}
    assert association.call(made.mentee, "POST", "/v1/requests", body).status_code == 201
