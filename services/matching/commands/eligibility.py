"""Who may take part in something new."""

from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.member import Member, Membership
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.peers import role_in
from services.matching.domain.program import Program
from services.matching.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction


class NotTakingPart(Conflict):
    """The member is not, or no longer, an approved participant in this role, or their membership has lapsed."""

    def __init__(self, member_id: str, role: Role) -> None:
        super().__init__(f"The member {member_id} takes no part in this program as a {role} at the moment.")
        self.member_id = member_id
        self.role = role


class KeptApart(NotTakingPart):
    """A block keeps the two apart. No block is told: the words are those about somebody who takes no part."""


class InNoneOfItsGroups(Conflict):
    """The program is for the members of some groups, and this member is in none of them as far as profiles told."""

    def __init__(self, member_id: str, groups: str) -> None:
        super().__init__(f"This program is for members of {groups}.")
        self.member_id = member_id


class PartySuspended(Conflict):
    """A mentorship does not become active while the membership of one of the two is suspended."""

    def __init__(self, mentorship_id: str) -> None:
        super().__init__(f"The mentorship {mentorship_id} rests while the membership of one of the two is suspended.")
        self.mentorship_id = mentorship_id


def require_nobody_suspended(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """Raises PartySuspended. Who is suspended at this moment is found by the second look of `settle_suspension`."""
    parties = store.copies.among(transaction.tenant, mentorship.parties, transaction.session)
    if any(each.membership is Membership.SUSPENDED for each in parties.values()):
        raise PartySuspended(mentorship.id)


def require_its_groups(transaction: Transaction, store: Store, program: Program, member_id: str) -> None:
    """Raises InNoneOfItsGroups for a member whom the program is not for; also where profiles have not told of them."""
    tenant, session, groups = transaction.tenant, transaction.session, program.rules.groups
    if not groups:
        return
    copy = store.copies.find(tenant, member_id, session)
    if copy is None or not copy.is_in(groups):
        raise InNoneOfItsGroups(member_id, store.group_names.any_of(tenant, groups, session))


def require_taking_part(
    transaction: Transaction, store: Store, program: Program, member_id: str, role: Role
) -> Enrollment:
    """The approved enrollment of a member who may start something new; of a peer in any role. Raises NotTakingPart."""
    tenant, session = transaction.tenant, transaction.session
    held = role_in(program.format, role)
    enrollment = store.enrollments.find_of(tenant, program.id, member_id, held, session)
    copy = store.copies.find(tenant, member_id, session)
    return require_approved(enrollment, copy, member_id, role)


def require_approved(enrollment: Enrollment | None, copy: Member | None, member_id: str, role: Role) -> Enrollment:
    """The enrollment, where this member may start something new in this role. Raises NotTakingPart.

    A member whose profile has not arrived yet is trusted: the enrollment was checked by whoever approved it.
    """
    if enrollment is None or enrollment.state is not EnrollmentState.APPROVED:
        raise NotTakingPart(member_id, role)
    if copy is not None and not copy.may_start_something:
        raise NotTakingPart(member_id, role)
    return enrollment
