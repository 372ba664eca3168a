"""Whatever people and time do to a mentorship, in whatever order: the table's states, its messages and its seat."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.matching.domain.mentorship import LIVE, MENTORSHIP, Mentorship, MentorshipState
from tests.examples import tried
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.pairing import TERMS, Pair, pair

PENDING, ACTIVE, ON_HOLD = MentorshipState.AGREEMENT_PENDING, MentorshipState.ACTIVE, MentorshipState.ON_HOLD
COMPLETING, COMPLETED = MentorshipState.COMPLETING, MentorshipState.COMPLETED
ENDED = MentorshipState.ENDED_EARLY

TOLD = {
    (PENDING, ACTIVE): ["mentorship.activated.v1"],
    (ACTIVE, ON_HOLD): ["mentorship.paused.v1"],
    (ON_HOLD, ACTIVE): ["mentorship.resumed.v1"],
    (ACTIVE, COMPLETING): ["mentorship.completing.v1"],
    (COMPLETING, ACTIVE): ["mentorship.extended.v1"],
    (COMPLETING, COMPLETED): ["mentorship.completed.v1"],
    (ACTIVE, COMPLETED): ["mentorship.completing.v1", "mentorship.completed.v1"],
    **{(state, ENDED): ["mentorship.ended.v1"] for state in LIVE},
}
"""What each way from one state to another announces, and nothing else of this kind."""

WHO = st.sampled_from(["mentor", "mentee", "coordinator", "stranger"])
ONE = st.sampled_from(["mentor", "mentee"])
SURE = st.sampled_from([False, False, True])
"""An end is the end of the walk: most of them go on for longer."""


class Life(RuleBasedStateMachine):
    """One pair over the real store; the model is the state, read from the store after each step."""

    association: ClassVar[Association]
    walked: ClassVar[set[tuple[MentorshipState, MentorshipState]]]

    def __init__(self) -> None:
        super().__init__()
        self.made: Pair = pair(self.association)
        self.stranger = self.association.member()
        self.before = self.now()
        self.heard = len(self.messages())

    def now(self) -> Mentorship:
        return self.association.store.mentorships.get(TENANT, self.made.mentorship)

    def messages(self) -> list[str]:
        return [each["type"] for each in self.made.told() if each["type"].startswith("mentorship.")]

    def step(self, who: str, method: str, below: str, body: Any = None) -> None:
        """One request, which is done as the table allows, or refused and has changed nothing."""
        answer = (
            self.association.coordinator(method, self.made.path + below, body)
            if who == "coordinator"
            else self.made.call({"stranger": self.stranger}.get(who) or getattr(self.made, who), method, below, body)
        )
        assert answer.status_code in (200, 403, 404, 409, 422), answer.json
        if who == "stranger":
            assert answer.status_code == 404
        self.settle(changed=answer.status_code == 200)

    def settle(self, *, changed: bool = True) -> None:
        before, after, told = self.before, self.now(), self.messages()
        new = told[self.heard :]
        if not changed:
            assert (after, new) == (before, [])
        if after.state is before.state:
            later = after.ends_on != before.ends_on and after.in_force == before.in_force
            assert new == (["mentorship.extended.v1"] if later else [])
        else:
            assert reachable(before.state, after.state), (before.state, after.state)
            assert new == TOLD[before.state, after.state]
            self.walked.add((before.state, after.state))
        self.before, self.heard = after, len(told)

    @initialize(stage=st.sampled_from([ACTIVE, COMPLETING, ON_HOLD, PENDING]))
    def begin(self, stage: MentorshipState) -> None:
        if stage is not PENDING:
            self.made.agree()
            self.settle()
        if stage is COMPLETING:
            self.time_passes(170)
        if stage is ON_HOLD:
            self.hold("mentee")

    @rule(who=ONE)
    def propose(self, who: str) -> None:
        self.step(who, "PUT", "/agreement", TERMS)

    @rule()
    def agree(self) -> None:
        if MENTORSHIP.allows(self.before.state, "agree"):
            self.made.agree()
            self.settle()

    @rule(who=ONE)
    def sign_the_newest(self, who: str) -> None:
        newest = 1 if self.before.agreement is None else self.before.agreement.version
        self.step(who, "POST", "/agreement/sign", {"version": newest})

    @rule(who=WHO)
    def hold(self, who: str) -> None:
        self.step(who, "POST", "/hold")

    @rule(who=WHO)
    def resume(self, who: str) -> None:
        self.step(who, "POST", "/resume")

    @rule(who=ONE, weeks=st.sampled_from([30, 40]))
    def extend(self, who: str, weeks: int) -> None:
        ends_on = self.before.started_at.date() + timedelta(weeks=weeks)
        self.step(who, "POST", "/extend", {"ends_on": ends_on.isoformat()})

    @rule(who=WHO, sure=SURE)
    def complete(self, who: str, sure: bool) -> None:
        if sure:
            self.step(who, "POST", "/complete")

    @rule(who=WHO, sure=SURE)
    def end(self, who: str, sure: bool) -> None:
        if sure:
            self.step(who, "POST", "/end")

    @rule(who=ONE, sure=SURE)
    def rematch(self, who: str, sure: bool) -> None:
        if sure:
            self.step(who, "POST", "/rematch")

    @rule(days=st.sampled_from([1, 30, 170]))
    def time_passes(self, days: int) -> None:
        self.association.clock.pass_by(days=days)
        self.association.do_due_work()
        self.settle()

    @invariant()
    def the_seat_is_taken_while_it_lives(self) -> None:
        load = self.association.store.loads.find_of(TENANT, self.made.program_id, self.made.mentor)
        assert load is not None
        assert load.active == (1 if self.before.state in LIVE else 0)

    @invariant()
    def the_facts_go_with_the_state(self) -> None:
        found = self.before
        assert (found.state is ENDED) == (found.ended_reason is not None)
        assert (found.state in (ENDED, COMPLETED)) == (found.ended_at is not None)
        assert (found.state is ON_HOLD) == (found.hold_reason is not None) == (found.held_at is not None)
        assert (found.state is ACTIVE) == (found.due_at is not None)
        if found.state is not ENDED:
            assert found.ended_by is None
        if found.state not in LIVE:
            assert found.extension is None


def reachable(before: MentorshipState, after: MentorshipState) -> bool:
    """By one verb of the table; completing in one step takes two of them."""
    steps = {(source, target) for verb in MENTORSHIP.table.values() for source, target in verb.items()}
    return (before, after) in steps or (before, after) == (ACTIVE, COMPLETED)


def test_no_path_leaves_the_table_its_messages_or_its_seat(association: Association) -> None:
    Life.association, Life.walked = association, set()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=tried(15),
            stateful_step_count=20,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    for stage in (PENDING, ACTIVE, ON_HOLD, COMPLETING):
        walk(stage, lambda life: life.end("mentee", sure=True))
    walk(COMPLETING, lambda life: life.complete("mentor", sure=True))
    walk(ACTIVE, lambda life: life.complete("coordinator", sure=True))
    walk(ON_HOLD, lambda life: life.resume("mentor"))
    walk(COMPLETING, lambda life: [life.extend(who, 40) for who in ("mentor", "mentee")])
    assert Life.walked == TOLD.keys(), "a walk that does not go everywhere shows nothing"


def walk(stage: MentorshipState, on: Callable[[Life], object]) -> None:
    """One way that chance may not have gone."""
    life = Life()
    life.begin(stage)
    on(life)
    life.the_seat_is_taken_while_it_lives()
    life.the_facts_go_with_the_state()
