"""Everything a match is computed from, read at one moment: who takes part, with how many seats left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pymongo.client_session import ClientSession

from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.member import Membership
from services.matching.domain.program import Format, Program
from services.matching.engine.pool import Encounter, Pair, Place, Pool, unordered
from services.matching.store import Store

NO_PROFILE = "no_profile"
MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class Seat:
    """An approved place and what live and staged pairs leave of it."""

    member_id: str
    role: Role
    free: int


@dataclass(frozen=True, slots=True)
class _Side:
    role: Role
    enrollments: Sequence[Enrollment]
    taken: Counter[str]
    """Seats that live mentorships and staged pairs hold, by member."""


def assemble_pool(
    store: Store,
    program: Program,
    now: datetime,
    *,
    only: tuple[str, Role] | None = None,
    session: ClientSession | None = None,
) -> Pool:
    """The program's approved people; `only` leaves a single member in that role, for recommendations to them.

    Peers are on both sides, all of them on that of the mentors.

    Pairs of this program, staged ones included, are not paired again, nor those of as many earlier cycles as its rules
    say.
    """
    seats, earlier = read_seats(store, program, only=only, session=session)
    members = store.copies.among(program.tenant, {seat.member_id for seat in seats}, session)
    places: dict[Role, list[Place]] = {Role.MENTOR: [], Role.MENTEE: []}
    for seat in seats:
        member = members.get(seat.member_id)
        if member is not None and why_absent(member.membership) is None:
            places[seat.role].append(Place(member, seat.free))
    everybody = {seat.member_id for seat in seats}
    gatherings = store.attendances.gatherings(program.tenant, everybody, session)
    pool = Pool(
        blocked=_kept_apart(store, program.tenant, only, session),
        mentors=tuple(places[Role.MENTOR]),
        mentees=tuple(places[Role.MENTEE]),
        monday=monday_of(now),
        paired_before=earlier,
        gatherings=gatherings,
        encounters=dict.fromkeys(store.encounters.among(program.tenant, everybody, session), Encounter.MET),
    )
    return pool.of_peers() if program.format is Format.PEER else pool


def read_seats(
    store: Store, program: Program, *, only: tuple[str, Role] | None = None, session: ClientSession | None = None
) -> tuple[list[Seat], frozenset[Pair]]:
    """The approved who have a seat left or never had one, and who was paired before or is staged, by `unordered`.

    Who has no seat left, since all are taken, is not among them. Peers have theirs as mentors, whichever of a pair they
    are.
    """
    tenant = program.tenant
    pairs = store.mentorships.pairs(tenant, [program.id], session)
    staged = store.proposals.staged(tenant, program.id, session)
    held = [*((mentor, mentee) for mentor, mentee, live in pairs if live), *staged]
    mentors, mentees = Counter(mentor for mentor, _ in held), Counter(mentee for _, mentee in held)
    if program.format is Format.PEER:
        approved = store.enrollments.approved(tenant, program.id, Role.MENTOR, session)
        sides = [_Side(Role.MENTOR, approved, mentors + mentees)]
    else:
        sides = [
            _Side(role, _taking_part(store, program, role, only, session), taken)
            for role, taken in ((Role.MENTOR, mentors), (Role.MENTEE, mentees))
        ]
    seats = [
        Seat(each.member_id, side.role, max(0, free))
        for side in sides
        for each in side.enrollments
        if (free := each.capacity - side.taken[each.member_id]) > 0 or each.capacity == 0
    ]
    return seats, frozenset(unordered(*pair) for pair in (*_earlier(store, program, pairs, session), *staged))


def why_absent(membership: Membership | None) -> str | None:
    """Why somebody approved cannot be in the pool, None where they can; without a copy they have no membership."""
    if membership is None:
        return NO_PROFILE
    return None if membership.may_start_something else MEMBERSHIP


def monday_of(now: datetime) -> date:
    """The week in which availability is compared."""
    today = now.date()
    return today - timedelta(days=today.weekday())


def _kept_apart(
    store: Store, tenant: str, only: tuple[str, Role] | None, session: ClientSession | None
) -> frozenset[Pair]:
    if only is None:
        return store.pairs.all_apart(tenant, session)
    member_id, _ = only
    return frozenset(unordered(member_id, other) for other in store.pairs.apart_from(tenant, member_id, session))


def _taking_part(
    store: Store, program: Program, role: Role, only: tuple[str, Role] | None, session: ClientSession | None
) -> Sequence[Enrollment]:
    found = store.enrollments.approved(program.tenant, program.id, role, session)
    if only is None or only[1] is not role:
        return found
    return [enrollment for enrollment in found if enrollment.member_id == only[0]]


def _earlier(
    store: Store, program: Program, pairs: Sequence[tuple[str, str, bool]], session: ClientSession | None
) -> list[Pair]:
    cycles = store.programs.cycles_before(program, program.rules.not_paired_in_cycles or 0, session)
    before = store.mentorships.pairs(program.tenant, [cycle.id for cycle in cycles], session) if cycles else ()
    return [(mentor, mentee) for mentor, mentee, _ in (*pairs, *before)]
