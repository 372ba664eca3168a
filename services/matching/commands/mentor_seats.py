"""A mentor's seats change hands, and everyone who shows them is told. Among peers both of a pair hold a seat."""

from dataclasses import replace

from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.mentor_load import MentorFull, MentorLoad, MentorPaused, NothingToRelease
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Format, Program
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def set_capacity(transaction: Transaction, store: Store, enrollment: Enrollment) -> MentorLoad | None:
    """Makes the mentor's load say what their enrollment says; for whatever changes an enrollment, after saving it.

    Capacity below the load ends nothing and blocks new pairs, and so does any state but approved. A mentor who was
    never approved has no load: None. Nothing is announced where nothing changed.
    """
    tenant, program_id, member_id = transaction.tenant, enrollment.program_id, enrollment.member_id
    paused = enrollment.state is not EnrollmentState.APPROVED
    found = store.loads.find_of(tenant, program_id, member_id, transaction.session)
    if found is None and paused:
        return None
    if found is not None and (found.capacity, found.paused) == (enrollment.capacity, paused):
        return found
    if found is None and _are_peers(transaction, store, program_id):
        # They may live in a pair that was made before peers were, in which they held no seat.
        settle_load(transaction, store, program_id, member_id)
        return store.loads.find_of(tenant, program_id, member_id, transaction.session)
    afresh = found is not None and found.paused and not paused
    load = store.loads.set_capacity(transaction.session, enrollment, transaction.now, afresh=afresh)
    _announce(transaction, load)
    return load


def _take_seat(
    transaction: Transaction, store: Store, program_id: str, mentor_id: str, answered_within: int | None = None
) -> MentorLoad:
    """One more live mentorship; to be written in the same transaction. Raises MentorFull, MentorPaused.

    `answered_within`: hours to the mentor's first answer, where that is what takes the seat.
    """
    load = store.loads.take(
        transaction.session, transaction.tenant, program_id, mentor_id, transaction.now, answered_within
    )
    if load is None:
        found = store.loads.find_of(transaction.tenant, program_id, mentor_id, transaction.session)
        if found is None or found.paused:
            raise MentorPaused(mentor_id)
        raise MentorFull(mentor_id, found.capacity)
    _announce(transaction, load)
    return load


def take_seats(
    transaction: Transaction,
    store: Store,
    program: Program,
    mentor_id: str,
    mentee_id: str,
    answered_within: int | None = None,
) -> list[MentorLoad]:
    """The loads of all who hold a seat in a pair of this program, each with one more taken.

    Those of peers in order of their ids, so that of two pairs with the same two people one goes first everywhere.
    `answered_within` is of the mentor. Raises MentorFull, MentorPaused.
    """
    holders = sorted((mentor_id, mentee_id)) if program.format is Format.PEER else [mentor_id]
    return [
        _take_seat(transaction, store, program.id, each, answered_within if each == mentor_id else None)
        for each in holders
    ]


def release_seats(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """The seats of a mentorship that has left its live states are free again; in that transaction.

    Raises NothingToRelease.
    """
    program = store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
    if program.format is not Format.PEER:
        _release_seat(transaction, store, program.id, mentorship.mentor_id)
        return
    for each in sorted(mentorship.parties):
        # Counted, not released: of a pair that was made before peers were, the mentee never held one.
        settle_load(transaction, store, program.id, each)


def _release_seat(transaction: Transaction, store: Store, program_id: str, mentor_id: str) -> MentorLoad:
    """One live mentorship fewer; called by whoever moves a mentorship out of its live states, in that transaction.

    Raises NothingToRelease, which only a seat given back twice could bring about.
    """
    load = store.loads.release(transaction.session, transaction.tenant, program_id, mentor_id, transaction.now)
    if load is None:
        raise NothingToRelease(mentor_id)
    _announce(transaction, load)
    return load


def settle_load(transaction: Transaction, store: Store, program_id: str, mentor_id: str) -> None:
    """Makes a mentor's load what their enrollment and live mentorships say, however these came to be the mentor's.

    Whoever takes or gives back a seat at the same moment conflicts. Nothing is announced where nothing changed.
    """
    tenant, session = transaction.tenant, transaction.session
    found = store.enrollments.find_of(tenant, program_id, mentor_id, Role.MENTOR, session)
    enrollment = None if found is None or found.set_aside is not None else found
    active = store.mentorships.live_of_mentor(session, tenant, program_id, mentor_id)
    if _are_peers(transaction, store, program_id):
        active += store.mentorships.live_of_mentee(session, tenant, program_id, mentor_id)
    load = store.loads.find_of(tenant, program_id, mentor_id, session)
    paused = enrollment is None or enrollment.state is not EnrollmentState.APPROVED
    made = load is None
    if load is None:
        if enrollment is None or (paused and active == 0):
            return
        load = store.loads.set_capacity(session, enrollment, transaction.now)
    capacity = 0 if enrollment is None else enrollment.capacity
    enrollment_id = load.enrollment_id if enrollment is None else enrollment.id
    settled = replace(
        load,
        enrollment_id=enrollment_id,
        capacity=capacity,
        paused=paused,
        active=active,
        updated_at=transaction.now,
    )
    if settled != replace(load, updated_at=transaction.now):
        load = store.loads.save(session, settled)
    elif not made:
        return
    _announce(transaction, load)


def _are_peers(transaction: Transaction, store: Store, program_id: str) -> bool:
    return store.programs.get(transaction.tenant, program_id, transaction.session).format is Format.PEER


def _announce(transaction: Transaction, load: MentorLoad) -> None:
    """The key is the load's own id: the enrollment's versions are another series."""
    transaction.publish(
        "mentor.capacity_changed.v1",
        key=load.id,
        version=load.version,
        data={
            "enrollment_id": load.enrollment_id,
            "program_id": load.program_id,
            "member_id": load.member_id,
            "capacity": load.capacity,
            "active": load.active,
            "reserved": load.reserved,
            "available": load.available,
            "paused": load.paused,
        },
    )
