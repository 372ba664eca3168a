"""A member is suspended, or back: what they have with others stops, or goes on.

What to do is read from the member as they are now, not from what was told when, so it bears being repeated and being
late. A mentorship that only a suspension stopped says so in its reason; what people put on hold is theirs to resume.
"""

from services.matching.commands.hold_mentorship import hold_mentorship, resume_mentorship
from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.commands.settle_conduct import apply_conduct
from services.matching.domain.member import Membership
from services.matching.domain.mentorship import MENTORSHIP, SUSPENDED
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

AT_ONCE = 20
"""Requests, and mentorships, in one transaction."""


def settle_suspension(transaction: Transaction, store: Store, member_id: str) -> None:
    """Does some of what there is to do for this member; while anything is left, the member stays due."""
    apply_conduct(transaction, store, member_id)
    member = store.copies.find(transaction.tenant, member_id, transaction.session)
    if member is None:
        # Merged into somebody whom profiles have not told of yet: their own message has them looked at again.
        store.suspensions.rest(transaction, member_id)
        return
    suspended = member.membership is Membership.SUSPENDED
    done = _stop(transaction, store, member_id) if suspended else _go_on(transaction, store, member_id)
    if done == AT_ONCE or store.suspensions.once_more(transaction, member_id):
        return
    if suspended:
        store.suspensions.rest(transaction, member_id)
    else:
        store.suspensions.forget(transaction.session, transaction.tenant, member_id)


def _stop(transaction: Transaction, store: Store, member_id: str) -> int:
    """Invalidates requests of both directions, then puts on hold what is active; how many of them, AT_ONCE at most."""
    session, tenant = transaction.session, transaction.tenant
    requests = store.requests.of_members(session, tenant, [member_id], still_open=True)[:AT_ONCE]
    invalidate_requests(transaction, store, requests, SUSPENDED)
    live = store.mentorships.of_members(session, tenant, [member_id], live=True)
    active = [each for each in live if MENTORSHIP.allows(each.state, "hold")][: AT_ONCE - len(requests)]
    for each in active:
        hold_mentorship(transaction, store, each, SUSPENDED)
    return len(requests) + len(active)


def _go_on(transaction: Transaction, store: Store, member_id: str) -> int:
    """Resumes what the suspension stopped, unless the partner is suspended, too; how many, AT_ONCE at most."""
    session, tenant = transaction.session, transaction.tenant
    live = store.mentorships.of_members(session, tenant, [member_id], live=True)
    held = [each for each in live if each.held_by_suspension]
    partners = store.copies.among(tenant, {each.partner_of(member_id) for each in held}, session)
    suspended = {each.id for each in partners.values() if each.membership is Membership.SUSPENDED}
    resumed = [each for each in held if each.partner_of(member_id) not in suspended][:AT_ONCE]
    for each in resumed:
        resume_mentorship(transaction, store, each)
    return len(resumed)
