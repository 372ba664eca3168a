"""How much it says that two people use the same word: TF-IDF, measured against what else is said in that language.

The usual measure, how few people of all use a word, makes every word of a language rare that few write, `and` as well
as `accountancy`: whoever writes it would be compared by words that say nothing. So a word is weighed against the
commonest words of those who use it. Where these are a hundred people, or a million, the same words weigh the same, and
nobody has to know which language a text is in.

Whole numbers, and sums of them alone: the same people give the same weights, in whatever order they come.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from math import isqrt

from services.matching.engine.words import is_written_without_spaces, tokens

BIT = 16
"""Weights count sixteenths of bits: twice as rare is one bit more."""
EVERYDAY = 3 * BIT
"""Up to this weight a word is an everyday one: at least a quarter as common as the commonest around it."""
LENGTH = 4_096
"""What the weights of all of somebody's words are brought to, as a vector."""

_SENTENCE = 3
"""Texts of so many words have common ones among them; labels do not."""
_OFTEN = 4
"""A use counts so much, beside what is expected before anybody is heard: short words are common in most languages."""
_EXPECTED = {2: 16, 3: 8, 4: 4}
_EXPECTED_OF_LONG = 1
_TOGETHER = 4
"""Signs are a word where one in so many of those who write the rarer half of it write all of it."""


class Lexicon:
    """The weights of words, known by a name that `naming` gives each."""

    def __init__(
        self, weights: Mapping[str, int], rarest: int, naming: Callable[[str], Hashable] = lambda token: token
    ) -> None:
        self._weights: dict[Hashable, int] = {naming(token): weight for token, weight in weights.items()}
        self._rarest, self._naming = rarest, naming
        self._aside: set[Hashable] = set()
        """Words that only those use who do not count."""

    def weight(self, token: str) -> int:
        """In sixteenths of bits; 0 for a word that it does not know."""
        return self._weights.get(self._naming(token), 0)

    def learn(self, texts: Iterable[str]) -> None:
        """Words that it does not know are from now on as rare as those that one person uses.

        Somebody uses them who may come to count; whoever asks is heard as if there were none of these (`asked`).
        """
        for name in map(self._naming, chain.from_iterable(map(tokens, texts))):
            if name not in self._weights:
                self._weights[name] = self._rarest
                self._aside.add(name)

    def hear(self, texts: Iterable[str]) -> None:
        """Somebody who counts uses these words, which it has learned."""
        self._aside.difference_update(map(self._naming, chain.from_iterable(map(tokens, texts))))

    def vector(self, texts: Iterable[str]) -> Mapping[str, int]:
        """All words of the texts with their weights, brought to LENGTH at most; one that is not known has 0."""
        return self._brought_to_length(texts, frozenset())

    def asked(self, texts: Iterable[str]) -> Mapping[str, int]:
        """The same for somebody who asks: of those who count alone, nobody else's words are known."""
        return self._brought_to_length(texts, self._aside)

    def _brought_to_length(self, texts: Iterable[str], ignored: Collection[Hashable]) -> Mapping[str, int]:
        weights = {
            token: 0 if self._naming(token) in ignored else self.weight(token)
            for token in chain.from_iterable(map(tokens, texts))
        }
        length = root(sum(weight * weight for weight in weights.values()))
        return {token: weight * LENGTH // max(1, length) for token, weight in weights.items()}

    def is_everyday(self, token: str) -> bool:
        """Whether the word says so little that nobody is looked for by it alone."""
        return self.weight(token) <= EVERYDAY

    def telling(self, found: Iterable[str]) -> set[str]:
        """Of words in common those that say most: at least half as much as the one that says most."""
        weights = {token: self.weight(token) for token in found}
        most = max(weights.values(), default=0)
        return {token for token, weight in weights.items() if 2 * weight >= most > 0}


def lexicon_of(people: Iterable[Sequence[str]], naming: Callable[[str], Hashable] = lambda token: token) -> Lexicon:
    """The lexicon of those who wrote these texts, each person's together; takes time for each."""
    everybody = Counter(tuple(texts) for texts in people if texts)
    used: Counter[str] = Counter()
    for texts, count in everybody.items():
        for token in set(chain.from_iterable(map(tokens, texts))):
            used[token] += count
    commonness = {token: _bits(_OFTEN * count + _expected(token)) for token, count in used.items()}
    around: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    all_around, all_heard = 0, 0
    for texts, count in everybody.items():
        said = [tokens(text) for text in texts]
        peaks = [max(commonness[token] for token in each) for each in said if len(each) >= _SENTENCE]
        if not peaks:
            continue
        peak = sum(peaks) // len(peaks)
        all_around, all_heard = all_around + count * peak, all_heard + count
        for token in set(chain.from_iterable(said)):
            around[token] += count * peak
            heard[token] += count
    # Where nobody writes sentences, words are weighed against the number of people, as usual.
    usual = all_around // all_heard if all_heard else _bits(_OFTEN * max(1, everybody.total()))
    weights = {
        token: BIT + max(0, (around[token] // heard[token] if heard[token] else usual) - common)
        for token, common in commonness.items()
    }
    weights.update(dict.fromkeys(_by_accident(everybody, used), 0))
    return Lexicon(weights, BIT + max(0, usual - _bits(_OFTEN + _EXPECTED_OF_LONG)), naming)


def _by_accident(everybody: Counter[tuple[str, ...]], used: Mapping[str, int]) -> Iterable[str]:
    """Signs of scripts without spaces that belong to two words which happened to follow each other.

    That is what only one person wrote, and where most who write either half write it beside something else.
    """
    grams = {token for token in used if is_written_without_spaces(token)}
    halves: Counter[str] = Counter()
    if grams:
        for texts, count in everybody.items():
            own = grams.intersection(chain.from_iterable(map(tokens, texts)))
            for half in {half for gram in own for half in (gram[:-1], gram[1:])}:
                halves[half] += count
    for gram in grams:
        if used[gram] == 1 or used[gram] * _TOGETHER < min(halves[gram[:-1]], halves[gram[1:]]):
            yield gram


def _expected(token: str) -> int:
    if len(token) > 4 or is_written_without_spaces(token):
        return _EXPECTED_OF_LONG
    return _EXPECTED.get(len(token), _EXPECTED_OF_LONG)


@lru_cache(maxsize=1 << 16)
def _bits(count: int) -> int:
    """The binary logarithm in sixteenths, rounded down; exact, as no floating point would be."""
    return int(count**BIT).bit_length() - 1


def root(square: int) -> int:
    """The square root of a whole number, rounded up."""
    return isqrt(square - 1) + 1 if square > 0 else 0
