"""Who may see which field of a member."""

from collections.abc import Collection, Mapping

from services.profiles.domain.member import Member

ALWAYS = ("id",)

DEFAULTS: Mapping[str, str] = {
    "name": "participants",
    "organization": "participants",
    "job_title": "participants",
    "industry": "participants",
    "languages": "participants",
    "skills": "participants",
    "roles": "participants",
    "seniority": "participants",
    "frequency": "participants",
    "format": "participants",
    "groups": "participants",
    "recognition": "participants",
    "progress": "nobody",
    "grade": "participants",
    "section": "participants",
    "email": "nobody",
    "goals": "nobody",
    "availability": "nobody",
    "time_zone": "nobody",
    "locale": "nobody",
}
"""Every field that a member may open or close, and how it is until they do. `name` stands for both names."""

EARNED = ("progress", "recognition")
"""Those that stand beside the member and not in it: a single reading shows them, lists do not."""

_FIELDS: Mapping[str, tuple[str, ...]] = {"name": ("given_name", "family_name")}


SHOWN_TO_PARTNERS = ("email", "goals")
"""What the partner of a live mentorship sees, unless the member has said otherwise."""


def shown_to_members(member: Member, *, participates: bool, partner: bool = False) -> tuple[str, ...]:
    """The fields that another member may see.

    `participates` now in an event, a program or a mentorship together with the member, `partner` in a mentorship.
    """
    return ALWAYS + tuple(
        field
        for name in DEFAULTS
        if name not in EARNED and (_is_open(member, name, participates) or _is_for_partner(member, name, partner))
        for field in _FIELDS.get(name, (name,))
    )


def earned_shown_to_members(member: Member, *, participates: bool) -> tuple[str, ...]:
    """Those of what the member earned that another member may see."""
    return tuple(name for name in EARNED if _is_open(member, name, participates))


def _is_for_partner(member: Member, name: str, partner: bool) -> bool:
    return partner and name in SHOWN_TO_PARTNERS and name not in member.visibility


def _is_open(member: Member, name: str, participates: bool) -> bool:
    open_to = ("participants", "all") if participates else ("all",)
    return member.visibility.get(name, DEFAULTS[name]) in open_to


def verified_among(member: Member, shown: Collection[str]) -> tuple[str, ...]:
    """What is verified of the fields that are shown; a member number is an identifier."""
    return tuple(name for name in member.verified if ("identifiers" if name == "member_number" else name) in shown)
