"""What of a member the association vouches for: as its own system has it, and nobody changed it since."""

import dataclasses
from collections.abc import Collection

from services.profiles.domain.member import Member

VERIFIABLE = ("member_number", "grade", "section", "organization", "job_title")
"""In this order they are shown. `member_number` stands for the identifiers of the issuer `ams`."""


def verified(before: Member | None, after: Member, vouched: Collection[str]) -> Member:
    """The changed member with what is verified of it; `vouched` is what the association's own system says now.

    What it does not say keeps its verification where it is as it was before, whoever wrote it.
    """
    kept = () if before is None else before.verified
    names = tuple(
        name
        for name in VERIFIABLE
        if _value(after, name)
        and (name in vouched or (name in kept and before is not None and _value(before, name) == _value(after, name)))
    )
    return dataclasses.replace(after, verified=names)


def _value(member: Member, name: str) -> object:
    return member.numbers if name == "member_number" else getattr(member, name)
