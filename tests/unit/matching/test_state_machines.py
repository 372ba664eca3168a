"""Every state machine as it is drawn here, and nothing that is not drawn."""

from typing import Any

import pytest

from cli.state_diagrams import machines
from services.matching import domain
from services.matching.domain.action import ACTION, ActionState
from services.matching.domain.enrollment import ENROLLMENT, EnrollmentState
from services.matching.domain.goal import GOAL, GoalState
from services.matching.domain.introduction import INTRODUCTION, IntroductionState
from services.matching.domain.match_run import MATCH_RUN, MatchRunState
from services.matching.domain.measure import MEASURE, MeasureState
from services.matching.domain.mentorship import MENTORSHIP, MentorshipState
from services.matching.domain.milestone import MILESTONE, MilestoneState
from services.matching.domain.plan_item import PLAN_ITEM, PlanItemState
from services.matching.domain.program import PROGRAM, ProgramState
from services.matching.domain.proposal import PROPOSAL, ProposalState
from services.matching.domain.report import REPORT, ReportState
from services.matching.domain.request import REQUEST, RequestState
from services.matching.domain.session import SESSION, SessionState
from services.matching.domain.survey import SURVEY, SurveyState
from services.matching.domain.task import TASK, TaskState
from shared.errors import Conflict
from shared.transitions import IllegalTransition, Machine

DRAWN: list[tuple[Machine[Any], Any, str]] = [
    (
        PROGRAM,
        ProgramState,
        """
        draft      -open->     open
        open       -close->    closed
        closed     -start->    running
        running    -complete-> completed
        draft      -cancel->   cancelled
        open       -cancel->   cancelled
        closed     -cancel->   cancelled
        running    -cancel->   cancelled
        draft      -revise->   draft
        open       -revise->   open
        closed     -revise->   closed
        running    -revise->   running
        open       -enroll->   open
        open       -match->    open
        closed     -match->    closed
        running    -match->    running
        open       -share->    open
        closed     -share->    closed
        running    -share->    running
        open       -request->  open
        running    -request->  running
        """,
    ),
    (
        ENROLLMENT,
        EnrollmentState,
        """
        applied    -approve->  approved
        applied    -reject->   rejected
        approved   -pause->    paused
        paused     -resume->   approved
        applied    -withdraw-> withdrawn
        approved   -withdraw-> withdrawn
        paused     -withdraw-> withdrawn
        withdrawn  -apply->    applied
        """,
    ),
    (
        MATCH_RUN,
        MatchRunState,
        """
        queued     -compute->  computing
        computing  -compute->  computing
        computing  -finish->   ready
        queued     -fail->     failed
        computing  -fail->     failed
        ready      -publish->  published
        queued     -cancel->   discarded
        computing  -cancel->   discarded
        queued     -discard->  discarded
        computing  -discard->  discarded
        ready      -discard->  discarded
        ready      -rerun->    ready
        published  -rerun->    published
        ready      -compare->  ready
        published  -compare->  published
        ready      -report->   ready
        published  -report->   published
        """,
    ),
    (
        PROPOSAL,
        ProposalState,
        """
        proposed   -approve->  approved
        proposed   -dismiss->  dismissed
        approved   -dismiss->  dismissed
        approved   -publish->  published
        """,
    ),
    (
        REQUEST,
        RequestState,
        """
        queued         -send->       sent
        sent           -view->       viewed
        viewed         -view->       viewed
        info_requested -view->       info_requested
        sent           -ask->        info_requested
        viewed         -ask->        info_requested
        info_requested -answer->     viewed
        sent           -remind->     sent
        viewed         -remind->     viewed
        info_requested -remind->     info_requested
        sent           -accept->     accepted
        viewed         -accept->     accepted
        info_requested -accept->     accepted
        sent           -decline->    declined
        viewed         -decline->    declined
        info_requested -decline->    declined
        sent           -expire->     expired
        viewed         -expire->     expired
        info_requested -expire->     expired
        queued         -withdraw->   withdrawn
        sent           -withdraw->   withdrawn
        viewed         -withdraw->   withdrawn
        info_requested -withdraw->   withdrawn
        queued         -invalidate-> invalidated
        sent           -invalidate-> invalidated
        viewed         -invalidate-> invalidated
        info_requested -invalidate-> invalidated
        """,
    ),
    (
        MENTORSHIP,
        MentorshipState,
        """
        agreement_pending -agree->     agreement_pending
        active            -agree->     active
        agreement_pending -activate->  active
        active            -hold->      on_hold
        on_hold           -resume->    active
        active            -wind_down-> completing
        active            -extend->    active
        completing        -extend->    active
        completing        -complete->  completed
        agreement_pending -end->       ended_early
        active            -end->       ended_early
        on_hold           -end->       ended_early
        completing        -end->       ended_early
        active            -work->      active
        completing        -work->      completing
        agreement_pending -aim->       agreement_pending
        active            -aim->       active
        completing        -aim->       completing
        agreement_pending -thank->     agreement_pending
        active            -thank->     active
        on_hold           -thank->     on_hold
        completing        -thank->     completing
        completed         -thank->     completed
        ended_early       -thank->     ended_early
        """,
    ),
    (
        SESSION,
        SessionState,
        """
        proposed   -confirm->    confirmed
        proposed   -reschedule-> proposed
        confirmed  -reschedule-> proposed
        confirmed  -hold->       held
        confirmed  -miss->       missed
        held       -contest->    confirmed
        missed     -contest->    confirmed
        confirmed  -say->        confirmed
        held       -say->        held
        missed     -say->        missed
        proposed   -cancel->     cancelled
        confirmed  -cancel->     cancelled
        proposed   -note->       proposed
        confirmed  -note->       confirmed
        held       -note->       held
        """,
    ),
    (
        INTRODUCTION,
        IntroductionState,
        """
        offered    -accept->   accepted
        offered    -decline->  declined
        offered    -withdraw-> withdrawn
        """,
    ),
    (
        REPORT,
        ReportState,
        """
        new          -review->  under_review
        under_review -act->     actioned
        under_review -dismiss-> dismissed
        """,
    ),
    (
        MEASURE,
        MeasureState,
        """
        in_force   -appeal->   in_force
        in_force   -uphold->   in_force
        in_force   -lift->     lifted
        in_force   -end->      over
        """,
    ),
    (
        ACTION,
        ActionState,
        """
        open       -finish-> done
        open       -drop->   dropped
        done       -reopen-> open
        dropped    -reopen-> open
        """,
    ),
    (
        MILESTONE,
        MilestoneState,
        """
        open       -revise->   open
        open       -complete-> completed
        open       -drop->     dropped
        """,
    ),
    (
        GOAL,
        GoalState,
        """
        open       -revise->   open
        open       -progress-> open
        open       -achieve->  achieved
        open       -drop->     dropped
        """,
    ),
    (
        PLAN_ITEM,
        PlanItemState,
        """
        open       -do->       done
        open       -skip->     skipped
        done       -reopen->   open
        skipped    -reopen->   open
        """,
    ),
    (
        SURVEY,
        SurveyState,
        """
        scheduled  -ask->      open
        scheduled  -drop->     dropped
        open       -answer->   open
        open       -reveal->   revealed
        open       -lapse->    lapsed
        """,
    ),
    (
        TASK,
        TaskState,
        """
        open       -do->       done
        open       -dismiss->  dismissed
        done       -reopen->   open
        dismissed  -reopen->   open
        """,
    ),
]


