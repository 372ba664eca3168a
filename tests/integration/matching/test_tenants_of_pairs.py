"""Another association sees nothing of requests and mentorships."""

import pytest

from shared.ids import new_id
from tests.integration.matching.asking import asked
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import TERMS, pair_at_work
from tests.integration.matching.test_goals import goal
from tests.integration.matching.test_milestones import milestone
from tests.integration.matching.test_sessions import PROPOSAL, propose

STRANGERS = "globex"


@pytest.mark.parametrize("roles", [("member",), ("coordinator",), ("member", "coordinator")])
def test_every_route_of_a_request_is_not_found_by_another_tenant(
    association: Association, roles: tuple[str, ...]
) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    before = association.messages()
    for who in (mentor, mentee):
        for method, below, body in (
            ("GET", "", None),
            ("POST", "/view", None),
            ("POST", "/ask", {"question": "Why?"}),
            ("POST", "/answer", {"answer": "So."}),
            ("POST", "/accept", None),
            ("POST", "/decline", None),
            ("POST", "/withdraw", None),
        ):
            path = f"/v1/requests/{request}{below}"
            answer = association.call(who, method, path, body, roles=roles, tenant=STRANGERS)
            assert answer.status_code == (403 if method == "POST" and "member" not in roles else 404), path
        listed = association.call(who, "GET", "/v1/requests", roles=roles, tenant=STRANGERS)
        assert listed.json == {"items": [], "next": None}
    asking = {"program_id": program.id, "mentor_ids": [mentor], "message": "Hi"}
    foreign = association.call(mentee, "POST", "/v1/requests", asking, roles=("member",), tenant=STRANGERS)
    assert foreign.status_code == 404
    assert association.messages() == before


@pytest.mark.parametrize("roles", [("member",), ("member", "coordinator")])
def test_every_route_of_a_mentorship_is_not_found_by_another_tenant(
    association: Association, roles: tuple[str, ...]
) -> None:
    made = pair_at_work(association)
    session, step, aim = propose(made), milestone(made), goal(made)
    before = association.messages()
    for who in (made.mentor, made.mentee):
        for method, below, body in (
            ("GET", "", None),
            ("PUT", "/agreement", TERMS),
            ("POST", "/agreement/sign", {"version": 1}),
            ("GET", "/agreement/draft", None),
            ("GET", "/agreement/versions", None),
            ("POST", "/hold", None),
            ("POST", "/resume", None),
            ("POST", "/extend", {"ends_on": "2026-09-30"}),
            ("POST", "/rematch", None),
            ("POST", "/complete", None),
            ("POST", "/end", None),
            ("GET", "/sessions", None),
            ("POST", "/sessions", PROPOSAL),
            ("GET", session, None),
            ("PATCH", session, {"state": "confirmed"}),
            ("GET", "/goals", None),
            ("POST", "/goals", {"statement": "Mine"}),
            ("GET", f"/goals/{aim}", None),
            ("PATCH", f"/goals/{aim}", {"state": "dropped"}),
            ("POST", f"/goals/{aim}/progress", {"text": "Mine"}),
            ("GET", "/ratings", None),
            ("POST", "/ratings", {"moment": "during", "level": 1, "skill": "chess"}),
            ("PUT", f"{session}/attendance", {"said": "held"}),
            ("PATCH", f"{session}/actions/{new_id()}", {"state": "done"}),
            ("GET", f"{session}/private-notes", None),
            ("PUT", f"{session}/private-notes", {"text": "Mine"}),
            ("GET", "/sessions/slots", None),
            ("GET", "/agenda", None),
            ("GET", "/resources", None),
            ("POST", "/resources", {"title": "Mine"}),
            ("GET", "/opportunities", None),
            ("POST", "/opportunities", {"title": "Mine"}),
            ("POST", "/introductions", {"introduced_to_id": new_id()}),
            ("GET", "/milestones", None),
            ("POST", "/milestones", {"title": "Mine"}),
            ("GET", step, None),
            ("PATCH", step, {"state": "dropped"}),
            ("GET", "/appreciations", None),
            ("GET", "/feedback", None),
            ("POST", "/feedback", {"survey_id": new_id(), "text": "Mine"}),
            ("POST", "/appreciations", {"text": "Thanks"}),
        ):
            answer = made.call(who, method, below, body, roles=roles, tenant=STRANGERS)
            assert answer.status_code == 404, (method, below)
        listed = association.call(who, "GET", "/v1/mentorships", roles=roles, tenant=STRANGERS)
        assert listed.json == {"items": [], "next": None}
    assert association.messages() == before
