"""Each step of the table of requests, done once: one that is new and not done here fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Program
from services.matching.domain.request import REQUEST, RequestState
from tests.integration.matching.asking import asked
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.test_any_asking import VERBS

QUEUED, VIEWED, INFO_REQUESTED = RequestState.QUEUED, RequestState.VIEWED, RequestState.INFO_REQUESTED


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, second on a list where it is queued."""

    association: Association
    program: Program
    first: str
    mentor: str
    mentee: str
    ids: list[str]

    def act(self, who: str, step: str, body: Any = None, *, number: int = -1) -> None:
        answer = self.association.call(who, "POST", f"/v1/requests/{self.ids[number]}/{step}", body)
        assert answer.status_code == 200, answer.json

    def wait(self, days: int) -> None:
        self.association.clock.pass_by(days=days)
        self.association.do_due_work()

    def pause(self) -> None:
        """The mentee takes no part for a while."""
        place = self.association.store.enrollments.find_of(TENANT, self.program.id, self.mentee, Role.MENTEE)
        assert place is not None
        body = {"state": "paused"}
        assert self.association.call(self.mentee, "PATCH", f"/v1/enrollments/{place.id}", body).status_code == 200


STEPS: dict[str, Callable[[Asked], None]] = {
    "send": lambda made: made.act(made.first, "decline", {}, number=0),
    "view": lambda made: made.act(made.mentor, "view"),
    "ask": lambda made: made.act(made.mentor, "ask", {"question": "Why?"}),
    "answer": lambda made: made.act(made.mentee, "answer", {"answer": "So."}),
    "remind": lambda made: made.wait(7),
    "accept": lambda made: made.act(made.mentor, "accept"),
    "decline": lambda made: made.act(made.mentor, "decline", {}),
    "expire": lambda made: made.wait(14),
    "withdraw": lambda made: made.act(made.mentee, "withdraw"),
    "invalidate": Asked.pause,
}


def standing_at(association: Association, state: RequestState) -> Asked:
    """A request in this state."""
    program = association.program()
    first, mentor, mentee = association.mentor(program), association.mentor(program), association.mentee(program)
    queued = (first, mentor) if state is QUEUED else (mentor,)
    ids = asked(association, program, mentee, *queued, mode="sequential")
    made = Asked(association, program, first, mentor, mentee, ids)
    if state in (VIEWED, INFO_REQUESTED):
        STEPS["view"](made)
    if state is INFO_REQUESTED:
        STEPS["ask"](made)
    return made


CASES = [(verb, state) for verb, steps in REQUEST.table.items() for state in steps]


@pytest.mark.parametrize(("verb", "state"), CASES, ids=lambda each: str(each))
def test_each_step_leads_where_the_table_says_and_is_told_once(
    association: Association, verb: str, state: RequestState
) -> None:
    made = standing_at(association, state)
    before = association.store.requests.get(TENANT, made.ids[-1])
    told = len(of(association, before.id))
    assert before.state is state
    STEPS[verb](made)
    after = association.store.requests.get(TENANT, made.ids[-1])
    assert after.state is REQUEST.table[verb][state]
    new = [each for each in of(association, before.id)[told:] if verb == "remind" or each != "remind"]
    again = verb == "view" and state is after.state
    silent = again or (state is QUEUED and verb != "send")
    assert new == ([] if silent else [verb])


def of(association: Association, request_id: str) -> list[str]:
    """The verbs that were told of this request."""
    return [VERBS[each["type"]] for each in association.messages(*VERBS) if each["key"] == request_id]
