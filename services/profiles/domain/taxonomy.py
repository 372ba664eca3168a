"""The skill taxonomy as it is searched: in memory, made anew when its lists change.

Several lists make it. A concept whose label another list has already is that list's concept: nobody is shown the same
skill twice, and its other words lead there.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.profiles.domain.concept import Concept, folded
from services.profiles.domain.vocabulary import Vocabulary

MOST_FOUND = 200
"""For one text; beyond them nobody looks, they type on."""

_REMEMBERED = 1000
"""Texts whose answers are at hand: everybody's first letters are the same."""

_MOST_WORDS = 8
_MOST_WEIGHED = 1000
"""Of the labels that a letter or two may begin, the shortest."""

_FEW = 5
"""So few found as typed, that what may be mistyped is looked for, too."""

_WHOLE = 1000
_COVERED = 200
_PREFERRED = 30
_IN_ORDER = 20
_MOST_NARROWER = 9
"""Points: of two that answer equally well, the one that more concepts belong to is meant more often."""

Position = tuple[int, str, str]
"""Where something stands in a list: by the points it lacks, by its label, by its id."""


@dataclass(frozen=True, slots=True)
class Found:
    """A concept, and the synonym that led to it, if not its label; `at` is its place in the list."""

    concept: Concept
    matched: str | None
    at: Position


@dataclass(frozen=True, slots=True)
class _Term:
    """One label of one concept."""

    concept: int
    text: str
    folded: str
    words: tuple[str, ...]
    preferred: bool


class Taxonomy:
    """Lists of concepts, the first before the others. Immutable; threads may share it."""

    def __init__(self, lists: Iterable[Sequence[Concept]] = ()) -> None:
        self._concepts: list[Concept] = []
        self._position: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._terms: list[_Term] = []
        for concepts in lists:
            self._add(concepts)
        self._terms.sort(key=lambda term: (len(term.words), not term.preferred))
        self._terms_with: dict[str, list[int]] = defaultdict(list)
        for number, term in enumerate(self._terms):
            for word in dict.fromkeys(term.words):
                self._terms_with[word].append(number)
        self._vocabulary = Vocabulary(self._terms_with)
        self._narrower = Counter(
            self._position[concept.broader] for concept in self._concepts if concept.broader in self._position
        )
        self._all = sorted(
            (Found(concept, None, (0, folded(concept.label), concept.id)) for concept in self._concepts),
            key=lambda found: found.at,
        )
        self._ranked = lru_cache(maxsize=_REMEMBERED)(self._rank)

    def __len__(self) -> int:
        return len(self._concepts)

    def concept(self, identifier: str) -> Concept | None:
        """The concept with this id, or the one that stands for it."""
        position = self._position.get(identifier)
        return None if position is None else self._concepts[position]

    def broader(self, concept: Concept) -> Concept | None:
        """The wider concept that this one belongs to."""
        found = self.concept(concept.broader) if concept.broader else None
        return None if found is None or found.id == concept.id else found

    def named(self, label: str) -> Concept | None:
        """The one concept that has exactly this label or synonym, once both are folded."""
        position = self._exact.get(folded(label))
        return None if position is None else self._concepts[position]

    def search(self, text: str, *, limit: int, after: Position | None = None) -> Sequence[Found]:
        """Up to `limit` concepts behind the place `after`: the best first, or for a text without words all by label.

        Words may be in any order, unfinished, and of four letters or more mistyped.
        """
        words = tuple(dict.fromkeys(folded(text).split()))[:_MOST_WORDS]
        found = self._ranked(words) if words else self._all
        start = 0 if after is None else bisect_right(found, after, key=lambda each: each.at)
        return found[start : start + limit]

    def _add(self, concepts: Sequence[Concept]) -> None:
        """The next list. A synonym that two of its concepts share is exactly neither."""
        labels = dict(self._exact)
        shared: dict[str, set[int]] = defaultdict(set)
        known = {folded(concept.label): position for position, concept in enumerate(self._concepts)}
        for concept in concepts:
            label = folded(concept.label)
            position = known.setdefault(label, len(self._concepts))
            if position == len(self._concepts):
                self._concepts.append(concept)
            self._position[concept.id] = position
            labels.setdefault(label, position)
            texts = {label: concept.label} | {
                text: synonym for synonym in concept.synonyms if (text := folded(synonym)) and text != label
            }
            for text, written in texts.items():
                words = tuple(text.split())
                self._terms.append(_Term(position, written, text, words, text == label))
                shared[text].add(position)
        for text, positions in shared.items():
            if len(positions) == 1:
                labels.setdefault(text, min(positions))
        labels.pop("", None)
        self._exact = labels

    def _rank(self, words: tuple[str, ...]) -> Sequence[Found]:
        as_typed = [self._vocabulary.begun_by(word) for word in words]
        best = self._best(words, as_typed)
        if len(best) < _FEW:
            mistyped = [
                {**self._vocabulary.mistyped_as(word, unfinished=word == words[-1]), **begun}
                for word, begun in zip(words, as_typed, strict=True)
            ]
            best = self._best(words, mistyped)
        if not best and len(words) > 1:
            return self._ranked(("".join(words),))
        found = [self._found(self._terms[-number], points) for points, number in best.values()]
        return sorted(found, key=lambda each: each.at)[:MOST_FOUND]

    def _best(self, words: Sequence[str], meant: Sequence[Mapping[str, int]]) -> Mapping[int, tuple[int, int]]:
        """By concept, the points of the label that answers best, and the label's number, negative.

        `meant` is what each word may mean.
        """
        numbers = [{number for word in each for number in self._terms_with[word]} for each in meant]
        typed = " ".join(words)
        best: dict[int, tuple[int, int]] = {}
        for number in sorted(set.intersection(*numbers))[:_MOST_WEIGHED]:
            term = self._terms[number]
            points = _points(term, typed, meant)
            if points:
                best[term.concept] = max(best.get(term.concept, (0, 0)), (points, -number))
        return best

    def _found(self, term: _Term, points: int) -> Found:
        concept = self._concepts[term.concept]
        matched = None if term.text == concept.label else term.text
        lacking = -points - min(self._narrower[term.concept], _MOST_NARROWER)
        return Found(concept, matched, (lacking, folded(concept.label), concept.id))


def _points(term: _Term, typed: str, meant: Sequence[Mapping[str, int]]) -> int:
    """How well the label answers to the words; none where one of them does not mean any of the label's."""
    total = 0
    places = []
    for each in meant:
        quality, place = max((each.get(word, 0), -place) for place, word in enumerate(term.words))
        if not quality:
            return 0
        total += quality
        places.append(-place)
    points = 10 * total // len(meant) + _COVERED * len({*places}) // len(term.words)
    return points + _IN_ORDER * (places[0] == 0) + _PREFERRED * term.preferred + _WHOLE * (term.folded == typed)
