"""Mentors as the compiled search reads them, with one place left free for whoever asks.

Numbers only: a text is a code, and which code stands for which text is known by the number of the text alone. A row
that is struck out leaves nothing of whom it was about.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.member import Language, Member, Side, Skill
from services.matching.engine.features import Encoding, Features
from services.matching.engine.lexicon import Lexicon
from services.matching.engine.marks import Mark, cells, marks
from services.matching.engine.parts import LEVEL_UNIT
from services.matching.engine.pool import Criteria, Place, Pool
from services.matching.engine.rules import RULES
from services.matching.engine.scratch import Scratch, scratch_for
from services.matching.engine.search import SOMEBODY, Question
from services.matching.engine.tables import Shelf, Tables, Wanted, tables, wanted
from services.matching.engine.words import plain
from services.matching.live.asker import Asker
from services.matching.live.labels import number
from services.matching.live.rows import Rows

CLOSED = RULES.index("no_capacity")
_NOWHERE = "\0"
"""A name that nobody has: the codes of the stranger stand for all that a segment does not know."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NOBODY = Member("", "", 0, _LONG_AGO)
_STRANGER = replace(
    NOBODY,
    organization=f"{_NOWHERE}organization",
    industry=f"{_NOWHERE}industry",
    languages=(Language(_NOWHERE, 1),),
    skills=(Skill(_NOWHERE, Side.SEEKS, 1),),
)

_OWN_ROWS = ("skills", "goals", "languages", "free", "gatherings", "marks", "locked")
"""The lists that the search reads of a mentee, in the order in which the free place has them."""

_MOST_SKILLS = 256
_ROOM = 16_384
"""Pairs of numbers that an asker may take: what somebody writes of goals and hours is far less."""


class DoesNotFit(Exception):
    """The asker has more to say than the free place holds, or says what would change what the others mean."""


class Candidate(NamedTuple):
    """A mentor for whoever asked; score and points in basis points."""

    score: int
    member_id: str
    points: Sequence[int]


@dataclass(frozen=True, slots=True)
class Person:
    """A mentor to be encoded: the events they were at, and whether somebody else of the program was at one of them."""

    member: Member
    events: frozenset[str]
    seen: bool


