"""The account that an identity provider keeps of a member, when the member is merged into another, and back.

It goes where the member goes, with what the provider has said of it meanwhile: above all that the member is to be
suspended.
"""

import dataclasses
from typing import Any

from services.profiles.domain.member import Key, Member, Provision, external_key, user_name_key
from services.profiles.domain.provisioning import REASON


def taken_along(survivor: Member, away: Member) -> dict[str, Any]:
    """What the survivor gets of the account of the member merged away: nothing where the survivor has one.

    Whom the provider keeps as inactive is so still, or a merge would bring back whom it has suspended.
    """
    account = away.provision
    if survivor.provision is not None or account is None:
        return {}
    if away.suspended_by != REASON or not account.live or survivor.membership == "suspended":
        return {"provision": account}
    inactive = dataclasses.replace(account, membership=_standing(survivor.membership, account))
    return {"provision": inactive, "membership": "suspended", "suspended_by": REASON}


def given_back(before: Member, survivor: Member, away: Member) -> tuple[Member, Member, frozenset[Key]]:
    """The survivor without the account that came from the other, the other with it, and the keys that go with it.

    `before`: the survivor before the merge. The account is as the provider has it now, of whatever name.
    """
    account = survivor.provision
    if account is None or away.provision is None or before.provision is not None:
        return survivor, away, frozenset()
    if not away.provision.live and user_name_key(account.user_name) != user_name_key(away.provision.user_name):
        return survivor, away, frozenset()  # of another account than the one that was deleted: the survivor's own
    named = {user_name_key(account.user_name)}
    if account.external_id is not None:
        named.add(external_key(account.external_id))
    reverted = dataclasses.replace(survivor, provision=None)
    other = dataclasses.replace(away, provision=account)
    if survivor.suspended_by == REASON:
        reverted = dataclasses.replace(reverted, membership=account.membership or "active", suspended_by=None)
        if away.membership != "suspended":
            kept = dataclasses.replace(account, membership=_standing(away.membership, account))
            other = dataclasses.replace(other, provision=kept, membership="suspended", suspended_by=REASON)
    elif away.suspended_by == REASON and account.live and survivor.membership != "suspended":
        other = dataclasses.replace(other, membership=account.membership or "active", suspended_by=None)
    return reverted, other, frozenset(named & survivor.keys)


def _standing(membership: str, account: Provision) -> str | None:
    """What to come back to; nothing where nobody has said one."""
    return None if membership == "active" and account.membership is None else membership
