"""What an identity provider says of a member, over SCIM, becomes the member's."""

from collections.abc import Collection

from services.profiles.commands.announce_member import announce_deactivated
from services.profiles.commands.change_member import change_member
from services.profiles.commands.register_member import register_member
from services.profiles.domain.account import Account
from services.profiles.domain.member import Member
from services.profiles.domain.provisioning import REASON, keys_by, profile_by, suspends, vouched_by
from services.profiles.store import Store
from shared.messaging.unit_of_work import Transaction


def keep_account(
    transaction: Transaction, store: Store, member: Member | None, account: Account, said: Collection[str]
) -> Member:
    """The member, new if None, as the account has them in the fields that are said; None takes a value away.

    `active` suspends, and lifts what it has suspended itself: whom staff or a feed suspended stays so. Raises Conflict
    where an identifier is another member's.
    """
    profile, vouched = profile_by(member, account, said), vouched_by(said)
    keys = dict.fromkeys(keys_by(member, account, said), transaction.now)
    if member is None:
        made = register_member(transaction, store, profile, keys, vouched)
        gone = "active" in said and account.active is False
        return announce_deactivated(transaction, store, made, REASON) if gone else made
    changed = change_member(transaction, store, member, profile, keys, vouched)
    return announce_deactivated(transaction, store, changed, REASON) if suspends(member, account, said) else changed
