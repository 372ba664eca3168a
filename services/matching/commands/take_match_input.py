"""What a match run is computed from is read once and kept: who goes on with the run, or repeats it, finds the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.matching.commands.assemble_pool import Seat, monday_of, read_seats, why_absent
from services.matching.commands.pulse import Pulse
from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import MatchRun, Unmatched
from services.matching.domain.member import Membership
from services.matching.domain.program import Program
from services.matching.engine.pool import Criteria, Encounter, Pair, Pool, unordered
from services.matching.store import Store
from services.matching.store.run_inputs import Input
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage import Document

_TOGETHER = 1_000


def take_match_input(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, run: MatchRun, pulse: Pulse) -> Input:
    """The run's input: what an earlier worker kept whole, else who takes part at this moment. Raises LeaseLost."""
    if not store.run_inputs.is_whole(run.id):
        _keep(unit_of_work, store, claimed, run, pulse)
    return store.run_inputs.read(run.id)


def _keep(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, run: MatchRun, pulse: Pulse) -> None:
    mark = claimed.token
    seen = unit_of_work.run(lambda current: _seen(current, store, run), tenant=run.tenant)
    seats, now = seen.seats, unit_of_work.clock.now()
    absent: list[Unmatched] = []
    # Members are read a few at a time: their words are many, and that each is whole is enough.
    for first in range(0, len(seats), _TOGETHER):
        some = seats[first : first + _TOGETHER]
        copies = store.copies.as_kept(run.tenant, {seat.member_id for seat in some})
        present: dict[Role, list[tuple[Document, int]]] = {role: [] for role in Role}
        for seat in some:
            copy = copies.get(seat.member_id)
            if reason := why_absent(None if copy is None else Membership(copy["membership"])):
                absent.append(Unmatched(seat.member_id, seat.role.value, reason))
            elif copy is not None:
                present[seat.role].append((copy, seat.free))
        for role, places in present.items():
            store.run_inputs.add_places(run.id, mark, run.tenant, role, places, now)
        pulse.reached(0.0)
    drop_erased(store, run, mark)
    everybody = {seat.member_id for seat in seats}
    known = replace(
        seen.rest.pool,
        gatherings=store.attendances.gatherings(run.tenant, everybody),
        encounters=dict.fromkeys(store.encounters.among(run.tenant, everybody), Encounter.MET),
    )
    rest = replace(seen.rest, absent=tuple(absent), pool=known)
    store.run_inputs.add_rest(run.id, mark, run.tenant, rest, now)

    def complete(transaction: Transaction) -> None:
        pulse.hold(transaction.session)
        store.run_inputs.complete(transaction.session, run.id, mark, run.tenant, rest, now)

    unit_of_work.run(complete, tenant=run.tenant)
    store.run_inputs.clear_others(run.id)


def drop_erased(store: Store, run: MatchRun, mark: str) -> None:
    """Takes out whoever was erased while their place was written.

    An erasure removes the copy first and the places then: whoever's place was written behind it has no copy now.
    """
    kept: list[str] = []

    def look() -> None:
        known = store.copies.known(run.tenant, kept)
        store.run_inputs.remove(mark, [each for each in kept if each not in known])
        kept.clear()

    for member_id in store.run_inputs.members(mark):
        kept.append(member_id)
        if len(kept) == _TOGETHER:
            look()
    look()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What has to be read at one moment."""

    seats: Sequence[Seat]
    rest: Input


def _seen(transaction: Transaction, store: Store, run: MatchRun) -> _Seen:
    """Who the locked and forbidden are now may be another than when it was asked for.

    A block that came after a lock holds: the pair is not proposed, and nothing else of the run fails by it.
    """
    program: Program = store.programs.get(run.tenant, run.program_id, transaction.session)
    named = {each for pair in (*run.forbidden, *run.locked) for each in pair}
    now = store.merges.survivors(run.tenant, named, transaction.session)
    forbidden, locked = ([_as_now(pair, now) for pair in pairs] for pairs in (run.forbidden, run.locked))
    seats, earlier = read_seats(store, program, session=transaction.session)
    blocked = store.pairs.all_apart(run.tenant, transaction.session)
    locked = [pair for pair in locked if unordered(*pair) not in blocked]
    monday = monday_of(transaction.now)
    pool = Pool((), (), monday, blocked=blocked, paired_before=earlier, forbidden=frozenset(forbidden))
    criteria = Criteria(program.rules, run.weights or program.weights, program.format)
    return _Seen(seats, Input(pool, criteria, tuple(locked), ()))


def _as_now(pair: Pair, now: Mapping[str, str]) -> Pair:
    mentor, mentee = pair
    return now[mentor], now[mentee]
