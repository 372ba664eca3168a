"""A mentor's seats change hands, and everyone who shows them is told."""

from dataclasses import replace

from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.mentor_load import MentorFull, MentorLoad, MentorPaused, NothingToRelease
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
    afresh = found is not None and found.paused and not paused
    load = store.loads.set_capacity(transaction.session, enrollment, transaction.now, afresh=afresh)
    _announce(transaction, load)
    return load


def take_seat(
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


def release_seat(transaction: Transaction, store: Store, program_id: str, mentor_id: str) -> MentorLoad:
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
