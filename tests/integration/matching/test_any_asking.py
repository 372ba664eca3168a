"""Whatever mentors and mentees do in whatever order: requests follow their table, and seats are counted right."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import LIVE
from services.matching.domain.program import Settings
from services.matching.domain.request import REQUEST, RequestState
from tests.examples import tried
from tests.integration.matching.asking import accept, ask
from tests.integration.matching.association import TENANT, Association

VERBS = {
    "request.sent.v1": "send",
    "request.viewed.v1": "view",
    "request.info_requested.v1": "ask",
    "request.answered.v1": "answer",
    "request.reminded.v1": "remind",
    "request.accepted.v1": "accept",
    "request.declined.v1": "decline",
    "request.withdrawn.v1": "withdraw",
    "request.expired.v1": "expire",
    "request.invalidated.v1": "invalidate",
}
"""The step of the table that each message tells of."""

people = st.integers(0, 2)


class Asking(RuleBasedStateMachine):
    """Three mentors with one, two and three seats, and three mentees of whom one takes two mentors."""

    def __init__(self, association: Association) -> None:
        super().__init__()
        self.association = association
        self.program = association.program(settings=Settings(goal_required=False, expired_in_a_row=2))
        self.mentors = [association.mentor(self.program, capacity=each) for each in (1, 2, 3)]
        self.mentees = [association.mentee(self.program, capacity=each) for each in (1, 1, 2)]

    @rule(mentee=people, mentors=st.permutations(range(3)), count=st.integers(1, 3), one_by_one=st.booleans())
    def ask(self, mentee: int, mentors: list[int], count: int, one_by_one: bool) -> None:
        wanted = [self.mentors[each] for each in mentors[:count]]
        mode = "sequential" if one_by_one else "parallel"
        self._fine(ask(self.association, self.program, self.mentees[mentee], *wanted, mode=mode))

    @rule(data=st.data(), step=st.sampled_from(["view", "ask", "decline", "accept"]), leaves=st.booleans())
    def a_mentor_acts(self, data: st.DataObject, step: str, leaves: bool) -> None:
        if (request := self._any(data)) is None:
            return
        bodies: dict[str, Any] = {"ask": {"question": "Why?"}, "decline": {"make_unavailable": leaves}}
        self._act(request["mentor_id"], request["_id"], step, bodies.get(step))

    @rule(data=st.data(), step=st.sampled_from(["answer", "withdraw"]))
    def a_mentee_acts(self, data: st.DataObject, step: str) -> None:
        if (request := self._any(data)) is not None:
            self._act(request["mentee_id"], request["_id"], step, {"answer": "So."} if step == "answer" else None)

    @rule(mentor=people, state=st.sampled_from(["paused", "approved"]), capacity=st.integers(0, 3))
    def a_mentor_s_place_changes(self, mentor: int, state: str, capacity: int) -> None:
        who = self.mentors[mentor]
        enrollment = self.association.store.enrollments.find_of(TENANT, self.program.id, who, Role.MENTOR)
        assert enrollment is not None
        body = {"state": state, "capacity": capacity}
        self._fine(self.association.call(who, "PATCH", f"/v1/enrollments/{enrollment.id}", body))

    @rule(data=st.data())
    def a_mentorship_ends(self, data: st.DataObject) -> None:
        live = self._documents("mentorships", state={"$in": [each.value for each in LIVE]})
        if live:
            one = data.draw(st.sampled_from(live))
            self._fine(self.association.call(one["mentor_id"], "POST", f"/v1/mentorships/{one['_id']}/end"))

    @rule(days=st.sampled_from([1, 7, 14]))
    def time_passes(self, days: int) -> None:
        self.association.clock.pass_by(days=days)
        self.association.do_due_work()

    @invariant()
    def every_request_went_by_its_table_and_told_each_step_once(self) -> None:
        told: dict[str, list[dict[str, Any]]] = {}
        for message in self.association.messages(*VERBS):
            told.setdefault(message["key"], []).append(message)
        for request in self._documents("requests"):
            state = RequestState.QUEUED
            steps = told.get(request["_id"], [])
            for message in steps:
                state = REQUEST.after(state, VERBS[message["type"]])
                assert message["state"] == state
            if not steps:
                assert request["sent_at"] is None
                assert request["state"] in ("queued", "withdrawn", "invalidated")
                continue
            assert request["state"] == state
            first = steps[0]["version"]
            assert [each["version"] for each in steps] == list(range(first, request["version"] + 1))

    @invariant()
    def seats_are_counted_and_never_exceeded_by_a_new_one(self) -> None:
        live = self._documents("mentorships", state={"$in": [each.value for each in LIVE]})
        for mentor in self.mentors:
            load = self.association.store.loads.find_of(TENANT, self.program.id, mentor)
            assert load is not None
            assert load.active == sum(each["mentor_id"] == mentor for each in live)
            assert load.reserved == 0
        for mentee, most in zip(self.mentees, (1, 1, 2), strict=True):
            assert sum(each["mentee_id"] == mentee for each in live) <= most

    @invariant()
    def a_pair_has_one_open_request_and_nobody_too_many(self) -> None:
        waiting = [each for each in self._documents("requests") if RequestState(each["state"]) in OPEN_STATES]
        pairs = [(each["mentor_id"], each["mentee_id"]) for each in waiting]
        assert len(pairs) == len(set(pairs))
        assert all(sum(pair[1] == mentee for pair in pairs) <= 5 for mentee in self.mentees)
        paused = {
            each["member_id"] for each in self._documents("enrollments", role="mentor", state={"$ne": "approved"})
        }
        assert not any(each["mentor_id"] in paused and each["state"] != "queued" for each in waiting)

    def _documents(self, collection: str, **where: Any) -> list[dict[str, Any]]:
        found = self.association.foundation.database[collection].find({"program_id": self.program.id, **where})
        return list(found.sort("_id", 1))

    def _any(self, data: st.DataObject) -> dict[str, Any] | None:
        found = self._documents("requests")
        return data.draw(st.sampled_from(found)) if found else None

    def _act(self, who: str, request_id: str, step: str, body: Any) -> None:
        if step == "accept":
            self._fine(accept(self.association, who, request_id))
        else:
            self._fine(self.association.call(who, "POST", f"/v1/requests/{request_id}/{step}", body))

    def _fine(self, answer: Any) -> None:
        """Done, refused with a reason, or not theirs to see: never a fault."""
        assert answer.status_code in (200, 201, 404, 409), answer.json


OPEN_STATES = frozenset(state for state in RequestState if REQUEST.allows(state, "invalidate"))


def test_no_order_of_steps_leaves_the_table_or_miscounts_a_seat(association: Association) -> None:
    run_state_machine_as_test(
        lambda: Asking(association),
        settings=settings(
            max_examples=tried(12), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
