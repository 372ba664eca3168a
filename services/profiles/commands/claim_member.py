"""A person who has signed in says which member they are: the one with the address that their issuer vouches for."""

from services.profiles.commands.change_member import change_member
from services.profiles.commands.register_member import register_member
from services.profiles.domain.member import Key, Member, can_be_folded, email_key
from services.profiles.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction
from shared.web import Principal


def claim_member(transaction: Transaction, store: Store, caller: Principal) -> tuple[Member, bool]:
    """The member that the caller is from now on, and whether it is a new one: nobody had the address.

    Again by the same caller it is the same member. Raises Conflict where the issuer vouches for no address, and where
    the member with the address signs in as another subject of this issuer.
    """
    session, tenant = transaction.session, transaction.tenant
    mine = Key(caller.issuer, caller.subject)
    address = caller.verified_email
    wanted = {mine} | ({email_key(address)} if address and can_be_folded(address) else set())
    holdings = store.identifiers.claim(session, tenant, wanted)
    if caller.member_id is not None and (known := store.members.find(tenant, caller.member_id, session)):
        return known, False
    if (owner := holdings[mine].member_id) is not None:
        return store.members.get(tenant, owner, session), False
    if address is None or len(wanted) == 1:
        raise Conflict("The token has no verified e-mail address to find the member by (email, email_verified).")
    owner = holdings[email_key(address)].member_id
    if owner is None:
        profile = {"given_name": caller.given_name, "family_name": caller.family_name, "email": address}
        return register_member(transaction, store, profile, {mine: None}), True  # type: ignore[arg-type]
    member = store.members.get(tenant, owner, session)
    if any(key.issuer == caller.issuer for key in member.keys):
        raise Conflict("The member with this e-mail address signs in under another name: ask a coordinator.")
    vouched = {email_key(address)} if member.provisional else member.keys
    # What else tickets say of a provisional member, numbers and further addresses, anybody can have typed.
    as_of = {each.key: each.as_of for each in member.identifiers if not each.of_registration and each.key in vouched}
    theirs = member.email is not None and email_key(member.email) in vouched
    profile = {"email": address} if member.provisional and not theirs else {}
    return change_member(transaction, store, member, profile, as_of | {mine: transaction.now}), False  # type: ignore[arg-type]
