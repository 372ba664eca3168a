"""Who may see the content of a member's field, by the field's own setting or the contract's default."""

from collections.abc import Callable, Mapping

from services.matching.domain.member import Member

Visible = Callable[[Member, str], bool]
"""Tells whether the content of a field of this member may be shown to whoever reads."""

SHOWN_TO_PARTICIPANTS = frozenset({"name", "organization", "job_title", "skills", "industry", "languages", "seniority"})
"""By default; as on the profile."""

_RANK: Mapping[str, int] = {"nobody": 0, "participants": 1, "all": 2}


def visible_to_participants(member: Member, field: str) -> bool:
    """What people of the same approved program may see of this member."""
    default = "participants" if field in SHOWN_TO_PARTICIPANTS else "nobody"
    return _RANK[member.visibility.get(field, default)] >= _RANK["participants"]


def shown_to_partner(member: Member, field: str) -> bool:
    """What the partner of a live mentorship sees, e-mail and goals among it, unless the member has said otherwise."""
    return _RANK[member.visibility.get(field, "participants")] >= _RANK["participants"]
