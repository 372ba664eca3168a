"""Concepts of the skill taxonomy, and the form in which what people type is compared with their labels."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST_LABEL = 120
"""Characters, as of a member's skill: whoever picks a concept can say it by its label."""

LONGEST_ID = 200

# The signs tell C from C++ and C#.
_WORD = re.compile(r"[^\W_]+[+#]*")


@dataclass(frozen=True, slots=True)
class Concept:
    """A skill with one preferred label, other words for it in any language, and the wider concept it belongs to."""

    id: str
    label: str
    broader: str | None = None
    synonyms: tuple[str, ...] = ()


def folded(text: str) -> str:
    """The words of a text, apart by one space, whatever their case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(_WORD.findall("".join(each for each in plain if not unicodedata.combining(each))))


def circle(concepts: Iterable[Concept]) -> str | None:
    """The id of a concept that is broader than itself by some way, or None."""
    broader: Mapping[str, str | None] = {concept.id: concept.broader for concept in concepts}
    sound: set[str] = set()
    for start in broader:
        way: set[str] = set()
        at: str | None = start
        while at is not None and at not in sound:
            if at in way:
                return at
            way.add(at)
            at = broader.get(at)
        sound |= way
    return None
