"""One line of text, as a language's printers set it."""

import re
import unicodedata

_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")
"""White space, but for spaces that keep together what stands on both sides."""

_FRENCH = re.compile(r" (?=[?!:;»])|(?<=«) ")
"""Where French has a space that must not break."""

_NO_BREAK = "\u00a0"


def typeset(text: str, language: str) -> str:
    """One line, without a break that a name or a template brought in, and with the language's no-break spaces."""
    line = _BREAKS.sub(" ", text).strip()
    return _FRENCH.sub(_NO_BREAK, line) if language.partition("-")[0] == "fr" else line


def is_elided_before(name: str) -> bool:
    """Whether French shortens `de` before the name: `d'Ada`, `d'Yves`, but `de Yann`, and `de Hugo` by the careful."""
    first, second = (unicodedata.normalize("NFD", each)[:1].casefold() for each in f"{name}  "[:2])
    return first in frozenset("aeiouœæ") or (first == "y" and second not in frozenset("aeiou"))
