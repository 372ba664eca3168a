"""Who may see the content of a member's field, by the field's own setting or the contract's default."""

from collections.abc import Callable

from services.matching.domain.member import Member

Visible = Callable[[Member, str], bool]
"""Tells whether the content of a field of this member may be shown to whoever reads."""

SHOWN_TO_PARTICIPANTS = frozenset(
    {"name", "organization", "job_title", "skills", "industry", "languages", "seniority", "grade", "section"}
)
"""By default; as on the profile."""

_TO_PARTICIPANTS = frozenset({"participants", "all"})


def visible_to_participants(member: Member, field: str) -> bool:
    """What people of the same approved program may see of this member."""
    own = member.visibility.get(field)
    return field in SHOWN_TO_PARTICIPANTS if own is None else own in _TO_PARTICIPANTS


def verified_to_participants(member: Member) -> tuple[str, ...]:
    """What the association's own system vouches for, of what these may see.

    That there is a number of theirs in it, `member_number`, is for everybody to know; the number is not shown.
    """
    return tuple(name for name in member.verified if name == "member_number" or visible_to_participants(member, name))


def shown_to_partner(member: Member, field: str) -> bool:
    """What the partner of a live mentorship sees, e-mail and goals among it, unless the member has said otherwise."""
    return member.visibility.get(field, "participants") in _TO_PARTICIPANTS
