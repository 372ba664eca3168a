"""People as arrays: one row a person, codes shared by both sides; -1 or an empty row stands for what is not known."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services.matching.domain.member import Member, Side, Skill
from services.matching.engine.availability import WEEK, Interval, intervals
from services.matching.engine.pool import Place, Pool
from services.matching.engine.words import plain, tokens

UNSTATED_LEVEL = 5
"""A skill offered without a level is taken at its word; one sought without a level is met by any offer."""


@dataclass(frozen=True, slots=True)
class People:
    """One side of the pool."""

    members: tuple[Member, ...]
    capacity: NDArray[np.int64]
    seniority: NDArray[np.int16]
    industry: NDArray[np.int32]
    organization: NDArray[np.int32]
    languages: NDArray[np.int8]
    free: NDArray[np.float32]
    knows_free: NDArray[np.bool_]
    offers: sparse.csr_array
    seeks: sparse.csr_array
    goals: sparse.csr_array
    topics: sparse.csr_array


@dataclass(frozen=True, slots=True)
class Features:
    """Both sides, and the minutes that each column of `free` stands for."""

    pool: Pool
    mentors: People
    mentees: People
    minutes: NDArray[np.float32]


class _Codes(dict[Hashable, int]):
    """Numbers given in order of appearance."""

    def __missing__(self, key: Hashable) -> int:
        self[key] = len(self)
        return self[key]


def features(pool: Pool) -> Features:
    """Encodes the pool; rows keep its order."""
    everyone = [place.member for place in (*pool.mentors, *pool.mentees)]
    free = {member.id: intervals(member, pool.monday) for member in everyone}
    edges = sorted({0, WEEK, *(edge for spans in free.values() for span in spans or () for edge in span)})
    encoding = _Encoding(everyone, free, edges)
    return Features(
        pool=pool,
        mentors=encoding.people(pool.mentors),
        mentees=encoding.people(pool.mentees),
        minutes=np.diff(np.array(edges)).astype(np.float32),
    )


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
    return lambda skill: named.get(plain(skill.label)) or skill.id or plain(skill.label)


class _Encoding:
    """The codes both sides share."""

    def __init__(
        self, everyone: Sequence[Member], free: dict[str, list[Interval] | None], edges: Sequence[int]
    ) -> None:
        self._free = free
        self._edges = np.array(edges)
        self._key = skill_keys(everyone)
        self._skills, self._tokens, self._names, self._languages = _Codes(), _Codes(), _Codes(), _Codes()
        for member in everyone:
            for language in member.languages:
                self._languages[primary(language.code)]
            for skill in member.skills:
                self._skills[self._key(skill)]
            for token in (*tokens(member.goals), *tokens(topics(member))):
                self._tokens[token]

    def people(self, places: Sequence[Place]) -> People:
        members = tuple(place.member for place in places)
        return People(
            members=members,
            capacity=np.array([place.capacity for place in places], np.int64),
            seniority=np.array([-1 if m.seniority is None else m.seniority for m in members], np.int16),
            industry=np.array([self._name(m.industry) for m in members], np.int32),
            organization=np.array([self._name(m.organization) for m in members], np.int32),
            languages=self._language_levels(members),
            free=self._free_segments(members),
            knows_free=np.array([self._free[m.id] is not None for m in members], np.bool_),
            offers=self._skill_levels(members, Side.OFFERS, UNSTATED_LEVEL),
            seeks=self._skill_levels(members, Side.SEEKS, 1),
            goals=self._token_rows([tokens(m.goals) for m in members]),
            topics=self._token_rows([tokens(topics(m)) for m in members]),
        )

    def _name(self, text: str | None) -> int:
        return -1 if text is None or not plain(text) else self._names[plain(text)]

    def _language_levels(self, members: Sequence[Member]) -> NDArray[np.int8]:
        levels = np.zeros((len(members), len(self._languages)), np.int8)
        for row, member in enumerate(members):
            for language in member.languages:
                column = self._languages[primary(language.code)]
                levels[row, column] = max(levels[row, column], language.level)
        return levels

    def _free_segments(self, members: Sequence[Member]) -> NDArray[np.float32]:
        free = np.zeros((len(members), len(self._edges) - 1), np.float32)
        for row, member in enumerate(members):
            for start, end in self._free[member.id] or ():
                first, last = np.searchsorted(self._edges, (start, end))
                free[row, first:last] = 1
        return free

    def _skill_levels(self, members: Sequence[Member], side: Side, unstated: int) -> sparse.csr_array:
        levels: dict[tuple[int, int], int] = {}
        for row, member in enumerate(members):
            for skill in member.skills:
                if skill.side is side:
                    cell = (row, self._skills[self._key(skill)])
                    levels[cell] = max(levels.get(cell, 0), skill.level or unstated)
        return _rows(levels, (len(members), len(self._skills)))

    def _token_rows(self, rows: Sequence[dict[str, str]]) -> sparse.csr_array:
        cells = {(row, self._tokens[token]): 1 for row, found in enumerate(rows) for token in found}
        return _rows(cells, (len(rows), len(self._tokens)))


def topics(member: Member) -> tuple[str, ...]:
    """The texts that say what a mentor can help with: own goals and the labels of what is offered."""
    return (*member.goals, *(skill.label for skill in member.skills if skill.side is Side.OFFERS))


def primary(code: str) -> str:
    """The language of a tag without its region: `en` of `en-GB`."""
    return code.replace("_", "-").split("-")[0].casefold()


def _rows(cells: dict[tuple[int, int], int], shape: tuple[int, int]) -> sparse.csr_array:
    at = np.array(list(cells), np.int32).reshape(-1, 2)
    values = np.array(list(cells.values()), np.int32)
    return sparse.csr_array(sparse.coo_array((values, (at[:, 0], at[:, 1])), shape=shape))
