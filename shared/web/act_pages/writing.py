"""Pages in words: texts by language and kind of thing, everything that people wrote escaped and apart."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from shared.web.act_pages.languages import direction
from shared.web.act_pages.page_act import Entry, Field, Quote

HTML = "text/html; charset=utf-8"
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Form:
    """What is filled in and sent: the fields as they were filled in last, and what the person sees when they do."""

    button: str
    fields: Sequence[Field]
    entry: Entry
    seen: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One page. `notice` is what came of what was sent; `refused`: nothing came of it."""

    title: str
    notice: str = ""
    refused: bool = False
    paragraphs: Sequence[str] = ()
    quotes: Sequence[Quote] = ()
    form: Form | None = None
    closing: str = ""


class Texts:
    """The texts of one kind of thing in one language, with the values they speak of."""

    def __init__(self, template: Template, values: Mapping[str, Any]) -> None:
        self._template = template
        self._values = dict(values)

    def block(self, name: str) -> str:
        """A block on one line; empty where there is none."""
        return _line(self._rendered(name))

    def paragraphs(self, name: str) -> Sequence[str]:
        """A block whose paragraphs are separated by empty lines."""
        return [line for part in self._rendered(name).split("\n\n") if (line := _line(part))]

    def has(self, name: str) -> bool:
        """Whether there is such a block."""
        return name in self._template.blocks

    def _rendered(self, name: str) -> str:
        if not self.has(name):
            return ""
        return "".join(self._template.blocks[name](self._template.new_context(self._values)))


@cache
def _environment(*folders: Path) -> Environment:
    """One for a process, as what it compiled stays with it."""
    return Environment(
        loader=FileSystemLoader([*folders, _HERE / "texts", _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


class Writer:
    """Finds texts and writes pages. One for a process; safe to share between threads."""

    def __init__(self, *folders: Path) -> None:
        """`folders` hold a folder of texts for each language; those of all pages are found in any case."""
        self._environment = _environment(*folders)

    def texts(self, language: str, name: str, values: Mapping[str, Any] | None = None) -> Texts:
        """Those of this file; `values` may be left out where they speak of nothing."""
        return Texts(self._environment.get_template(f"{language}/{name}.jinja"), values or {})

    def answer(self, language: str, shown: Shown, status: int, label: Texts) -> Response:
        """The page as it is sent; `label` names fields and quotes."""
        nonce = secrets.token_urlsafe(16)
        frame = self.texts(language, "frame")
        page = self._environment.get_template("page.html.jinja").render(
            language=language, direction=direction(language), shown=shown, label=label, frame=frame, nonce=nonce
        )
        answer = Response(page, status=status, content_type=HTML)
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        answer.headers["X-Frame-Options"] = "DENY"
        # The address lets somebody act: it is handed on to nobody, found by nobody, and what it shows kept by nobody.
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        return answer


def isolated(name: str | None) -> Markup | None:
    """A name as it stands in a text of any direction; None where there is none, and the text has a noun for it."""
    return Markup("<bdi>{}</bdi>").format(name) if name else None


def _line(text: str) -> Markup:
    line = " ".join(text.split())
    return Markup(line)  # noqa: S704 - an autoescaping template made it  # nosec B704
