"""A notification as a letter: what it says between a greeting and a footer, as plain text and as an HTML page."""

from dataclasses import dataclass

from services.notifications.rendering.bidi import isolated
from services.notifications.rendering.branding import Branding
from services.notifications.rendering.templates import Templates
from services.notifications.rendering.words import Wording, Words


@dataclass(frozen=True, slots=True)
class Letter:
    """`text` and `html` say the same; `name` is the reader's, or empty."""

    text: Words
    html: Words
    name: str
    link: str
    branding: Branding

    def as_text(self, wording: Wording) -> str:
        """The plain text."""
        return self._laid_out("layout.txt.jinja", wording.text, self.text)

    def as_html(self, wording: Wording) -> str:
        """The page. Its `subject` is free of markup, for where only text can stand."""
        return self._laid_out("layout.html.jinja", wording.html, self.html)

    def _laid_out(self, layout: str, templates: Templates, words: Words) -> str:
        around = {
            "name": isolated(self.name, words.direction, markup=templates.markup),
            "association": isolated(self.branding.name, words.direction, markup=templates.markup),
            "action": words.action,
        }
        frame = {
            block: templates.line(words.language, "layout", block, around)
            for block in templates.blocks(words.language, "layout")
        }
        return templates.template(layout).render(
            frame,
            words=words,
            subject=self.text.title,
            association=around["association"],
            link=self.link,
            branding=self.branding,
        )
