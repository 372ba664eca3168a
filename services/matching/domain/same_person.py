"""A mentor and a mentee are named by ids: a merge gives them others, and keeps those they were named by first."""

from collections.abc import Collection
from dataclasses import replace
from typing import TypeVar

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.proposal import Proposal
from services.matching.domain.request import Request

Two = TypeVar("Two", Mentorship, Request, Proposal)


def named_anew(two: Two, makers: Collection[str], now: str) -> Two:
    """The same two, where everybody who was first named by one of `makers` is `now`; itself where nobody changes."""
    mentor, mentee = two.mentor_as or two.mentor_id, two.mentee_as or two.mentee_id
    mentor_id = now if mentor in makers else two.mentor_id
    mentee_id = now if mentee in makers else two.mentee_id
    if (mentor_id, mentee_id) == (two.mentor_id, two.mentee_id):
        return two
    return replace(
        two,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        mentor_as=None if mentor == mentor_id else mentor,
        mentee_as=None if mentee == mentee_id else mentee,
    )


def are_one(two: Mentorship | Request | Proposal) -> bool:
    """Whether the two are one person."""
    return two.mentor_id == two.mentee_id