def arrows(drawing: str) -> dict[tuple[str, str], str]:
    lines = (line.split() for line in drawing.strip().splitlines())
    return {(state, verb.strip("->")): reached for state, verb, reached in lines}


CASES = [
    pytest.param(machine, state, verb, arrows(drawing).get((state.value, verb)), id=f"{machine.kind}: {state} {verb}")
    for machine, states, drawing in DRAWN
    for state in states
    for verb in machine.table
]


@pytest.mark.parametrize(("machine", "state", "verb", "reached"), CASES)
def test_a_verb_leads_where_the_drawing_says_or_is_refused_by_name(
    machine: Machine[Any], state: Any, verb: str, reached: str | None
) -> None:
    assert machine.allows(state, verb) is (reached is not None)
    if reached is not None:
        assert machine.after(state, verb) == reached
        return
    with pytest.raises(IllegalTransition) as refusal:
        machine.after(state, verb)
    assert (refusal.value.kind, refusal.value.state, refusal.value.verb) == (machine.kind, state, verb)
    assert state.value in refusal.value.detail
    assert verb in refusal.value.detail
    assert isinstance(refusal.value, Conflict)


@pytest.mark.parametrize(("machine", "drawing"), [(machine, drawing) for machine, _, drawing in DRAWN])
def test_every_verb_drawn_is_a_verb_of_the_machine(machine: Machine[Any], drawing: str) -> None:
    assert {verb for _, verb in arrows(drawing)} == set(machine.table)


def test_every_machine_is_drawn_here() -> None:
    assert sorted(machine.kind for machine, _, _ in DRAWN) == [machine.kind for machine in machines(domain)]
