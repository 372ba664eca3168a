"""Everything a match is computed from, read at one moment: who takes part, with how many seats left."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession

from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.match_run import Unmatched
from services.matching.domain.program import Program
from services.matching.engine.pool import Pair, Place, Pool, unordered
from services.matching.store import Store

NO_PROFILE = "no_profile"
MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The pool, and those approved who cannot be in it. Who has no seat left, since all are taken, is in neither."""

    pool: Pool
    absent: tuple[Unmatched, ...]


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
    forbidden: Collection[Pair] = (),
    only: tuple[str, Role] | None = None,
    session: ClientSession | None = None,
) -> Assembled:
    """The program's approved people; `only` leaves a single member in that role, for recommendations.

    Pairs of this program, staged ones included, are not paired again, nor those of as many earlier cycles as its rules
    say.
    """
    tenant = program.tenant
    pairs = store.mentorships.pairs(tenant, [program.id], session)
    staged = store.proposals.staged(tenant, program.id, session)
    held = [*((mentor, mentee) for mentor, mentee, live in pairs if live), *staged]
    mentors, mentees = Counter(mentor for mentor, _ in held), Counter(mentee for _, mentee in held)
    sides = (
        _Side(Role.MENTOR, _taking_part(store, program, Role.MENTOR, only, session), mentors),
        _Side(Role.MENTEE, _taking_part(store, program, Role.MENTEE, only, session), mentees),
    )
    member_ids = {enrollment.member_id for side in sides for enrollment in side.enrollments}
    members = store.copies.among(tenant, member_ids, session)
    places: dict[Role, list[Place]] = {Role.MENTOR: [], Role.MENTEE: []}
    absent: list[Unmatched] = []
    for side in sides:
        for enrollment in side.enrollments:
            member = members.get(enrollment.member_id)
            free = enrollment.capacity - side.taken[enrollment.member_id]
            if enrollment.capacity > 0 >= free:
                continue
            if member is None or not member.may_start_something:
                reason = NO_PROFILE if member is None else MEMBERSHIP
                absent.append(Unmatched(enrollment.member_id, side.role.value, reason))
            else:
                places[side.role].append(Place(member, free))
    today = now.date()
    return Assembled(
        Pool(
            mentors=tuple(places[Role.MENTOR]),
            mentees=tuple(places[Role.MENTEE]),
            monday=today - timedelta(days=today.weekday()),
            paired_before=frozenset(unordered(*pair) for pair in (*_earlier(store, program, pairs, session), *staged)),
            forbidden=frozenset(forbidden),
            gatherings=store.attendances.gatherings(tenant, member_ids, session),
        ),
        tuple(absent),
    )


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
