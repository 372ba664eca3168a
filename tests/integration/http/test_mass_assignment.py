"""What the service sets, no request can: no body has a place for it, and what has none is refused at every depth."""

import pytest

from tests.integration.http.conftest import Surface
from tests.integration.http.operations import Operation, operations
from tests.integration.http.schemas import Schema, kind, places, put, smallest

OURS = {
    "id",
    "_id",
    "tenant",
    "version",
    "created_at",
    "updated_at",
    "state",
    "role",
    "roles",
    "score",
    "held",
    "issuer",
}
"""Names of what a caller must not choose for themselves."""

GIVEN = {
    # What somebody takes part as, not what they may do here.
    "/v1/members roles": "mentor, mentee or both",
    "/v1/programs/{program_id}/enrollments role": "mentor or mentee",
    "/v1/members identifiers/0/issuer": "who gave the identifier",
    # A field's name in a table, not a value.
    "/v1/members visibility/roles": "who sees it",
    "/v1/sources questions/roles": "which question of the source asks for it",
    # Something that is there already is named by its id, within what the caller may change.
    "/v1/members skills/0/id": "the taxonomy's",
    "/v1/templates items/0/id": "an item of the template to keep",
    "/v1/reports evidence/0/id": "what is reported",
    "/v1/events/{event_id}/slots slots/0/id": "a slot to keep",
    "/v1/preferences push/0/id": "an address to keep",
    "/v1/mentorships/{mentorship_id}/agreement/sign version": "which one is signed",
    # The way of the contract to ask for a change that a state machine then allows or not.
    "/v1/enrollments/{enrollment_id} state": "a move",
    "/v1/proposals/{proposal_id} state": "a move",
    "/v1/mentorships/{mentorship_id}/goals/{goal_id} state": "a move",
    "/v1/mentorships/{mentorship_id}/sessions/{session_id} state": "a move",
    "/v1/mentorships/{mentorship_id}/sessions/{session_id}/actions/{action_id} state": "a move",
    "/v1/mentorships/{mentorship_id}/milestones/{milestone_id} state": "a move",
    "/v1/mentorships/{mentorship_id}/plan/{item_id} state": "a move",
    "/v1/tasks/{task_id} state": "a move",
    "/v1/reports/{report_id} state": "a move",
    "/v1/preferences push/0/state": "on or off",
}
"""Path and place, each with what is said there. One that changes a thing of a list stands for both of its addresses."""

UNHEARD = ("tenant", "_id", "$set")

WITH_BODY = [operation for operation in operations() if operation.body is not None]


def test_no_body_has_a_place_for_what_the_service_sets() -> None:
    found = {
        (operation.path, "/".join(map(str, at)))
        for operation in WITH_BODY
        for at, _ in places(operation.body or {})
        if at and at[-1] in OURS
    }
    unexplained = {
        f"{path} {at}"
        for path, at in found
        if f"{path} {at}" not in GIVEN and f"{path.rpartition('/')[0]} {at}" not in GIVEN
    }
    assert unexplained == set()
    assert {f"{path} {at}" for path, at in found} >= GIVEN.keys()


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_what_has_no_place_is_refused_by_name_at_every_depth(surface: Surface, operation: Operation) -> None:
    schema = operation.body or {}
    body, expected = smallest(schema, _text), set()
    for at, each in places(schema):
        if kind(each) == "object" and not each.get("additionalProperties"):
            body = put(body, schema, at, {**smallest(each, _text), **dict.fromkeys(UNHEARD, 1)}, _text)
            expected |= {"/".join(("", *map(str, at), name)) for name in UNHEARD}
    answer = surface.ask(operation, *operation.roles, json=body)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} >= expected


def _text(_: Schema) -> str:
    return "x"
