"""Texts as they are compared: whatever their case and accents."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_SHORTEST, LONGEST = 2, 12
"""Letters of a name's beginning by which it is found; what is typed beyond the longest is not compared."""

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return _WORD.findall(whole(text))


def whole(text: str) -> str:
    """The text as it is compared as a whole."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def beginnings(names: Iterable[str]) -> Iterator[str]:
    """Every beginning by which these words are found."""
    for name in names:
        yield name[:LONGEST]
        for length in range(_SHORTEST, min(len(name), LONGEST) + 1):
            yield name[:length]
