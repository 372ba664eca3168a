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
    "grade": "participants",
    "section": "participants",
    "email": "nobody",
    "goals": "nobody",
    "availability": "nobody",
    "time_zone": "nobody",
    "locale": "nobody",
}
"""Every field that a member may open or close, and how it is until they do. `name` stands for both names."""

_FIELDS: Mapping[str, tuple[str, ...]] = {"name": ("given_name", "family_name")}


def shown_to_members(member: Member, *, participates: bool) -> tuple[str, ...]:
    """The fields that another member may see; `participates` now in an event or a program together with the member."""
    open_to = ("participants", "all") if participates else ("all",)
    return ALWAYS + tuple(
        field
        for name, default in DEFAULTS.items()
        if member.visibility.get(name, default) in open_to
        for field in _FIELDS.get(name, (name,))
    )


def verified_among(member: Member, shown: Collection[str]) -> tuple[str, ...]:
    """What is verified of the fields that are shown; a member number is an identifier."""
    return tuple(name for name in member.verified if ("identifiers" if name == "member_number" else name) in shown)
