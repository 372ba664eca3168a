"""A coordinator asks what another match run would change: for all together, and for each person."""

from collections.abc import Sequence

from services.matching.domain.match_run import MATCH_RUN, MatchRun
from services.matching.domain.program import Format
from services.matching.domain.run_comparison import Change, Comparison, Standing, difference
from services.matching.store import Store
from services.matching.store.run_comparison import Key, compared
from shared.errors import Fault, Invalid


def compare_match_runs(
    store: Store, run: MatchRun, other: MatchRun, *, change: Change | None, limit: int, after: Key | None
) -> tuple[Comparison, Sequence[Standing]]:
    """Both runs as they came out, neither of them published for it, and up to `limit` people of this change.

    Raises Invalid for a run of another program, IllegalTransition unless both came out.
    """
    if other.program_id != run.program_id:
        raise Invalid([Fault("/with", f"The run {other.id} is of another program: compare runs of one.")])
    for each in (run, other):
        MATCH_RUN.after(each.state, "compare")
    peers = store.programs.get(run.tenant, run.program_id).format is Format.PEER
    people, standings = compared(
        store.proposals, run.tenant, run.id, other.id, peers=peers, change=change, limit=limit, after=after
    )
    return Comparison(run, other, difference(run.summary, other.summary), people), standings
