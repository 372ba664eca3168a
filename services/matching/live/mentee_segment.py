"""Mentees as the compiled search reads them, with one place left free for the mentor who asks.

The search goes by mentee, so here it goes through all of them, each with the only mentor there is. What it reads of
mentors stands at the end of the shelf, and is written anew for each question.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import numpy as np
from scipy import sparse

from services.matching.domain.member import Skill
from services.matching.engine.features import Encoding, Features
from services.matching.engine.lexicon import Lexicon
from services.matching.engine.marks import Mark, cells
from services.matching.engine.pool import Criteria, Place, Pool
from services.matching.engine.scratch import Scratch, scratch_for
from services.matching.engine.search import SOMEBODY, Question
from services.matching.engine.tables import NEVER, Tables, Wanted, tables, wanted
from services.matching.live.asker import Asker
from services.matching.live.rows import Rows
from services.matching.live.segment import (
    CLOSED,
    NOBODY,
    Candidate,
    DoesNotFit,
    Person,
    events_of,
    gatherings_of,
    numbered,
)

_ROOM = 16_384
"""Pairs of numbers that an asker may take."""
_OF_A_MENTEE = ("skills", "goals", "languages", "free", "gatherings")


class MenteeSegment(Rows):
    """Some mentees of one program. Whoever uses it sees to it that nobody else does at the moment."""

    def __init__(
        self, people: Sequence[Person], lexicon: Lexicon, monday: date, key: Callable[[Skill], Hashable]
    ) -> None:
        """Encodes them, all closed; the lexicon knows all their words, `key` says which skills are the same one."""
        by_id = {person.member.id: person for person in people}
        pool = Pool(
            (Place(NOBODY, 1),),
            tuple(Place(person.member, 1) for person in people),
            monday,
            gatherings=gatherings_of(people),
        ).ordered(0)
        pool = replace(pool, mentees=(*pool.mentees, Place(NOBODY, 1)))
        super().__init__([place.member.id for place in pool.mentees], len(people))
        encoding = Encoding(pool, lexicon, key=key)
        mentors, mentees = encoding.people(pool.mentors), encoding.people(pool.mentees)
        seen = np.array([each in by_id and by_id[each].seen for each in self.ids], np.bool_)
        nothing = cells(mentees.members, mentors.members, ())
        unmarked = _a_mark_for_each(len(self.ids))
        known = Features(pool, mentors, replace(mentees, seen=seen), unmarked, lexicon, encoding.everyday())
        laid = tables(Question(known, Criteria(), 1, nothing))
        self._skills = dict(encoding.skills)
        self._words, self._names = numbered(encoding.words), numbered(encoding.names)
        self._languages = numbered(encoding.languages)
        self._events = {event: code for code, event in enumerate(events_of(people))}
        self._everyday = known.everyday
        self._own_content = int(laid.shelf.start[laid.shelf.by_skill])
        self._laid = _with_free_place(laid, self._own_content)
        self._scratch = _scratch(self._laid, encoding)
        self._laid.mentees["rule"] = CLOSED

    def open(self, row: int, is_open: bool) -> None:
        """Whether the mentee in this row can be suggested."""
        self._laid.mentees["rule"][row] = SOMEBODY if is_open else CLOSED

    def strike_out(self, rows: Sequence[int]) -> None:
        """Leaves nothing of who is in these rows."""
        laid, shelf = self._laid, self._laid.shelf
        for row in rows:
            laid.mentees[row] = laid.mentees[len(self.ids) - 1]
            for name in _OF_A_MENTEE:
                first = getattr(shelf, name) + row
                shelf.content[shelf.start[first] : shelf.start[first + 1]] = 0
        self.let_go(rows)

    def warm_up(self) -> None:
        """Asks for nobody in particular once: what is compiled is loaded, or compiled, by then."""
        nobody = Asker(skills=(), words=(), languages=(), organization=None, industry=None, seniority=-1)
        self.best(nobody, wanted(Criteria()), 1)

    def best(self, asker: Asker, criteria: Wanted, k: int) -> list[Candidate]:
        """The best k of those who are open. Raises DoesNotFit."""
        from services.matching.engine import scan

        self._seat(asker)
        with self._marked(asker.met):
            edges = scan.one_for_each(self._laid._replace(wanted=criteria), self._scratch)
        first = np.argsort(-edges.score, kind="stable")[:k]
        return [
            Candidate(score, self.ids[row], points)
            for score, row, points in zip(
                edges.score[first].tolist(), edges.mentee[first].tolist(), edges.parts[first].tolist(), strict=True
            )
        ]

    @contextmanager
    def _marked(self, met: Collection[str]) -> Iterator[None]:
        """Those whom whoever asks has met are marked so meanwhile."""
        shelf = self._laid.shelf
        rows = [row for row, each in enumerate(self.ids) if each in met] if met else []
        marks = shelf.start[shelf.marks + np.array(rows, np.int64)]
        shelf.content[marks, 1] = (Mark.AT_EVENT | Mark.MET).value
        try:
            yield
        finally:
            shelf.content[marks, 1] = 0

    def _seat(self, asker: Asker) -> None:
        """Puts whoever asks into the free place."""
        laid, shelf = self._laid, self._laid.shelf
        lists: dict[int, list[tuple[int, int]]] = {
            shelf.topics: [],
            shelf.hours: [(first, last) for first, last in asker.free or ()],
            shelf.tongues: [
                (self._languages[code], level) for code, level in asker.languages if code in self._languages
            ],
            shelf.attended: [(self._events[event], 1) for event in asker.events if event in self._events],
        }
        for labels, level in asker.skills:
            for label in labels:
                if label in self._skills:
                    lists[shelf.by_skill + self._skills[label]] = [(0, level)]
        for word, weight in asker.words:
            code = self._words.get(word)
            if code is not None and self._everyday[code]:
                lists[shelf.topics].append((code, weight))
            elif code is not None:
                lists[shelf.by_word + code] = [(0, weight)]
        organization, industry = self._code(asker.organization), self._code(asker.industry)
        for code, first, last in (
            (organization, shelf.by_organization, shelf.by_industry),
            (industry, shelf.by_industry, shelf.topics),
        ):
            if 0 <= code < last - first:
                lists[first + code] = [(0, 1)]
        rows = sorted(lists)
        content = [each for row in rows for each in lists[row]]
        if len(content) > _ROOM:
            raise DoesNotFit
        shelf.content[self._own_content : self._own_content + len(content)] = np.array(content, np.int32).reshape(-1, 2)
        counts = np.zeros(len(shelf.start) - shelf.by_skill, np.int64)
        counts[[row - shelf.by_skill + 1 for row in rows]] = [len(lists[row]) for row in rows]
        shelf.start[shelf.by_skill :] = self._own_content + np.cumsum(counts)
        mentor, kind = laid.mentors[0], laid.kinds[0]
        mentor["organization"], mentor["industry"], mentor["everyday"] = organization, industry, asker.everyday
        kind["knows_skills"], kind["knows_words"] = bool(asker.skills), bool(asker.words)
        kind["knows_free"], kind["speaks"] = asker.free is not None, bool(asker.languages)
        kind["knows_organization"], kind["knows_industry"] = organization >= 0, industry >= 0
        kind["knows_seniority"], kind["seniority"] = asker.seniority >= 0, asker.seniority
        kind["seen"], kind["gathered"] = asker.seen, bool(lists[shelf.attended])

    def _code(self, name: int | None) -> int:
        """One that nobody has for a name that nobody here has."""
        return NEVER if name is None else self._names.get(name, len(self._names))


def _a_mark_for_each(mentees: int) -> sparse.csr_array:
    """Of each of them and the only mentor there is, that nothing is known of the two: room for what will be."""
    nothing, only = np.zeros(mentees, np.int32), np.zeros(mentees, np.int32)
    return sparse.csr_array((nothing, only, np.arange(mentees + 1)), shape=(mentees, 1))


def _with_free_place(laid: Tables, own_content: int) -> Tables:
    content = np.concatenate([laid.shelf.content[:own_content], np.zeros((_ROOM, 2), np.int32)])
    return laid._replace(shelf=laid.shelf._replace(content=content))


def _scratch(laid: Tables, encoding: Encoding) -> Scratch:
    """For an asker who may say anything that the mentees say."""
    scratch = scratch_for(laid, 1, 1)
    # Nobody asks here what leaves the mentor with nobody.
    scratch.left[0] = 0
    return scratch._replace(level=np.zeros(len(encoding.languages) + 1, np.int32))
