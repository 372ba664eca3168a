"""Free text made comparable: labels by their letters, goals by the words that carry meaning."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[\w+#]{2,}")

# English, as goals are written most; another language only keeps a few words more.
_EMPTY = frozenset(
    _WORD.findall(
        """
    about am an and any are as at be become becoming better by can do for from get getting give go good grow have
    how improve in into is it know learn learning like make me more my new next of on or our out people skill so
    than that the their this through to up want we what when who will with within work year your
    """
    )
)


# Many people write the same labels and the same words.
@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """One spelling for texts that differ in case, width or spaces only."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def tokens(texts: Iterable[str]) -> dict[str, str]:
    """The words that carry meaning, by a common form for singular and plural, each with its first spelling."""
    found: dict[str, str] = {}
    for text in texts:
        for token, word in _tokens(text):
            found.setdefault(token, word)
    return found


@lru_cache(maxsize=1 << 16)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    words = ((_singular(word), word) for word in _WORD.findall(plain(text)))
    return tuple((token, word) for token, word in words if word not in _EMPTY and token not in _EMPTY)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")) else word