class Segment(Rows):
    """Some mentors of one program. Whoever uses it sees to it that nobody else does at the moment."""

    def __init__(self, people: Sequence[Person], lexicon: Lexicon, monday: date) -> None:
        """Encodes them, all closed; the lexicon knows all their words. Takes time for each of them."""
        by_id = {person.member.id: person for person in people}
        pool = _pool(people, monday)
        ids = [place.member.id for place in pool.mentors]
        encoding = Encoding(pool, lexicon, key=lambda skill: plain(skill.label))
        seen = np.array([each in by_id and by_id[each].seen for each in ids], np.bool_)
        known = Features(
            pool,
            replace(encoding.people(pool.mentors), seen=seen),
            encoding.people(pool.mentees),
            marks(pool),
            lexicon,
            encoding.everyday(),
        )
        nothing_locked = cells(known.mentees.members, known.mentors.members, ())
        laid = tables(Question(known, Criteria(), 1, nothing_locked))
        super().__init__(ids, len(people))
        self._labels, self._words = numbered(encoding.skills), numbered(encoding.words)
        self._names, self._languages = numbered(encoding.names), numbered(encoding.languages)
        self._events = {event: code for code, event in enumerate(events_of(people))}
        self._no_organization = int(known.mentees.organization[0])
        self._no_industry = int(known.mentees.industry[0])
        self._no_language = self._languages[number(_NOWHERE)]
        self._scratch = _scratch(laid)
        self._laid = laid._replace(shelf=_with_free_place(laid.shelf))
        self._nobody = len(ids) - 1
        self._own_row = len(laid.shelf.start) - 1
        self._own_content = len(laid.shelf.content)
        self._laid.mentors["rule"] = CLOSED

    def open(self, row: int, is_open: bool) -> None:
        """Whether the mentor in this row can be suggested."""
        self._laid.mentors["rule"][row] = SOMEBODY if is_open else CLOSED

    def strike_out(self, rows: Sequence[int]) -> None:
        """Leaves nothing of who is in these rows."""
        if not rows:
            return
        gone = np.zeros(len(self.ids), np.bool_)
        gone[rows] = True
        laid, shelf = self._laid, self._laid.shelf
        for first, last in (
            (shelf.by_skill, shelf.by_word),
            (shelf.by_word, shelf.by_organization),
            (shelf.by_organization, shelf.by_industry),
            (shelf.by_industry, shelf.topics),
        ):
            entries = shelf.content[shelf.start[first] : shelf.start[last]]
            entries[gone[entries[:, 0]]] = (self._nobody, 0)
        laid.members[gone[laid.members]] = self._nobody
        laid.mentors[rows] = laid.mentors[self._nobody]
        for row in rows:
            shelf.content[shelf.start[shelf.topics + row] : shelf.start[shelf.topics + row + 1]] = 0
        self.let_go(rows)

    def warm_up(self) -> None:
        """Asks for nobody in particular once: what is compiled is loaded, or compiled, by then."""
        nobody = Asker(skills=(), words=(), languages=(), organization=None, industry=None, seniority=-1)
        self.best(nobody, wanted(Criteria()), 1)

    def best(self, asker: Asker, criteria: Wanted, k: int) -> list[Candidate]:
        """The best k of those who are open. Raises DoesNotFit."""
        from services.matching.engine import scan

        k = min(k, self.size)
        self._seat(asker)
        edges = scan.best_of_one(self._laid._replace(wanted=criteria), self._with_room(k), k)
        return [
            Candidate(score, self.ids[row], points)
            for score, row, points in zip(
                edges.score.tolist(), edges.mentor.tolist(), edges.parts.tolist(), strict=True
            )
        ]

    def _with_room(self, k: int) -> Scratch:
        if len(self._scratch.order) < k:
            self._scratch = self._scratch._replace(
                best=np.zeros(k + 1, self._scratch.best.dtype),
                parts=np.zeros((k + 1, self._scratch.parts.shape[1]), np.int16),
                order=np.zeros(k, np.int32),
            )
        return self._scratch

    def _seat(self, asker: Asker) -> None:
        """Puts whoever asks into the free place."""
        merged: list[NDArray[np.int32]] = []
        lists = {
            "skills": self._sought(asker, merged),
            "goals": [(self._words[word], weight) for word, weight in asker.words if word in self._words],
            "languages": [(self._languages.get(code, self._no_language), level) for code, level in asker.languages],
            "free": asker.free or (),
            "gatherings": [(self._events[event], 1) for event in asker.events if event in self._events],
            "marks": self._met(asker),
            "locked": (),
        }
        rows = [np.array(lists[name], np.int32).reshape(-1, 2) for name in _OWN_ROWS] + merged
        ends = np.cumsum([len(row) for row in rows]) + self._own_content
        shelf = self._laid.shelf
        too_many = len(rows) > len(shelf.start) - 1 - self._own_row or len(asker.skills) > _MOST_SKILLS
        if too_many or ends[-1] > len(shelf.content):
            raise DoesNotFit
        shelf.content[self._own_content : ends[-1]] = np.concatenate(rows)
        shelf.start[self._own_row] = self._own_content
        shelf.start[self._own_row + 1 : self._own_row + 1 + len(rows)] = ends
        mentee = self._laid.mentees[0]
        mentee["rule"] = SOMEBODY
        mentee["seniority"] = asker.seniority
        mentee["industry"] = self._code(asker.industry, self._no_industry)
        mentee["organization"] = self._code(asker.organization, self._no_organization)
        mentee["knows_free"] = asker.free is not None
        mentee["seen"] = asker.seen
        mentee["stated"] = 0
        mentee["skills"] = len(asker.skills)
        mentee["goals"] = len(asker.words)
        mentee["everyday"] = asker.everyday

    def _met(self, asker: Asker) -> list[tuple[int, int]]:
        """The rows of those whom whoever asks has met, marked so."""
        if not asker.met:
            return []
        return [(row, (Mark.AT_EVENT | Mark.MET).value) for row, each in enumerate(self.ids) if each in asker.met]

    def _sought(self, asker: Asker, merged: list[NDArray[np.int32]]) -> list[tuple[int, int]]:
        """Where on the shelf those stand who offer each skill; for one of several labels a list is made of theirs."""
        shelf = self._laid.shelf
        found = []
        for labels, level in asker.skills:
            codes = [self._labels[label] for label in labels if label in self._labels]
            if len(codes) == 1:
                found.append((codes[0], level))
            elif codes:
                found.append((self._own_row + len(_OWN_ROWS) + len(merged) - shelf.by_skill, level))
                merged.append(_joined([self._offering(code) for code in codes]))
        return found

    def _offering(self, code: int) -> NDArray[np.int32]:
        shelf = self._laid.shelf
        return shelf.content[shelf.start[shelf.by_skill + code] : shelf.start[shelf.by_skill + code + 1]]

    def _code(self, name: int | None, unknown: int) -> int:
        return -1 if name is None else self._names.get(name, unknown)


