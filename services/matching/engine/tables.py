"""The pool laid out for the compiled search: flat arrays, turned round where the mentors with something are sought."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services.matching.domain.parts import Part, Weight
from services.matching.domain.program import OrganizationRule
from services.matching.engine.features import People, Spans, spans_of
from services.matching.engine.parts import LEVEL_UNIT, SENIORITY_FIT
from services.matching.engine.pool import Criteria
from services.matching.engine.rules import RULES, outside
from services.matching.engine.search import SOMEBODY, Question

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]

NEVER = -1


Record = NDArray[np.void]

MENTEE = np.dtype(
    [
        (name, np.int32)
        for name in (
            *("rule", "seniority", "industry", "organization", "knows_free", "seen", "stated", "skills", "goals"),
            "everyday",
        )
    ]
)
"""`rule` is the one that keeps the mentee from everybody, or SOMEBODY; `skills` and `goals` are how many there are.

`everyday` is how long the vector of the everyday words is, at most.
"""

MENTOR = np.dtype(
    [
        (name, np.int32)
        for name in ("rule", "organization", "industry", "kind", "hours", "tongues", "attended", "everyday")
    ]
)
"""Those who are free at the same hours share a row of `hours` on the shelf; so with languages and gatherings."""

STATED = (
    "knows_skills",
    "knows_words",
    "knows_free",
    "knows_organization",
    "seen",
    "stated",
    "gathered",
    "speaks",
    "knows_seniority",
    "knows_industry",
)
KIND = np.dtype([(name, np.int32) for name in (*STATED, "tongues", "seniority", "first", "last")])
"""Mentors alike in what they state, speak and how senior they are; those open to mentees are `members[first:last]`."""


class Shelf(NamedTuple):
    """All lists one after the other: row r has `content[start[r] : start[r + 1]]`, pairs of numbers.

    They are (code, value), of `hours` (from, to). A kind of list begins at the row that is named for it; what is turned
    round (who offers a skill, names a word, is of an organization, an industry) is read by code, the rest by person.
    Who names an everyday word is told by `topics` alone, those words of each mentor.
    """

    start: Ints
    content: Shorts
    skills: int
    goals: int
    languages: int
    free: int
    gatherings: int
    marks: int
    locked: int
    by_skill: int
    by_word: int
    by_organization: int
    by_industry: int
    topics: int
    hours: int
    tongues: int
    attended: int


class Wanted(NamedTuple):
    """The criteria; NEVER where a rule does not apply."""

    number: Ints
    """What each Part counts; NEVER for one that is off."""
    mandatory: Ints
    any_mandatory: bool
    fit: Ints
    """By seniority gap from -4 on."""
    credit: Shorts
    """Of a skill by level sought and level offered."""
    organization: int
    language: int
    overlap: int
    gap: bool
    least_gap: int
    most_gap: int


class Tables(NamedTuple):
    """All of it. Kinds that state the same things follow each other: `groups` says where each such run begins."""

    mentees: Record
    mentors: Record
    kinds: Record
    members: Shorts
    groups: Ints
    shelf: Shelf
    wanted: Wanted


ORGANIZATION_RULES: Sequence[OrganizationRule | None] = (
    None,
    OrganizationRule.REQUIRED,
    OrganizationRule.PREFERRED,
    OrganizationRule.AVOIDED,
    OrganizationRule.FORBIDDEN,
)
"""A rule is told by its place here; `indifferent` is none."""


def tables(question: Question) -> Tables:
    """The question as the compiled search reads it; takes time for people, not for pairs."""
    features, criteria = question.features, question.criteria
    mentees, mentors = features.mentees, features.mentors
    tongues, languages = _alike(_lists(mentors.languages))
    attended, gatherings = _alike(_lists(mentors.gatherings))
    hours, free = _alike(_hours(mentors.free))
    rule = _own_rule(mentors, criteria)
    kind, kinds, members = _kinds(mentors, rule, tongues)
    lists = {
        "skills": _lists(mentees.seeks),
        "goals": _lists(mentees.goals),
        "languages": _lists(mentees.languages),
        "free": _hours(mentees.free),
        "gatherings": _lists(mentees.gatherings),
        "marks": _lists(features.marks),
        "locked": _lists(question.locked),
        "by_skill": _lists(mentors.offers.T.tocsr()),
        "by_word": _lists(_some_words(mentors.topics, ~features.everyday).T.tocsr()),
        "by_organization": _lists(_by_code(mentors.organization, mentees.organization)),
        "by_industry": _lists(_by_code(mentors.industry, mentees.industry)),
        "topics": _lists(_some_words(mentors.topics, features.everyday)),
        "hours": free,
        "tongues": languages,
        "attended": gatherings,
    }
    changes = np.flatnonzero(np.any([np.diff(kinds[name]) != 0 for name in STATED], axis=0)) + 1
    return Tables(
        mentees=_records(
            MENTEE,
            rule=_own_rule(mentees, criteria),
            seniority=mentees.seniority,
            industry=mentees.industry,
            organization=mentees.organization,
            knows_free=mentees.knows_free,
            seen=mentees.seen,
            stated=mentees.stated,
            skills=np.diff(mentees.seeks.indptr),
            goals=np.diff(mentees.goals.indptr),
            everyday=_lengths(_some_words(mentees.goals, features.everyday)),
        ),
        mentors=_records(
            MENTOR,
            rule=rule,
            organization=mentors.organization,
            industry=mentors.industry,
            kind=kind,
            hours=hours,
            tongues=tongues,
            attended=attended,
            everyday=_lengths(_some_words(mentors.topics, features.everyday)),
        ),
        kinds=kinds,
        members=members,
        groups=np.concatenate(([0], changes, [len(kinds)])).astype(np.int64),
        shelf=_shelf(lists),
        wanted=wanted(criteria),
    )


def _records(layout: np.dtype[np.void], /, **columns: NDArray[np.generic]) -> Record:
    records = np.zeros(len(next(iter(columns.values()))), layout)
    for name, column in columns.items():
        records[name] = column
    return records


def _by_code(mentors: Shorts, mentees: Shorts) -> sparse.csr_array:
    """The mentors with each code that anybody has."""
    known = np.flatnonzero(mentors >= 0)
    codes = int(max(mentors.max(initial=-1), mentees.max(initial=-1))) + 1
    return sparse.csr_array((np.ones(len(known), np.int32), (mentors[known], known)), shape=(codes, len(mentors)))


def _some_words(vectors: sparse.csr_array, which: NDArray[np.bool_]) -> sparse.csr_array:
    """The vectors of words without the others."""
    some = vectors.copy()
    some.data = np.where(which[vectors.indices], vectors.data, 0).astype(np.int32)
    some.eliminate_zeros()
    return some


def _lengths(vectors: sparse.csr_array) -> Shorts:
    """Of each row at least its length."""
    squares: Ints = vectors.multiply(vectors).sum(axis=1)
    lengths: Shorts = np.ceil(np.sqrt(squares)).astype(np.int32)
    return lengths


def _own_rule(people: People, criteria: Criteria) -> Shorts:
    excluded = np.where(outside(criteria.rules.groups, people), RULES.index("groups"), SOMEBODY)
    return np.where(people.capacity <= 0, RULES.index("no_capacity"), excluded).astype(np.int32)


def _kinds(people: People, rule: Shorts, tongues: Shorts) -> tuple[Shorts, Record, Shorts]:
    """The kind of each mentor, the kinds, and their open members."""
    columns = {
        "knows_skills": np.diff(people.offers.indptr) > 0,
        "knows_words": np.diff(people.topics.indptr) > 0,
        "knows_free": people.knows_free,
        "knows_organization": people.organization >= 0,
        "seen": people.seen,
        "stated": people.stated,
        "gathered": np.diff(people.gatherings.indptr) > 0,
        "speaks": np.diff(people.languages.indptr) > 0,
        "knows_seniority": people.seniority >= 0,
        "knows_industry": people.industry >= 0,
        "tongues": tongues,
        "seniority": people.seniority,
    }
    keys = np.stack([column.astype(np.int32) for column in columns.values()], axis=1)
    unique, numbers = np.unique(keys, axis=0, return_inverse=True)
    kind = numbers.reshape(-1).astype(np.int32)
    open_ones = np.flatnonzero(rule == SOMEBODY)
    members = open_ones[np.argsort(kind[open_ones], kind="stable")].astype(np.int32)
    last = np.cumsum(np.bincount(kind[open_ones], minlength=len(unique)))
    first = np.concatenate(([0], last[:-1]))
    found = dict(zip(columns, unique.T, strict=True))
    return kind, _records(KIND, **found, first=first, last=last), members


def wanted(criteria: Criteria) -> Wanted:
    """The criteria as the compiled search reads them."""
    rules, weights = criteria.rules, [criteria.weights.of(part) for part in Part]
    gap = rules.seniority_gap
    organization = rules.organization if rules.organization in ORGANIZATION_RULES else None
    mandatory = np.array([weight is Weight.MANDATORY for weight in weights], np.int64)
    return Wanted(
        number=np.array([NEVER if weight is Weight.OFF else weight.number for weight in weights], np.int64),
        mandatory=mandatory,
        any_mandatory=bool(mandatory.any()),
        fit=np.array(SENIORITY_FIT[criteria.format], np.int64),
        credit=np.array(
            [
                [min(LEVEL_UNIT, LEVEL_UNIT * offered // sought) if 1 <= sought <= 5 else 0 for offered in range(6)]
                for sought in range(7)
            ],
            np.int32,
        ),
        organization=ORGANIZATION_RULES.index(organization),
        language=NEVER if rules.shared_language_level is None else rules.shared_language_level,
        overlap=NEVER if rules.overlap_minutes is None else rules.overlap_minutes,
        gap=gap is not None,
        least_gap=0 if gap is None else gap[0],
        most_gap=0 if gap is None else gap[1],
    )


_Lists = tuple[Ints, Shorts]
"""Where each row begins, and the pairs of numbers of all."""


def _lists(table: sparse.csr_array) -> _Lists:
    table.sort_indices()
    return table.indptr.astype(np.int64), np.stack([table.indices, table.data], axis=1).astype(np.int32)


def _hours(spans: Spans) -> _Lists:
    return spans.start, spans.bounds


def _alike(lists: _Lists) -> tuple[Shorts, _Lists]:
    """For each row the number of its content, and the contents."""
    start, content = lists
    numbers: dict[bytes, int] = {}
    of_row, kept = [], []
    for row in range(len(start) - 1):
        own = content[start[row] : start[row + 1]]
        key = own.tobytes()
        if key not in numbers:
            numbers[key] = len(numbers)
            kept.append(own)
        of_row.append(numbers[key])
    spans = spans_of(kept)
    return np.array(of_row, np.int32), (spans.start, spans.bounds)


def _shelf(lists: dict[str, _Lists]) -> Shelf:
    rows: dict[str, int] = {}
    starts, contents, row, at = [], [], 0, 0
    for name, (start, content) in lists.items():
        rows[name] = row
        starts.append(start[:-1] + at)
        contents.append(content)
        row += len(start) - 1
        at += len(content)
    return Shelf(np.concatenate([*starts, [at]]).astype(np.int64), np.concatenate(contents).astype(np.int32), **rows)
