"""Members who are new or changed are compared with those like them: who may be one person is left for a coordinator."""

from collections.abc import Mapping

from services.profiles.domain.likeness import Reason, reasons
from services.profiles.domain.member import EMAIL, Member
from services.profiles.store import Store
from services.profiles.store.candidates import COMPARISONS, Pair, pair_of
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

AT_ONCE = 100
"""Members compared in one transaction."""

MOST_ALIKE = 20
"""Members that one is compared with for each thing they have in common: of a hundred of one name nobody is told."""


def comparisons(store: Store) -> DueWork:
    """The due work of it. Whoever of two is compared later finds the other, so none are missed."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        def compare(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            _compare_some(transaction, store)

        unit_of_work.run(compare, tenant=claimed.document["tenant"])

    return DueWork("compare_members", COMPARISONS, perform)


def _compare_some(transaction: Transaction, store: Store) -> None:
    session, tenant = transaction.session, transaction.tenant
    due = store.candidates.to_compare(session, tenant, transaction.now, AT_ONCE)
    alike = store.members.alike(session, tenant, due, MOST_ALIKE)
    pairs = {pair_of(one, other) for one, others in alike.items() for other in others}
    members = {each.id: each for each in store.members.among(session, tenant, {one for pair in pairs for one in pair})}
    mailboxes = _mailboxes(transaction, store, members)
    found = {pair: why for pair in pairs if (why := _why(pair, members, mailboxes))}
    store.candidates.compared(session, tenant, due, found)


def _why(pair: Pair, members: Mapping[str, Member], mailboxes: Mapping[str, set[str]]) -> tuple[Reason, ...]:
    one, other = pair
    return reasons(members[one], members[other], mailboxes[one] & mailboxes[other])


def _mailboxes(transaction: Transaction, store: Store, members: Mapping[str, Member]) -> Mapping[str, set[str]]:
    """The addresses that each of the members has, or has in common with others by tickets."""
    found = {each.id: {key.value for key in each.keys if key.issuer == EMAIL} for each in members.values()}
    for ticket in store.registrations.tied(
        transaction.session, transaction.tenant, found_by=(), member_ids=members.keys()
    ):
        if ticket.told is not None and ticket.member_id is not None:
            named = (ticket.told.email, ticket.told.buyer_email)
            found[ticket.member_id] |= {address.casefold() for address in named if address}
    return found
