"""A member takes a place in a program: asks for one, or is given one by a coordinator."""

from dataclasses import replace

from services.matching.commands.eligibility import require_its_groups
from services.matching.commands.write_enrollment import write_enrollment
from services.matching.domain.enrollment import (
    BY_COORDINATOR,
    AlreadyEnrolled,
    Enrollment,
    EnrollmentState,
    MembershipLapsed,
    Role,
)
from services.matching.domain.peers import role_in
from services.matching.domain.program import Program
from services.matching.store import Store
from shared.errors import NotFound
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def enroll_member(
    transaction: Transaction,
    store: Store,
    program: Program,
    member_id: str,
    role: Role,
    *,
    capacity: int = 1,
    by_coordinator: bool = False,
) -> Enrollment:
    """The enrollment: applied, or approved at once where a coordinator makes it. Who withdrew comes back in theirs.

    Among peers either role means the one place there is. Raises IllegalTransition unless the program is open,
    AlreadyEnrolled, MembershipLapsed, InNoneOfItsGroups, and NotFound for a member who was erased.
    """
    program.require("enroll")
    role = role_in(program.format, role)
    if store.erasures.has(transaction.tenant, member_id):
        raise NotFound("member", member_id)
    member = store.copies.find(transaction.tenant, member_id, transaction.session)
    if member is not None and not member.may_start_something:
        raise MembershipLapsed(member_id)
    require_its_groups(transaction, store, program, member_id)
    found = store.enrollments.find_of(transaction.tenant, program.id, member_id, role, transaction.session)
    if found is not None and found.state is not EnrollmentState.WITHDRAWN:
        raise AlreadyEnrolled(member_id, role)
    if found is None:
        enrollment = Enrollment(
            id=new_id(),
            tenant=transaction.tenant,
            version=0,
            updated_at=transaction.now,
            program_id=program.id,
            member_id=member_id,
            role=role,
        )
    else:
        enrollment = found.moved("apply", transaction.now)
    enrollment = replace(enrollment, capacity=capacity)
    if by_coordinator:
        enrollment = enrollment.moved("approve", transaction.now, BY_COORDINATOR)
    return write_enrollment(transaction, store, enrollment, f"enrollment.{enrollment.state.value}.v1")
