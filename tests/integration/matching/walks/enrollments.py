"""A member's place in a program: asked for, decided on, given up, taken again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.enrollment import BY_COORDINATOR, ENROLLMENT, EnrollmentState, Role
from services.matching.domain.program import Settings
from tests.integration.matching.association import TENANT
from tests.integration.matching.walks.walk import Seen, Walk, seen

APPLIED, APPROVED, PAUSED = EnrollmentState.APPLIED, EnrollmentState.APPROVED, EnrollmentState.PAUSED
REJECTED, WITHDRAWN = EnrollmentState.REJECTED, EnrollmentState.WITHDRAWN
VERBS = {
    (APPLIED, APPROVED): "approve",
    (APPLIED, REJECTED): "reject",
    (APPROVED, PAUSED): "pause",
    (PAUSED, APPROVED): "resume",
    **{(state, WITHDRAWN): "withdraw" for state in (APPLIED, APPROVED, PAUSED)},
}
OWN = ("pause", "resume", "withdraw")
TOLD = {"approve": "approved", "reject": "rejected", "pause": "paused", "resume": "resumed", "withdraw": "withdrawn"}
DAYS = (3, 10)

ROLES = st.sampled_from(Role)
WHO = st.sampled_from(["self", "self", "staff", "staff", "stranger"])
STATES = st.sampled_from([each for each in EnrollmentState if each is not APPLIED])


class Enrollments(Walk):
    """One member in both roles of one program, who asks for a place or is given one."""

    machine = ENROLLMENT
    beginnings = (APPLIED, APPROVED)
    types = tuple(f"enrollment.{each}.v1" for each in (*TOLD.values(), "applied"))

    def begin(self) -> None:
        program = self.association.program(settings=Settings(first_request_days=DAYS))
        self.path = f"/v1/programs/{program.id}/enrollments"
        self.people = {"self": self.association.member(), "stranger": self.association.member()}

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.enrollments)

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        return (f"enrollment.{TOLD.get(verb, 'applied')}.v1",)

    def tells_of_new(self, thing: Seen) -> Sequence[str]:
        return (f"enrollment.{thing.state}.v1",)

    def has_changed(self, before: Seen, after: Seen) -> bool:
        """That a worker has looked counts for nothing."""
        return super().has_changed(replace(before, whole=replace(before.whole, due_at=after.whole.due_at)), after)

    @rule(role=ROLES)
    def apply(self, role: Role) -> None:
        self.ask(self.people["self"], "POST", self.path, {"role": role.value}, may=self._free(role))

    @rule(role=ROLES)
    def be_enrolled(self, role: Role) -> None:
        body = {"role": role.value, "member_id": self.people["self"]}
        self.ask(self.people["stranger"], "POST", self.path, body, may=False)
        self.staff("POST", self.path, body, may=self._free(role))

    @rule(who=WHO, role=ROLES, state=STATES)
    def bring(self, who: str, role: Role, state: EnrollmentState) -> None:
        found = self._of(role)
        if found is None:
            return
        verb = VERBS.get((found.state, state))
        its_own = verb in OWN and not (verb == "resume" and found.reason == BY_COORDINATOR)
        may = who != "stranger" and (state is found.state or (verb is not None and (who == "staff" or its_own)))
        path, body = f"/v1/enrollments/{found.id}", {"state": state.value}
        if who == "staff":
            self.staff("PATCH", path, body, may=may)
        else:
            self.ask(self.people[who], "PATCH", path, body, may=may)

    @rule(role=ROLES, capacity=st.integers(0, 3))
    def make_room(self, role: Role, capacity: int) -> None:
        if (found := self._of(role)) is not None:
            self.ask(self.people["self"], "PATCH", f"/v1/enrollments/{found.id}", {"capacity": capacity}, may=True)

    @rule(days=st.sampled_from([1, 3, 10]))
    def time_passes(self, days: int) -> None:
        self.pass_by(days=days)

    def agrees(self, identifier: str, thing: Seen) -> None:
        place = thing.whole
        if place.role is Role.MENTOR:
            load = self.association.store.loads.find_of(TENANT, place.program_id, place.member_id)
            never_had_seats = load is None and thing.state not in (APPROVED, PAUSED)
            assert never_had_seats or (load is not None and load.capacity == place.capacity)
            assert (place.approved_at, place.due_at) == (None, None)
            return
        if thing.state in (APPROVED, PAUSED):
            assert place.approved_at is not None
        ahead = [place.approved_at + timedelta(days=each) for each in DAYS] if place.approved_at else []
        assert place.due_at in (None, *ahead)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        def decided(places: Any) -> None:
            places.apply(Role.MENTOR)
            for state in (APPROVED, PAUSED, APPROVED, WITHDRAWN):
                places.bring("staff", Role.MENTOR, state)
            places.apply(Role.MENTOR)
            places.bring("staff", Role.MENTOR, REJECTED)

        def given_up(places: Any) -> None:
            places.apply(Role.MENTEE)
            places.bring("self", Role.MENTEE, WITHDRAWN)
            places.be_enrolled(Role.MENTEE)
            places.bring("self", Role.MENTEE, PAUSED)
            places.bring("self", Role.MENTEE, WITHDRAWN)

        yield decided
        yield given_up

    def _of(self, role: Role) -> Any:
        return next((each.whole for each in self.seen.values() if each.whole.role is role), None)

    def _free(self, role: Role) -> bool:
        found = self._of(role)
        return found is None or found.state is WITHDRAWN
