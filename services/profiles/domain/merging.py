"""Two members turn out to be one: what the survivor is then, and what both are when it turns out that they were two."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.profiles.domain.member import Identifier, Key, Member, email_key
from services.profiles.domain.merged_account import given_back, taken_along
from services.profiles.domain.verification import VERIFIABLE
from services.profiles.domain.visibility import DEFAULTS

_LINES = ("organization", "job_title", "industry", "seniority", "time_zone", "locale", "email", "grade", "section")
_CHOICES = ("languages", "availability", "frequency", "format")
_RECORDED = ("skills", "goals")
"""What attendee records say, too, of who has not said it."""

_STRICTEST = ("nobody", "participants", "all")

_WHENEVER = datetime.min.replace(tzinfo=UTC)

_REVERSIBLE = (
    *_LINES,
    *_CHOICES,
    *_RECORDED,
    "own_roles",
    "roles",
    "membership",
    "suspended_by",
    "visibility",
    "verified",
)


@dataclass(frozen=True, slots=True)
class Merge:
    """For good: whoever still says `id` means `into`. `version` is that of the member's last message."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    into: str


@dataclass(frozen=True, slots=True)
class MergeUndo:
    """What it takes to undo a merge, for as long as it can be undone; `id` is that of the member merged away.

    `before` and `after` are the survivor: what is still as the merge left it goes back to how it was.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    away: Member
    before: Member
    after: Member
    expire_at: datetime


def merged(survivor: Member, away: Member) -> Member:
    """The survivor with what it lacked and the other had, in the groups of both; registered from now on.

    Identifiers are left as they are: whoever holds them has to be asked. What was empty and is filled is shown to
    whom both would show it. The account of an identity provider comes along.
    """
    gained: dict[str, Any] = {
        name: getattr(away, name)
        for name in (*_LINES, *_CHOICES)
        if _empty(getattr(survivor, name)) and not _empty(getattr(away, name))
    }
    if not survivor.given_name and not survivor.family_name:
        gained |= {"given_name": away.given_name, "family_name": away.family_name}
    said = set(survivor.said)
    for name in (*_RECORDED, "roles"):
        if name in away.said and name not in said:
            gained[name] = getattr(away, name)
            said.add(name)
    if not survivor.own_roles and "roles" not in survivor.said:
        gained["own_roles"] = away.own_roles
    if survivor.provisional or (_is_kept_out_by_staff(away) and survivor.membership != "suspended"):
        gained |= {"membership": away.membership, "suspended_by": away.suspended_by}
    gained |= taken_along(dataclasses.replace(survivor, membership=gained.get("membership", survivor.membership)), away)
    return dataclasses.replace(
        survivor,
        **gained,
        groups=(*survivor.groups, *(each for each in away.groups if each not in survivor.groups)),
        visibility=_visibility(survivor, away, {"name" if name == "given_name" else name for name in gained}),
        said=tuple(sorted(said)),
        provisional=False,
        verified=tuple(name for name in VERIFIABLE if _stays_verified(name, survivor, away, name in gained)),
    )


def _is_kept_out_by_staff(member: Member) -> bool:
    """Whether people decided that the member is suspended, and not a feed or an identity provider."""
    return member.membership == "suspended" and member.suspended_by in (None, "staff", "conduct")


def returned(undo: MergeUndo, survivor: Member, *, others_merged: bool) -> tuple[Member, Member, frozenset[Key]]:
    """The survivor without what came from the other, the other as they were, and the keys that go back to them.

    What the survivor has changed since stays with the survivor, a key that has become the survivor's address included;
    the account that an identity provider kept of the other goes back as it is now.
    `others_merged`: further members are merged into the survivor. Both members keep the identifiers they have.
    """
    before, after, away = undo.before, undo.after, undo.away
    restored: dict[str, Any] = {
        name: getattr(before, name)
        for name in _REVERSIBLE
        if getattr(after, name) != getattr(before, name) and getattr(survivor, name) == getattr(after, name)
    }
    if (survivor.given_name, survivor.family_name) == (after.given_name, after.family_name):
        restored |= {"given_name": before.given_name, "family_name": before.family_name}
    silenced = {name for name in (*_RECORDED, "roles") if name in restored and name not in before.said}
    came = {each for each in away.groups if each not in before.groups}
    left_since = {each for each in away.groups if each in after.groups and each not in survivor.groups}
    untouched = before.provisional and not others_merged and _as_left(survivor) == _as_left(after)
    without, other, named = given_back(before, survivor, away)
    reverted = dataclasses.replace(
        without,
        **restored,
        groups=tuple(each for each in survivor.groups if each not in came),
        said=tuple(name for name in survivor.said if name not in silenced),
        provisional=untouched,
    )
    back = _unchanged_since(undo, survivor) - ({email_key(reverted.email)} if reverted.email else set()) | named
    address_stays = away.email is not None and email_key(away.email) not in back
    other = dataclasses.replace(
        other,
        groups=tuple(each for each in away.groups if each not in left_since),
        email=None if address_stays else away.email,
    )
    return reverted, other, frozenset(back)


def renewed(undo: MergeUndo, identifiers: Collection[Identifier]) -> MergeUndo:
    """The undo of a merge into a member who was merged on, and is back with these: that was no change of theirs."""
    now = {each.key: each for each in identifiers}
    after = tuple(now.get(each.key, each) for each in undo.after.identifiers)
    return dataclasses.replace(undo, after=dataclasses.replace(undo.after, identifiers=after))


def _unchanged_since(undo: MergeUndo, survivor: Member) -> set[Key]:
    """The keys that came by the merge, and have not left the survivor since."""
    as_it_came = {_held(each) for each in undo.after.identifiers if each.key in undo.away.keys}
    return {each.key for each in survivor.identifiers if _held(each) in as_it_came and not each.of_registration}


def _held(identifier: Identifier) -> tuple[Key, int]:
    return identifier.key, identifier.version


def _as_left(member: Member) -> Member:
    """Without what attendee records change by themselves."""
    return dataclasses.replace(
        member,
        version=0,
        updated_at=_WHENEVER,
        identifiers=tuple(each for each in member.identifiers if not each.of_registration),
        roles=(),
        skills=(),
        goals=(),
    )


def _stays_verified(name: str, survivor: Member, away: Member, gained: bool) -> bool:
    """Whether the association vouches for what the survivor has now: of the numbers of both, for each."""
    if name != "member_number":
        return name in (away if gained else survivor).verified
    numbered = [each for each in (survivor, away) if each.numbers]
    return bool(numbered) and all(name in each.verified for each in numbered)


def _visibility(survivor: Member, away: Member, gained: set[str]) -> dict[str, str]:
    visibility = dict(survivor.visibility)
    for name in gained & DEFAULTS.keys():
        shown = survivor.visibility.get(name, DEFAULTS[name])
        stricter = min(shown, away.visibility.get(name, DEFAULTS[name]), key=_STRICTEST.index)
        if stricter != shown:
            visibility[name] = stricter
    return visibility


def _empty(value: object) -> bool:
    return value in (None, "", ())
