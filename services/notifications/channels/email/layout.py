"""What stands around the news in a mail, as a page and as plain text: `templates/layout.mjml` and `layout.txt.jinja`.

MJML becomes HTML once, with all that is for jinja left in it; jinja then writes each mail, every value escaped. The few
sentences of the layout are blocks of `templates/LANGUAGE/layout.jinja`.
"""

from dataclasses import dataclass
from typing import Any

import mrml

from services.notifications.rendering.bidi import isolated
from services.notifications.rendering.branding import Branding
from services.notifications.rendering.letter import Letter
from services.notifications.rendering.templates import FOLDER, Templates
from services.notifications.rendering.words import Wording


@dataclass(frozen=True, slots=True)
class Around:
    """What a layout is given beside the letter. `subject` is free of markup, for where only text can stand; `name` is
    the reader's, or empty; `unsubscribe` is the address to do so at, where there is one."""

    name: str
    subject: str
    branding: Branding
    unsubscribe: str | None = None


class Layout:
    """One for a process; safe to share between threads."""

    def __init__(self, wording: Wording) -> None:
        self._words = wording
        self._page = wording.html.compiled(mrml.to_html((FOLDER / "layout.mjml").read_text("utf-8")).content)
        self._plain = wording.text.template("layout.txt.jinja")

    def html(self, letter: Letter, around: Around) -> str:
        """The page; the letter is in markup."""
        return self._page.render(self._given(letter, around, self._words.html))

    def text(self, letter: Letter, around: Around) -> str:
        """The plain text."""
        return self._plain.render(self._given(letter, around, self._words.text))

    def _given(self, letter: Letter, around: Around, templates: Templates) -> dict[str, Any]:
        def name(text: str) -> str:
            return isolated(text, letter.direction, markup=templates.markup)

        def said(block: str, **values: str) -> str:
            return templates.line(letter.language, "layout", block, values)

        association = name(around.branding.name)
        return {
            "letter": letter,
            "association": association,
            "subject": around.subject,
            "branding": around.branding,
            "unsubscribe_at": around.unsubscribe,
            "start": "right" if letter.direction == "rtl" else "left",
            "greeting": said("greeting", name=name(around.name)),
            "leads_to": lambda action: said("leads_to", action=action),
            "footer": said("footer", association=association),
            "unsubscribe": said("unsubscribe"),
        }
