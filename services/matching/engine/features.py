"""People as arrays: one row a person, codes shared by both sides; -1 or an empty row stands for what is not known."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services.matching.domain.member import Member, Side, Skill
from services.matching.engine.availability import Interval, intervals
from services.matching.engine.lexicon import Lexicon, lexicon_of
from services.matching.engine.marks import marks
from services.matching.engine.pool import Place, Pool
from services.matching.engine.words import plain, tokens

UNSTATED_LEVEL = 5
"""A skill offered without a level is taken at its word; one sought without a level is met by any offer."""


Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Intervals in minutes of the week, sorted and disjoint; those of row r are `bounds[start[r] : start[r + 1]]`."""

    start: NDArray[np.int64]
    bounds: NDArray[np.int32]

    def of(self, rows: Rows) -> "Spans":
        """Those of these rows, in this order."""
        each = [self.bounds[self.start[row] : self.start[row + 1]] for row in rows]
        return spans_of(each)


@dataclass(frozen=True, slots=True)
class People:
    """One side of the pool. `languages`, `offers` and `seeks` hold levels, `goals` and `topics` the weights of words
    (`Lexicon.vector`); the other tables ones.
    """

    members: tuple[Member, ...]
    capacity: NDArray[np.int64]
    seniority: NDArray[np.int16]
    industry: NDArray[np.int32]
    organization: NDArray[np.int32]
    languages: sparse.csr_array
    free: Spans
    knows_free: NDArray[np.bool_]
    offers: sparse.csr_array
    seeks: sparse.csr_array
    goals: sparse.csr_array
    topics: sparse.csr_array
    gatherings: sparse.csr_array
    seen: NDArray[np.bool_]
    """Whether anything is known of them from events."""
    stated: NDArray[np.bool_]
    """Whether they stated wishes."""

    def of(self, rows: Rows) -> "People":
        """Those in these rows, in this order."""
        return People(
            members=tuple(self.members[row] for row in rows),
            capacity=self.capacity[rows],
            seniority=self.seniority[rows],
            industry=self.industry[rows],
            organization=self.organization[rows],
            languages=self.languages[rows],
            free=self.free.of(rows),
            knows_free=self.knows_free[rows],
            offers=self.offers[rows],
            seeks=self.seeks[rows],
            goals=self.goals[rows],
            topics=self.topics[rows],
            gatherings=self.gatherings[rows],
            seen=self.seen[rows],
            stated=self.stated[rows],
        )


@dataclass(frozen=True, slots=True)
class Features:
    """Both sides, and the flags of `Mark` for pairs that have any (mentees x mentors).

    `everyday` says of each code of a word whether it is an everyday one.
    """

    pool: Pool
    mentors: People
    mentees: People
    marks: sparse.csr_array
    lexicon: Lexicon
    everyday: NDArray[np.bool_]

    def of(self, *, mentees: Rows | None = None, mentors: Rows | None = None) -> "Features":
        """The same for these rows alone, in this order: what costs time for all can be done by parts."""
        narrowed = self
        if mentees is not None:
            narrowed = replace(narrowed, mentees=narrowed.mentees.of(mentees), marks=narrowed.marks[mentees])
        if mentors is not None:
            narrowed = replace(narrowed, mentors=narrowed.mentors.of(mentors), marks=narrowed.marks[:, mentors])
        return narrowed


class _Codes(dict[Hashable, int]):
    """Numbers given in order of appearance."""

    def __missing__(self, key: Hashable) -> int:
        self[key] = len(self)
        return self[key]


def features(pool: Pool, lexicon: Lexicon | None = None) -> Features:
    """Encodes the pool; rows keep its order. Words weigh what they do among its people, unless a lexicon is given."""
    encoding = Encoding(pool, lexicon or lexicon_of(texts_of(pool)))
    people = encoding.people(pool.mentors), encoding.people(pool.mentees)
    return Features(pool, *people, marks(pool), encoding.lexicon, encoding.everyday())


def texts_of(pool: Pool) -> Iterable[Sequence[str]]:
    """What is compared of each: the topics of mentors, the goals of mentees."""
    yield from (topics(place.member) for place in pool.mentors)
    yield from (goal_texts(place.member) for place in pool.mentees)


def skill_keys(members: Iterable[Member]) -> Callable[[Skill], str]:
    """What makes two skills the same one: a label means for all the taxonomy id that most give with it.

    So two taxonomies' ids of one label are one skill, and labels that differ are one by their id.
    """
    given: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for member in members:
        for skill in member.skills:
            if skill.id is not None:
                given[plain(skill.label)][skill.id] += 1
    # Of two given as often the lower one: the same members give the same keys.
    named = {label: min(ids, key=lambda each: (-ids[each], each)) for label, ids in given.items()}
    if not named:
        return lambda skill: skill.id or plain(skill.label)
    return lambda skill: named.get(plain(skill.label)) or skill.id or plain(skill.label)


