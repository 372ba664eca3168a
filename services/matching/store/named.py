"""Finding what names a member, also by the id they had when it was made."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from pymongo.client_session import ClientSession

from shared.storage import Aggregate, Repository

A = TypeVar("A", bound=Aggregate)

TWO = ("mentor_id", "mentee_id", "mentor_as", "mentee_as")
"""Who something between two members is between, now and first."""


def named_in(
    repository: Repository[A], session: ClientSession, tenant: str, fields: Sequence[str], members: Collection[str]
) -> Sequence[A]:
    """Everything that has one of the ids in one of the fields, in order of id.

    Each field by itself: an index of part of the documents serves no alternative.
    """
    found = {
        each.id: each
        for field in fields
        for each in repository.page(tenant, {field: {"$in": sorted(members)}}, limit=0, session=session)
    }
    return [found[identifier] for identifier in sorted(found)]
