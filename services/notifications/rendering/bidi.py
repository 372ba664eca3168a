"""Names of another direction than the sentence they stand in (Unicode Standard Annex 9, HTML's `bdi`)."""

import unicodedata
from typing import Literal, cast

from babel import Locale
from markupsafe import Markup, escape

Direction = Literal["ltr", "rtl"]

FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"

_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Embeddings, overrides and isolates: what a name could turn the rest of the sentence round with."""

_STRONG: dict[Direction, frozenset[str]] = {"ltr": frozenset({"R", "AL"}), "rtl": frozenset({"L"})}
"""The classes of characters that run against a direction."""


def direction_of(language: str) -> Direction:
    """Which way a language is written, a BCP 47 tag."""
    return cast(Direction, Locale.parse(language, sep="-").text_direction)


def isolated(name: str, direction: Direction, *, markup: bool) -> str:
    """The name, apart from the sentence's direction wherever anything in it runs against that.

    In HTML it is escaped. A name that runs as its sentence does is left as it is, without any mark.
    """
    tame = name.translate(_TURNING)
    against = any(unicodedata.bidirectional(each) in _STRONG[direction] for each in tame)
    if markup:
        return Markup("<bdi>{}</bdi>").format(tame) if against else escape(tame)
    return f"{FIRST_STRONG_ISOLATE}{tame}{POP_DIRECTIONAL_ISOLATE}" if against else tame
