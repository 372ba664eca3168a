"""Who may see the content of a member's field, by the field's own setting or the contract's default."""

from collections.abc import Callable, Mapping

from services.matching.domain.member import Member

Visible = Callable[[Member, str], bool]
"""Tells whether the content of a field of this member may be shown to whoever reads."""

SHOWN_TO_PARTICIPANTS = frozenset(
    {"name", "organization", "job_title", "skills", "industry", "languages", "seniority", "grade", "section"}
)
"""By default; as on the profile."""

_RANK: Mapping[str, int] = {"nobody": 0, "participants": 1, "all": 2}


def visible_to_participants(member: Member, field: str) -> bool:
    """What people of the same approved program may see of this member."""
    default = "participants" if field in SHOWN_TO_PARTICIPANTS else "nobody"
    return _RANK[member.visibility.get(field, default)] >= _RANK["participants"]


def verified_to_participants(member: Member) -> tuple[str, ...]:
    """What the association's own system vouches for, of what these may see.

    That there is a number of theirs in it, `member_number`, is for everybody to know; the number is not shown.
    """
    return tuple(name for name in member.verified if name == "member_number" or visible_to_participants(member, name))


def shown_to_partner(member: Member, field: str) -> bool:
    """What the partner of a live mentorship sees, e-mail and goals among it, unless the member has said otherwise."""
    return _RANK[member.visibility.get(field, "participants")] >= _RANK["participants"]
