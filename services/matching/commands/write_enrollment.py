"""An enrollment is written: others are told, seats and requests follow it, all in the same transaction."""

from dataclasses import replace

from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.commands.mentor_seats import set_capacity
from services.matching.domain.enrollment import REGISTRATION_CANCELLED, Enrollment, EnrollmentState, Role
from services.matching.domain.program import Format
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def write_enrollment(
    transaction: Transaction, store: Store, enrollment: Enrollment, type_name: str | None
) -> Enrollment:
    """The enrollment at its next version, the first where it is new (version 0); `type_name` None tells nobody.

    Raises AlreadyEnrolled, PreconditionFailed.
    """
    enrollment = _awaiting_a_first_request(transaction, store, enrollment)
    if enrollment.version == 0:
        saved = replace(enrollment, version=1)
        store.enrollments.add(transaction.session, saved)
    else:
        saved = store.enrollments.save(transaction.session, enrollment)
    if type_name is not None:
        announce_enrollment(transaction, saved, type_name)
    _settle_seats(transaction, store, saved)
    _settle_requests(transaction, store, saved)
    return saved


def _awaiting_a_first_request(transaction: Transaction, store: Store, enrollment: Enrollment) -> Enrollment:
    if not enrollment.begins_to_ask:
        return enrollment
    program = store.programs.get(transaction.tenant, enrollment.program_id, transaction.session)
    return enrollment.first_approved(program.settings.first_request_days, transaction.now)


def announce_enrollment(transaction: Transaction, enrollment: Enrollment, type_name: str) -> None:
    """`enrollment.*`, at its version."""
    transaction.publish(type_name, key=enrollment.id, version=enrollment.version, data=_told(enrollment))


def _told(enrollment: Enrollment) -> dict[str, object]:
    data = {
        "id": enrollment.id,
        "program_id": enrollment.program_id,
        "member_id": enrollment.member_id,
        "role": enrollment.role.value,
        "capacity": enrollment.capacity,
        "state": enrollment.state.value,
        "event_id": enrollment.event_id,
        "registration_id": enrollment.registration_id,
        "reason": enrollment.reason,
    }
    return {name: value for name, value in data.items() if value is not None}


def _settle_seats(transaction: Transaction, store: Store, enrollment: Enrollment) -> None:
    tenant, session = transaction.tenant, transaction.session
    if enrollment.role is Role.MENTOR:
        set_capacity(transaction, store, enrollment)
    if Role.MENTEE in _sides(transaction, store, enrollment):
        # Whoever pairs this mentee right now has read the enrollment as it was: meeting here, one of both runs again.
        store.mentee_turns.take(session, tenant, enrollment.program_id, enrollment.member_id)


def _settle_requests(transaction: Transaction, store: Store, enrollment: Enrollment) -> None:
    if enrollment.state not in (EnrollmentState.PAUSED, EnrollmentState.WITHDRAWN):
        return
    tenant, session = transaction.tenant, transaction.session
    of = {Role.MENTOR: store.requests.with_mentor, Role.MENTEE: store.requests.open_of_mentee}
    for side in _sides(transaction, store, enrollment):
        if enrollment.state is EnrollmentState.PAUSED:
            reason = f"{side}_paused"
        else:
            # Not by whom: who was blocked reads the same.
            reason = REGISTRATION_CANCELLED if enrollment.reason == REGISTRATION_CANCELLED else "withdrawn"
        found = of[side](session, tenant, enrollment.program_id, enrollment.member_id)
        invalidate_requests(transaction, store, found, reason)


def _sides(transaction: Transaction, store: Store, enrollment: Enrollment) -> tuple[Role, ...]:
    """As what its member is asked and asks: peers do both."""
    if enrollment.role is Role.MENTEE:
        return (Role.MENTEE,)
    program = store.programs.get(transaction.tenant, enrollment.program_id, transaction.session)
    # What is asked by whoever leaves goes first: none of it is sent on in vain.
    return (Role.MENTEE, Role.MENTOR) if program.format is Format.PEER else (Role.MENTOR,)
