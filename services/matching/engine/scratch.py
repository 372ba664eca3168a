"""What one thread of the compiled search writes while it searches."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.numbering import PARTS
from services.matching.engine.parts import LEVEL_UNIT
from services.matching.engine.tables import Ints, Record, Shorts, Tables

_OF_MENTOR = np.dtype([(name, np.int32) for name in ("at", "credit", "likeness", "flag")])
_OF_KIND = np.dtype([(name, np.int64) for name in ("at", "plain", "weight", "slack", "out")])
_OF_ALIKE = np.dtype([(name, np.int32) for name in ("at", "value")])
_LISTED = np.dtype([(name, np.int64) for name in ("score", "row", "slot")])


class Scratch(NamedTuple):
    """What one thread writes while it searches; `at` says for which mentee the record was worked out.

    That is told by the mentee's row, beginning with `first`: one that searches again begins behind what it had.
    """

    mentors: Record
    kinds: Record
    minutes: Record
    shared: Record
    together: Record
    level: Shorts
    there_at: Shorts
    word: Shorts
    """What each word weighs for the mentee."""
    skill_points: Ints
    best: Record
    parts: NDArray[np.int16]
    """Of those on the list, by slot."""
    points: Shorts
    order: Shorts
    touched: Shorts
    others: Shorts
    unsettled: Shorts
    left: Ints
    """How many mentors of `unsettled` have not yet had anybody allowed."""
    mentor_last: Shorts
    first: Ints


def scratch_for(laid: Tables, k: int, mentors: int) -> Scratch:
    def codes(first: int, last: int) -> int:
        """One more than the highest code in these rows of the shelf."""
        start, content = laid.shelf.start, laid.shelf.content
        return int(content[start[first] : start[last], 0].max(initial=-1)) + 1

    shelf, end = laid.shelf, len(laid.shelf.start) - 1
    languages = max(codes(shelf.languages, shelf.free), codes(shelf.tongues, shelf.attended))
    gatherings = max(codes(shelf.gatherings, shelf.marks), codes(shelf.attended, end))
    return Scratch(
        mentors=np.zeros(mentors, _OF_MENTOR),
        kinds=np.zeros(len(laid.kinds), _OF_KIND),
        minutes=np.zeros(shelf.tongues - shelf.hours, _OF_ALIKE),
        shared=np.zeros(shelf.attended - shelf.tongues, _OF_ALIKE),
        together=np.zeros(end - shelf.attended, _OF_ALIKE),
        level=np.zeros(languages, np.int32),
        there_at=np.zeros(gatherings, np.int32),
        # For each word there is: who asks later may name those that nobody here names as an everyday one.
        word=np.zeros(shelf.by_organization - shelf.by_word, np.int32),
        skill_points=np.zeros(int(laid.mentees["skills"].max(initial=0)) * LEVEL_UNIT + 1, np.int64),
        best=np.zeros(k + 1, _LISTED),
        parts=np.zeros((k + 1, PARTS), np.int16),
        points=np.zeros(PARTS, np.int32),
        order=np.zeros(k, np.int32),
        touched=np.zeros(mentors, np.int32),
        others=np.zeros(mentors, np.int32),
        unsettled=np.arange(mentors, dtype=np.int32),
        left=np.array([mentors], np.int64),
        mentor_last=np.zeros(mentors, np.int32),
        first=np.ones(1, np.int64),
    )
