"""An identity provider takes a member away: the account is gone, the member is suspended."""

import dataclasses

from services.profiles.commands.announce_member import announce_deactivated
from services.profiles.commands.change_member import change_member
from services.profiles.domain.account import Account, account_of
from services.profiles.domain.member import Member
from services.profiles.domain.provisioning import REASON, profile_by, suspends
from services.profiles.store import Store
from shared.messaging.unit_of_work import Transaction

_GONE = frozenset({"active"})


def withdraw_member(transaction: Transaction, store: Store, member: Member) -> Member:
    """The member, suspended. The identifiers stay: by any of them the identity provider may bring the member back.

    Raises ValueError for a member who is not provisioned.
    """
    account: Account = dataclasses.replace(account_of(member), active=False)
    profile = profile_by(member, account, _GONE)
    provision = profile["provision"]
    if provision is not None:
        profile["provision"] = dataclasses.replace(provision, live=False)
    gone = change_member(transaction, store, member, profile)
    return announce_deactivated(transaction, store, gone, REASON) if suspends(member, account, _GONE) else gone
