"""The enrollments in an event's program follow who comes to the event."""

from dataclasses import replace

from services.matching.commands.write_enrollment import write_enrollment
from services.matching.domain.attendance import Attendance
from services.matching.domain.enrollment import (
    ENROLLMENT,
    OPTED_IN,
    REGISTRATION_CANCELLED,
    Enrollment,
    Role,
)
from services.matching.domain.peers import role_in
from services.matching.domain.program import PROGRAM, Format, Program
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

MENTOR_CAPACITY = 2
"""Mentees a mentor takes who only ticked a box at an event; they can change it. A peer takes one partner."""


def admit_attendee(transaction: Transaction, store: Store, program: Program, attendance: Attendance) -> None:
    """Approves the member in every role opted into, while the program is open.

    Whom only a cancelled ticket took out comes back even later. Whoever withdrew, paused or was refused stays so. A
    lapsed member is enrolled too: membership is checked wherever something is to start.
    """
    for wanted, registration_id in attendance.opted_into().items():
        role = role_in(program.format, wanted)
        found = store.enrollments.find_of(
            transaction.tenant, program.id, attendance.member_id, role, transaction.session
        )
        if found is None and PROGRAM.allows(program.state, "enroll"):
            enrollment = Enrollment(
                id=new_id(),
                tenant=transaction.tenant,
                version=0,
                updated_at=transaction.now,
                program_id=program.id,
                member_id=attendance.member_id,
                role=role,
                capacity=MENTOR_CAPACITY if role is Role.MENTOR and program.format is not Format.PEER else 1,
            )
        elif found is not None and found.may_return_with_a_ticket and PROGRAM.allows(program.state, "match"):
            enrollment = found.moved("apply", transaction.now)
        else:
            continue
        approved = replace(
            enrollment.moved("approve", transaction.now, OPTED_IN),
            event_id=attendance.event_id,
            registration_id=registration_id,
        )
        write_enrollment(transaction, store, approved, "enrollment.approved.v1")


def release_attendee(transaction: Transaction, store: Store, program: Program, attendance: Attendance) -> None:
    """Withdraws the member, who no longer comes; mentorships that live go on."""
    if not PROGRAM.allows(program.state, "match"):
        return
    for found in store.enrollments.of_member(transaction.tenant, program.id, attendance.member_id, transaction.session):
        if ENROLLMENT.allows(found.state, "withdraw"):
            withdrawn = found.moved("withdraw", transaction.now, REGISTRATION_CANCELLED)
            write_enrollment(transaction, store, withdrawn, "enrollment.withdrawn.v1")
