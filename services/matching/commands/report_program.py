"""A coordinator asks how a program goes: for the board, for a spreadsheet, or to see what to mend."""

from datetime import datetime, timedelta

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import MATCH_RUN
from services.matching.domain.outcomes import Goals, Outcomes, answering, outcomes
from services.matching.domain.people_by_value import Field, groups
from services.matching.domain.program import Format, Program
from services.matching.domain.program_report import FIRST_SESSION_WITHIN, Report, buckets, deciles
from services.matching.store import Store
from shared.errors import Fault, Invalid

_HOURS_IN_TIME = FIRST_SESSION_WITHIN // timedelta(hours=1)


def report_program(
    store: Store, program: Program, now: datetime, *, by: Field | None = None, run_id: str | None = None
) -> Report:
    """The program in numbers, with those of this run, else of the last one that came out; `by` tells people apart.

    Raises NotFound, Invalid for a run of another program, IllegalTransition for one that did not come out.
    """
    tenant = program.tenant
    if run_id is None:
        run_id = store.runs.last_computed(tenant, program.id)
    else:
        run = store.runs.get(tenant, run_id)
        if run.program_id != program.id:
            raise Invalid([Fault("/run", f"The run {run_id} is of another program.")])
        MATCH_RUN.after(run.state, "report")
    peers = program.format is Format.PEER
    funnel, load = store.funnel.steps(tenant, program.id, peers=peers), store.funnel.load(tenant, program.id)
    came_to = _came_to(store, program, now)
    bands = answering(store.loads.bands(tenant, program.id, program.settings.fewest_answers))
    if run_id is None:
        return Report(program.id, None, by, funnel, load, bands, came_to)
    reports = store.run_reports
    histogram = reports.histogram(tenant, run_id)
    return Report(
        program_id=program.id,
        run_id=run_id,
        by=by,
        funnel=funnel,
        mentor_load=load,
        response_bands=bands,
        outcomes=came_to,
        unmatched=reports.unmatched(tenant, run_id),
        scores=buckets(histogram),
        deciles=deciles(histogram),
        groups=()
        if by is None
        else tuple(
            row
            for role in ((Role.MENTOR,) if peers else tuple(Role))
            for row in groups(role, reports.by_value(tenant, run_id, role, by, peers=peers))
        ),
    )


def _came_to(store: Store, program: Program, now: datetime) -> Outcomes:
    tenant = program.tenant
    goals = Goals(
        pairs=store.goals.pairs_of(tenant, program.id),
        by_state=store.goals.by_state(tenant, program.id),
        rated=store.ratings.outcome(tenant, program.id, peers=program.format is Format.PEER),
    )
    return outcomes(store.outcomes.counted(tenant, program.id, now, _HOURS_IN_TIME), goals, _HOURS_IN_TIME)
