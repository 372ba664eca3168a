"""Finding what is between two members by either of them, also by the id they had when it was made."""

from collections.abc import Collection, Mapping
from typing import Any


def names_one_of(members: Collection[str]) -> Mapping[str, Any]:
    """The filter of whatever names one of these ids as its mentor or mentee, now or first."""
    ids = sorted(members)
    return {"$or": [{field: {"$in": ids}} for field in ("mentor_id", "mentee_id", "mentor_as", "mentee_as")]}
