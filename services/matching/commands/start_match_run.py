"""A coordinator asks for a match: it is queued, a worker computes it."""

from services.matching.domain.match_run import MOST_PEOPLE, MatchRun, Mode, Objective, TooManyPeople
from services.matching.domain.parts import Weights
from services.matching.domain.peers import as_named
from services.matching.domain.program import Format, Program
from services.matching.engine.pool import Pair
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def start_match_run(
    transaction: Transaction,
    store: Store,
    program: Program,
    objective: Objective,
    *,
    mode: Mode = Mode.WELFARE,
    fairness: float = 0.0,
    locked: tuple[Pair, ...] = (),
    forbidden: tuple[Pair, ...] = (),
    weights: Weights | None = None,
    seed: int = 0,
    rerun_of: str | None = None,
) -> MatchRun:
    """A queued run, due at once.

    Raises IllegalTransition for a program that is a draft or over, TooManyPeople, and Invalid for what no match can be:
    nothing that counts, a pair that is to be and not to be, or
    peers and a stable match.
    """
    program.require("match")
    locked, forbidden = (tuple(as_named(program.format, *pair) for pair in pairs) for pairs in (locked, forbidden))
    if mode is Mode.STABLE and program.format is Format.PEER:
        raise Invalid([Fault("/mode", "Among peers there need not be a stable match: match for welfare.")])
    if faults := [*(weights or program.weights).faults(), *_contradictions(locked, forbidden)]:
        raise Invalid(faults)
    people = store.enrollments.count_approved(transaction.session, transaction.tenant, program.id)
    if people > MOST_PEOPLE:
        raise TooManyPeople(people)
    run = MatchRun(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        program_id=program.id,
        objective=objective,
        mode=mode,
        fairness=fairness,
        locked=locked,
        forbidden=forbidden,
        weights=weights,
        seed=seed,
        rerun_of=rerun_of,
        people=people,
        due_at=transaction.now,
        traceparent=transaction.traceparent,
    )
    store.runs.insert(transaction.session, run)
    return run


def _contradictions(locked: tuple[Pair, ...], forbidden: tuple[Pair, ...]) -> list[Fault]:
    out = set(forbidden)
    return [
        Fault(f"/locked/{number}", "Is forbidden, too." if pair in out else "Nobody is their own mentor.")
        for number, pair in enumerate(locked)
        if pair in out or pair[0] == pair[1]
    ]