def _pool(people: Sequence[Person], monday: date) -> Pool:
    """In the order of all pools, and behind them somebody who has nothing; the mentee is a stranger."""
    pool = Pool(
        tuple(Place(person.member, 1) for person in people),
        (Place(_STRANGER, 1),),
        monday,
        gatherings=gatherings_of(people),
    ).ordered(0)
    return replace(pool, mentors=(*pool.mentors, Place(NOBODY, 1)))


def gatherings_of(people: Sequence[Person]) -> tuple[frozenset[str], ...]:
    """Who of them was at each event, in the order of `events_of`."""
    there: dict[str, set[str]] = {event: set() for event in events_of(people)}
    for person in people:
        for event in person.events:
            there[event].add(person.member.id)
    return tuple(frozenset(members) for members in there.values())


def events_of(people: Sequence[Person]) -> Sequence[str]:
    return sorted({event for person in people for event in person.events})


def numbered(codes: Mapping[Hashable, int]) -> dict[int, int]:
    return {number(text): code for text, code in codes.items()}


def _joined(lists: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Everybody on one of the lists once, with the best level."""
    together = np.concatenate(lists)
    who, where = np.unique(together[:, 0], return_inverse=True)
    level = np.zeros(len(who), np.int32)
    np.maximum.at(level, where.reshape(-1), together[:, 1])
    return np.stack([who, level], axis=1).astype(np.int32)


def _scratch(laid: Tables) -> Scratch:
    scratch = scratch_for(laid, 0, len(laid.mentors))
    # Nobody asks here what leaves a mentor with nobody.
    scratch.left[0] = 0
    return scratch._replace(skill_points=np.zeros(_MOST_SKILLS * LEVEL_UNIT + 1, np.int64))


def _with_free_place(shelf: Shelf) -> Shelf:
    """With rows for whoever asks behind the others, and room for what stands in them."""
    row = len(shelf.start) - 1
    offered = int(shelf.start[shelf.by_word] - shelf.start[shelf.by_skill])
    more = len(_OWN_ROWS) + _MOST_SKILLS
    return shelf._replace(
        start=np.concatenate([shelf.start, np.full(more, shelf.start[-1])]).astype(np.int64),
        content=np.concatenate([shelf.content, np.zeros((offered + _ROOM, 2), np.int32)]),
        **{name: row + at for at, name in enumerate(_OWN_ROWS)},
    )
