"""All words of the taxonomy's labels, and which of them somebody may mean who types one.

How well a word answers to what was typed is a number up to 100.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

EXACT = 100
_BEGUN = 60
"""A beginning has this and up to 35 more, the more of the word it is."""

_MISTYPED = 50
_MISTYPED_BEGINNING = 35
_EACH_SLIP = 10

_LAST = "\U0010ffff"


class Vocabulary:
    """Immutable but for what it remembers; threads may share it."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_length[len(word)].append(word)
        self._beginnings: dict[int, Sequence[str]] = {}

    def begun_by(self, typed: str) -> Mapping[str, int]:
        """The words that begin with what was typed, itself among them."""
        return {
            word: EXACT if word == typed else _BEGUN + 35 * len(typed) // len(word) for word in self._starting(typed)
        }

    def mistyped_as(self, typed: str, *, unfinished: bool) -> Mapping[str, int]:
        """The words that were meant if a letter is wrong, missing, too many, or two are swapped; of long words, two.

        `unfinished`: there may be more of the word to come.
        """
        slips = _slips(len(typed))
        found: dict[str, int] = {}
        if slips and unfinished:
            for beginning, distance, _ in extract(
                typed, self._beginnings_of(len(typed)), scorer=OSA.distance, score_cutoff=slips, limit=None
            ):
                for word in self._starting(beginning):
                    found[word] = _MISTYPED_BEGINNING - _EACH_SLIP * int(distance)
        for length in range(len(typed) - slips, len(typed) + slips + 1) if slips else ():
            alike = self._by_length.get(length, ())
            for word, distance, _ in extract(typed, alike, scorer=OSA.distance, score_cutoff=slips, limit=None):
                found[word] = max(found.get(word, 0), _MISTYPED - _EACH_SLIP * int(distance))
        return found

    def _starting(self, beginning: str) -> Sequence[str]:
        start = bisect_left(self._words, beginning)
        return self._words[start : bisect_left(self._words, beginning + _LAST, lo=start)]

    def _beginnings_of(self, length: int) -> Sequence[str]:
        """Of the longer words."""
        if length not in self._beginnings:
            self._beginnings[length] = sorted({word[:length] for word in self._words if len(word) > length})
        return self._beginnings[length]


def _slips(length: int) -> int:
    """How many a word of so many letters bears and is still itself."""
    if length < 4:
        return 0
    return 1 if length < 8 else 2
