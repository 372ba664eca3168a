"""An identity provider brings a member: one who is there is taken up, anybody else is new."""

from collections.abc import Mapping

from services.profiles.commands.keep_account import keep_account
from services.profiles.domain.account import Account
from services.profiles.domain.circle import Holding
from services.profiles.domain.member import Key, Member, number_key
from services.profiles.store import Store
from services.profiles.store.identifiers import kind_of, text_of
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction


def provision_member(transaction: Transaction, store: Store, account: Account) -> Member:
    """The member who has one of the account's identifiers, from now on provisioned; a new one where nobody has.

    Raises Conflict where that member is provisioned already, has another number, or is two members, and where nobody
    has them and who had them was erased: an identity provider goes on sending whom it knows.
    """
    session, tenant = transaction.session, transaction.tenant
    holdings = store.identifiers.claim(session, tenant, account.keys)
    member = _found(transaction, store, account, holdings)
    named = {(kind_of(key), text_of(key)) for key in account.keys}
    if member is None and store.erasures.marks(session, tenant, named):
        raise Conflict("Who had one of these identifiers asked to be forgotten: they come back by their own sign-in.")
    before = frozenset(member.provision.said) if member is not None and member.provision is not None else frozenset()
    return keep_account(transaction, store, member, account, account.said | before)


def _found(transaction: Transaction, store: Store, account: Account, holdings: Mapping[Key, Holding]) -> Member | None:
    owners = {each.member_id for each in holdings.values() if each.member_id is not None}
    members = store.members.among(transaction.session, transaction.tenant, owners)
    for each in members:
        if each.provision is not None and each.provision.live:
            taken = sorted(key for key, holding in holdings.items() if holding.member_id == each.id)
            raise Conflict(f"There is a user with this {_named(taken[0])} already: {each.id}.")
    if len(members) > 1:
        raise Conflict("The identifiers are those of several members: merge them first.")
    for member in members:
        number = None if account.member_number is None else number_key(account.member_number)
        if number is not None and not member.provisional and member.numbers and number not in member.numbers:
            raise Conflict("The member with these identifiers has another member number.")
        return member
    return None


def _named(key: Key) -> str:
    names = {"scim": "userName", "scim.external": "externalId", "ams": "memberNumber"}
    return names.get(key.issuer, "e-mail address")
