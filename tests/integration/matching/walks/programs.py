"""A cycle of a program, from its draft to its end, and what goes on in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.program import PROGRAM, ProgramState
from tests.integration.matching.walks.walk import STAFF, Seen, Walk, seen

DRAFT, OPEN, CLOSED = ProgramState.DRAFT, ProgramState.OPEN, ProgramState.CLOSED
RUNNING, COMPLETED, CANCELLED = ProgramState.RUNNING, ProgramState.COMPLETED, ProgramState.CANCELLED
MOVES = ("open", "close", "start", "complete", "cancel")
WITHIN = ("enroll", "match", "share", "request")
TOLD = {"open": "program.opened.v1", "complete": "program.completed.v1"}
TO = {OPEN: MOVES[:1], CLOSED: MOVES[:2], RUNNING: MOVES[:3]}


class Programs(Walk):
    """One of them; every version of it is told from its opening on."""

    machine = PROGRAM
    beginnings = (DRAFT,)
    types = ("program.opened.v1", "program.updated.v1", "program.completed.v1")

    def begin(self) -> None:
        body = {"name": "Spring", "kind": "cohort", "format": "one_to_one", "settings": {"goal_required": False}}
        made = self.association.call(STAFF, "POST", "/v1/programs", body, roles=("coordinator",))
        self.program: str = made.json["id"]
        self.names = 0
        self.member = self.association.member()

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.programs)

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        untold = before.state is DRAFT and verb != "open"
        return () if untold else (TOLD.get(verb, "program.updated.v1"),)

    @rule(verb=st.sampled_from(MOVES))
    def move(self, verb: str) -> None:
        path, may = f"/v1/programs/{self.program}/{verb}", PROGRAM.allows(self.state, verb)
        self.ask(self.member, "POST", path, may=False)
        self.staff("POST", path, may=may)

    @rule()
    def revise(self) -> None:
        self.names += 1
        path, body = f"/v1/programs/{self.program}", {"name": f"Spring {self.names}"}
        self.ask(self.member, "PATCH", path, body, may=False)
        self.staff("PATCH", path, body, may=PROGRAM.allows(self.state, "revise"))

    @rule(what=st.sampled_from(WITHIN))
    def within(self, what: str) -> None:
        """What needs a program that is not over; of it, the program itself is not changed."""
        state, path = self.state, f"/v1/programs/{self.program}"
        may = PROGRAM.allows(state, what)
        step = (what, state) if may else None
        if what == "enroll":
            body = {"member_id": self.association.member(), "role": "mentor"}
            self.staff("POST", f"{path}/enrollments", body, may=may, verb=step)
        elif what == "match":
            self.staff("POST", f"{path}/match-runs", {"objective": "best_score"}, may=may, verb=step)
        elif what == "share":
            body = {"kind": "book", "title": "The Odyssey"}
            self.staff("POST", f"{path}/resources", body, may=may, verb=step)
        else:
            self._request(state, may)

    @rule(days=st.sampled_from([1, 30]))
    def time_passes(self, days: int) -> None:
        self.pass_by(days=days)

    @property
    def state(self) -> ProgramState:
        state = self.seen[self.program].state
        assert isinstance(state, ProgramState)
        return state

    def agrees(self, identifier: str, thing: Seen) -> None:
        assert thing.whole.opened is not (thing.state is DRAFT) or thing.state is CANCELLED
        told = [each.version for each in self.heard]
        first = thing.version - len(told) + 1
        assert sorted(told) == list(range(first, thing.version + 1))
        assert bool(told) is thing.whole.opened

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        def to(state: ProgramState, *then: str) -> Callable[[Any], object]:
            def way(program: Any) -> None:
                for verb in (*TO.get(state, ()), *then):
                    program.move(verb)

            return way

        def busy(program: Any) -> None:
            """Each step within is tried in every state, also where it is refused."""
            for verb in (*MOVES[:4], None):
                program.revise()
                for what in WITHIN:
                    program.within(what)
                if verb is not None:
                    program.move(verb)

        yield from (to(state, "cancel") for state in (DRAFT, OPEN, CLOSED, RUNNING))
        yield busy

    def _request(self, state: ProgramState, may: bool) -> None:
        program = self.seen[self.program].whole
        mentee, mentor = self._enrolled(program)
        body = {"program_id": self.program, "mentor_ids": [mentor], "message": "Would you?"}
        self.ask(mentee, "POST", "/v1/requests", body, may=may, verb=("request", state) if may else None)

    def _enrolled(self, program: Any) -> tuple[str, str]:
        """Two who take part, by whatever state it is in now: enrolling needs one that is open."""
        opened = replace(program, state=OPEN)
        return self.association.mentee(opened), self.association.mentor(opened)
