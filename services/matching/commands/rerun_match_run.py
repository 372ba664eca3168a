"""A coordinator has decided on some pairs of a match run, and wants the rest of the people matched anew."""

from services.matching.commands.start_match_run import start_match_run
from services.matching.domain.match_run import MATCH_RUN, MOST_PAIRS, MatchRun
from services.matching.domain.remainder import remainder
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def rerun_match_run(transaction: Transaction, store: Store, run: MatchRun) -> MatchRun:
    """A queued run with the same question; the first one stays as it is, and its approved pairs hold their seats.

    It works on the people there are when a worker comes to it. Raises IllegalTransition unless the run came out and
    its program can be matched, TooManyForbidden, TooManyPeople.
    """
    MATCH_RUN.after(run.state, "rerun")
    tenant, session = transaction.tenant, transaction.session
    program = store.programs.get(tenant, run.program_id, session)
    left = remainder(
        run,
        store.proposals.decided_beforehand(session, tenant, run.id),
        store.proposals.dismissed(session, tenant, run.id, MOST_PAIRS + 1),
        store.merges.survivors(tenant, {each for pair in run.locked for each in pair}, session),
        program.format,
    )
    return start_match_run(
        transaction,
        store,
        program,
        run.objective,
        mode=run.mode,
        fairness=run.fairness,
        locked=left.locked,
        forbidden=left.forbidden,
        weights=run.weights,
        seed=run.seed,
        rerun_of=run.id,
    )
