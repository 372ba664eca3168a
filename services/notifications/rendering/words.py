"""A notification in words, from its template: `templates/LANGUAGE/TYPE.jinja`, one file for all channels.

A file has the blocks `title`, `body` (paragraphs, separated by empty lines), `action` (what the link says) and, where
the mail has a calendar part, `calendar` (what the calendar shows). It is rendered twice from one source: as plain text,
and with every name escaped for HTML. Names run by themselves wherever the sentence runs the other way: bidi.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notifications.domain.copies import Association, Person
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.bidi import Direction
from services.notifications.rendering.reading import Reading
from services.notifications.rendering.templates import Templates
from shared.contracts.message_type import PREFIX

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """A notification in one language; in HTML (`Markup`) or plain text, as asked."""

    language: str
    direction: Direction
    title: str
    paragraphs: tuple[str, ...]
    action: str
    calendar: str | None

    @property
    def body(self) -> str:
        """The paragraphs as one text."""
        return "\n\n".join(self.paragraphs)


class Wording:
    """Finds the words. One for a process; safe to share between threads."""

    def __init__(self) -> None:
        self.text, self.html = Templates(markup=False), Templates(markup=True)

    def words(self, notification: Notification, known: Known, *, markup: bool = False) -> Words:
        """What the notification says to whom it is for; who and what is not known is called by common nouns."""
        templates = self.html if markup else self.text
        reader = known.person(notification.member_id)
        language = self.language(reader, known.association)
        reading = Reading.of(reader, known.association, language, templates)
        name = notification.type.removeprefix(PREFIX).rpartition(".")[0]
        values = reading.values(notification, known)
        return Words(
            language=language,
            direction=reading.direction,
            title=templates.line(language, name, "title", values),
            paragraphs=templates.paragraphs(language, name, "body", values),
            action=templates.line(language, name, "action", values),
            calendar=templates.line(language, name, "calendar", values) if notification.calendar else None,
        )

    def frame(self, language: str, name: str, values: Mapping[str, Any], *, markup: bool) -> str:
        """One line of what stands around several pieces of news: `frames.jinja`. `values` are rendered already."""
        return (self.html if markup else self.text).line(language, "frames", name, values)

    @property
    def languages(self) -> frozenset[str]:
        """The languages there are templates in, as BCP 47 tags in lower case."""
        return self.text.languages

    def speaks(self, tag: str) -> bool:
        """Whether there are words for who wants this language, or the nearest one."""
        return self._nearest(tag) is not None

    def language(self, reader: Person | None, association: Association | None = None) -> str:
        """The reader's language, or the association's for who said none; the nearest with templates, else English."""
        locales = [whose.locale for whose in (reader, association) if whose is not None and whose.locale]
        return self._nearest(next(iter(locales), "")) or FALLBACK

    def _nearest(self, tag: str) -> str | None:
        tag = tag.casefold().replace("_", "-")
        while tag and tag not in self.languages:
            tag = tag.rpartition("-")[0]
        return tag or None
