"""Short ways to ask, accept and pair, over HTTP."""

from typing import Any

from services.matching.domain.program import Program
from tests.integration.matching.association import Association


def ask(association: Association, program: Program, mentee: str, *mentors: str, **more: Any) -> Any:
    body = {"program_id": program.id, "mentor_ids": list(mentors), "message": "Would you help me?", **more}
    return association.call(mentee, "POST", "/v1/requests", body)


def asked(association: Association, program: Program, mentee: str, *mentors: str, **more: Any) -> list[str]:
    """The ids of the requests, in the order of the mentors."""
    answer = ask(association, program, mentee, *mentors, **more)
    assert answer.status_code == 201, answer.json
    return [item["id"] for item in answer.json["items"]]


def accept(association: Association, mentor: str, request_id: str) -> Any:
    return association.call(mentor, "POST", f"/v1/requests/{request_id}/accept")


def paired(association: Association, program: Program, mentor: str, mentee: str) -> str:
    """The id of their mentorship."""
    answer = accept(association, mentor, asked(association, program, mentee, mentor)[0])
    assert answer.status_code == 200, answer.json
    mentorship_id: str = answer.json["mentorship_id"]
    return mentorship_id


def state_of(association: Association, who: str, path: str) -> str:
    answer = association.call(who, "GET", path)
    assert answer.status_code == 200, answer.json
    state: str = answer.json["state"]
    return state
