"""Which of the languages that the pages speak somebody reads."""

from flask import Request

LANGUAGES = ("en", "de", "es", "fr", "ar")
FALLBACK = "en"
_FROM_RIGHT_TO_LEFT = frozenset({"ar"})


def spoken(locale: str | None) -> str:
    """The language of this locale, a BCP 47 tag, if the pages speak it; else English."""
    language = (locale or "").replace("_", "-").partition("-")[0].casefold()
    return language if language in LANGUAGES else FALLBACK


def asked_for(request: Request) -> str:
    """The best of them for `Accept-Language`."""
    return spoken(
        next((tag for tag, _ in request.accept_languages if spoken(tag) != FALLBACK or _is_english(tag)), None)
    )


def direction(language: str) -> str:
    """As HTML's `dir` has it."""
    return "rtl" if language in _FROM_RIGHT_TO_LEFT else "ltr"


def _is_english(tag: str) -> bool:
    return tag.partition("-")[0].casefold() == FALLBACK
