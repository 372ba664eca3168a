"""Free text made comparable: labels by their letters, goals by their words, in whatever language and script."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

# Scripts without spaces, by how many signs in a row say about as much as a word's stem does.
_PAIRED = (
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Han, kana and Hangul, whose words have spaces around them but endings within."""
_TRIPLED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer: alphabets, of which two letters say little."""
# Python counts marks that stand with a letter, as most vowels of India do, as no part of a word.
_MARKS = "".join(sign for sign in map(chr, range(0x300, 0x10000)) if unicodedata.category(sign) in ("Mn", "Mc"))
_RUN = re.compile(
    rf"(?P<paired>[{_PAIRED}]+)|(?P<tripled>[{_TRIPLED}]+)|(?P<word>(?:(?![{_PAIRED}{_TRIPLED}])[\w+#{_MARKS}]){{2,}})"
)
_GRAMS = {"paired": 2, "tripled": 3}

_ACCENTS = re.compile("[\u0300-\u036f]")


class Spelled(NamedTuple):
    """A word by the form in which it is compared, and where it stands in the plain text."""

    token: str
    start: int
    end: int


# Many people write the same labels and the same words.
@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """One spelling for texts that differ in case, width or spaces only."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=1 << 16)
def tokens(text: str) -> tuple[str, ...]:
    """The words of the text, each once and in the form in which words are compared.

    That is without accents and the `s` of a plural; of scripts without spaces, every few signs in a row.
    """
    return tuple(dict.fromkeys(each.token for each in _spelled(plain(text))))


def named(texts: Iterable[str], wanted: Container[str]) -> Sequence[str]:
    """The wanted tokens as the texts spell them, each once; those that overlap are one."""
    found: dict[tuple[str, ...], str] = {}
    for text in map(plain, texts):
        runs: list[list[Spelled]] = []
        for each in _spelled(text):
            if each.token not in wanted:
                continue
            if runs and each.start < runs[-1][-1].end:
                runs[-1].append(each)
            else:
                runs.append([each])
        for run in runs:
            found.setdefault(tuple(each.token for each in run), text[run[0].start : run[-1].end])
    return list(found.values())


def is_written_without_spaces(token: str) -> bool:
    """Whether the token is a few signs of a script without spaces, not a word."""
    found = _RUN.match(token)
    return found is not None and found.lastgroup != "word"


# Whoever asks is compared with ten others at a time, and with each by the same goals.
@lru_cache(maxsize=1 << 8)
def _spelled(text: str) -> Sequence[Spelled]:
    return tuple(_words_of(text))


def _words_of(text: str) -> Iterable[Spelled]:
    for found in _RUN.finditer(text):
        start, end, signs = found.start(), found.end(), _GRAMS.get(str(found.lastgroup))
        if signs is None:
            yield Spelled(_compared(found.group()), start, end)
            continue
        for first in range(start, max(start, end - signs) + 1):
            last = min(first + signs, end)
            yield Spelled(text[first:last], first, last)


def _compared(word: str) -> str:
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))
    return _singular(bare or word)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")) else word