class Encoding:
    """The codes both sides share. Skills are told apart by `key`, as `skill_keys` does unless another is given."""

    def __init__(self, pool: Pool, lexicon: Lexicon, key: Callable[[Skill], Hashable] | None = None) -> None:
        everyone = [place.member for place in (*pool.mentors, *pool.mentees)]
        # Many are free at the same hours of the same zone, many say the same things in the same words.
        when: dict[Hashable, list[Interval] | None] = {}
        self._free: dict[str, list[Interval] | None] = {}
        for member in everyone:
            hours = (member.time_zone, member.availability)
            if hours not in when:
                when[hours] = intervals(member, pool.monday)
            self._free[member.id] = when[hours]
        self._key: Callable[[Skill], Hashable] = key or skill_keys(everyone)
        self.lexicon = lexicon
        self.skills, self.words, self.names, self.languages = _Codes(), _Codes(), _Codes(), _Codes()
        for member in everyone:
            for language in member.languages:
                self.languages[primary(language.code)]
            for skill in member.skills:
                self.skills[self._key(skill)]
            for text in topics(member):
                for token in tokens(text):
                    self.words[token]
        self._vectors: dict[Sequence[str], Mapping[int, int]] = {}
        self._gatherings: defaultdict[str, list[int]] = defaultdict(list)
        for code, there in enumerate(pool.gatherings):
            for member_id in there:
                self._gatherings[member_id].append(code)
        self._gathering_count = len(pool.gatherings)
        self._seen = {member_id for pair in pool.encounters for member_id in pair}
        self._wishes = pool.wishes

    def people(self, places: Sequence[Place]) -> People:
        members = tuple(place.member for place in places)
        return People(
            members=members,
            capacity=np.array([place.capacity for place in places], np.int64),
            seniority=np.array([-1 if m.seniority is None else m.seniority for m in members], np.int16),
            industry=np.array([self._name(m.industry) for m in members], np.int32),
            organization=np.array([self._name(m.organization) for m in members], np.int32),
            languages=self._language_levels(members),
            free=spans_of([np.array(self._free[m.id] or (), np.int32) for m in members]),
            knows_free=np.array([self._free[m.id] is not None for m in members], np.bool_),
            offers=self._skill_levels(members, Side.OFFERS, UNSTATED_LEVEL),
            seeks=self._skill_levels(members, Side.SEEKS, 1),
            goals=self._word_rows([goal_texts(m) for m in members]),
            topics=self._word_rows([topics(m) for m in members]),
            gatherings=self._gathering_rows(members),
            seen=np.array([m.id in self._seen or m.id in self._gatherings for m in members], np.bool_),
            stated=np.array([bool(self._wishes.get(m.id)) for m in members], np.bool_),
        )

    def _name(self, text: str | None) -> int:
        return -1 if text is None or not plain(text) else self.names[plain(text)]

    def _language_levels(self, members: Sequence[Member]) -> sparse.csr_array:
        levels: dict[tuple[int, int], int] = {}
        for row, member in enumerate(members):
            for language in member.languages:
                cell = (row, self.languages[primary(language.code)])
                levels[cell] = max(levels.get(cell, 0), language.level)
        return _table(levels, (len(members), len(self.languages)))

    def _gathering_rows(self, members: Sequence[Member]) -> sparse.csr_array:
        cells = {(row, code): 1 for row, m in enumerate(members) for code in self._gatherings.get(m.id, ())}
        return _table(cells, (len(members), self._gathering_count))

    def _skill_levels(self, members: Sequence[Member], side: Side, unstated: int) -> sparse.csr_array:
        levels: dict[tuple[int, int], int] = {}
        for row, member in enumerate(members):
            for skill in member.skills:
                if skill.side is side:
                    cell = (row, self.skills[self._key(skill)])
                    levels[cell] = max(levels.get(cell, 0), skill.level or unstated)
        return _table(levels, (len(members), len(self.skills)))

    def everyday(self) -> NDArray[np.bool_]:
        """By the code of the word."""
        return np.array([self.lexicon.is_everyday(str(token)) for token in self.words], np.bool_)

    def _vector(self, texts: Sequence[str]) -> Mapping[int, int]:
        if texts not in self._vectors:
            found = self.lexicon.vector(texts)
            self._vectors[texts] = {self.words[token]: weight for token, weight in found.items()}
        return self._vectors[texts]

    def _word_rows(self, rows: Sequence[Sequence[str]]) -> sparse.csr_array:
        cells = {(row, code): weight for row, texts in enumerate(rows) for code, weight in self._vector(texts).items()}
        return _table(cells, (len(rows), len(self.words)))


def topics(member: Member) -> tuple[str, ...]:
    """The texts that say what a mentor can help with: own goals, labels of what is offered, and the themes of both."""
    offered = (skill.label for skill in member.skills if skill.side is Side.OFFERS)
    return (*member.goals, *offered, *member.goal_themes, *member.skill_themes)


def goal_texts(member: Member) -> tuple[str, ...]:
    """The texts that say what a mentee is after: the goals and their themes."""
    return (*member.goals, *member.goal_themes)


@lru_cache(maxsize=1 << 10)
def primary(code: str) -> str:
    """The language of a tag without its region: `en` of `en-GB`."""
    return code.replace("_", "-").split("-")[0].casefold()


def spans_of(rows: Sequence[NDArray[np.int32]]) -> Spans:
    """The intervals of each row, one after the other."""
    each = [row.reshape(-1, 2) for row in rows]
    start = np.concatenate(([0], np.cumsum([len(row) for row in each], dtype=np.int64)))
    return Spans(start.astype(np.int64), np.concatenate([np.zeros((0, 2), np.int32), *each]))


def _table(cells: Mapping[tuple[int, int], int], shape: tuple[int, int]) -> sparse.csr_array:
    at = np.array(list(cells), np.int32).reshape(-1, 2)
    values = np.array(list(cells.values()), np.int32)
    table = sparse.csr_array(sparse.coo_array((values, (at[:, 0], at[:, 1])), shape=shape))
    table.sort_indices()
    return table
