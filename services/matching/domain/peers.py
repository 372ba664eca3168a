"""Among peers there is one pool, one place for each and no precedence: what the two roles come to there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Format
from services.matching.domain.proposal import Proposal

Paired = TypeVar("Paired", Mentorship, Proposal)


def role_in(form: Format, role: Role) -> Role:
    """The role in which somebody takes part who means this one: among peers both mean the one place there is.

    It is kept as a mentor's, whose seats are counted.
    """
    return Role.MENTOR if form is Format.PEER else role


def as_named(form: Format, mentor_id: str, mentee_id: str) -> tuple[str, str]:
    """The two as what pairs them names them, mentor first: among peers the lower id, which says nothing else."""
    if form is Format.PEER and mentee_id < mentor_id:
        return mentee_id, mentor_id
    return mentor_id, mentee_id


def ways_to_ask(form: Format, mentor_id: str, mentee_id: str) -> Sequence[tuple[str, str]]:
    """Who may be asked by whom of a pair: the mentor by the mentee, among peers either by the other."""
    asked_by = (mentor_id, mentee_id)
    return (asked_by, (mentee_id, mentor_id)) if form is Format.PEER else (asked_by,)


def rates_as(form: Format, side: Role) -> Role:
    """Whose numbers of themselves are the outcome for somebody on this side: the mentee's, among peers their own."""
    return side if form is Format.PEER else Role.MENTEE


def in_order(form: Format, two: Paired) -> Paired:
    """The same pair, its two members named as `as_named` has them; itself where they are."""
    if as_named(form, two.mentor_id, two.mentee_id) == (two.mentor_id, two.mentee_id):
        return two
    return replace(
        two, mentor_id=two.mentee_id, mentee_id=two.mentor_id, mentor_as=two.mentee_as, mentee_as=two.mentor_as
    )
