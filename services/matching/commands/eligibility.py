"""Who may take part in something new."""

from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.member import Member, Membership
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.peers import role_in
from services.matching.domain.program import OrganizationRule, Program
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.words import plain
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


class AgainstOrganizationRule(Conflict):
    """The program pairs people of one organization alone, or of different ones alone, and these two are not so."""

    def __init__(self, rule: OrganizationRule) -> None:
        which = "the same organization" if rule is OrganizationRule.REQUIRED else "different organizations"
        super().__init__(f"This program pairs people of {which} only: ask one of those you are recommended.")


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


def require_organization_rule(
    transaction: Transaction, store: Store, program: Program, mentee_id: str, mentor_id: str
) -> None:
    """Raises AgainstOrganizationRule where a match run would never pair the two, and NotTakingPart where that would
    tell of a mentor who shows the organization to nobody. Whom profiles have not told of yet is trusted."""
    rule = program.rules.organization
    if rule not in (OrganizationRule.REQUIRED, OrganizationRule.FORBIDDEN):
        return
    copies = store.copies.among(transaction.tenant, (mentee_id, mentor_id), transaction.session)
    mentee, mentor = copies.get(mentee_id), copies.get(mentor_id)
    if mentee is None or mentor is None:
        return
    theirs = plain(mentor.organization or "")
    same = theirs != "" and theirs == plain(mentee.organization or "")
    if same is (rule is OrganizationRule.REQUIRED):
        return
    if not visible_to_participants(mentor, "organization"):
        raise NotTakingPart(mentor_id, Role.MENTOR)
    raise AgainstOrganizationRule(rule)


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
