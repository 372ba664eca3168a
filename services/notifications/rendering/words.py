"""A notification in words, from its template: `templates/LANGUAGE/TYPE.jinja`, one file for all channels.

A file has the blocks `title`, `body` (paragraphs, separated by empty lines), `action` (what the link says) and, where
the mail has a calendar part, `calendar` (what the calendar shows). It is rendered twice from one source: as plain text,
and with every name escaped for HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from services.notifications.domain.copies import Association, Person
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.times import Times, locale_for
from shared.calendar import Method
from shared.contracts.message_type import PREFIX

TEMPLATES = Path(__file__).parent.parent / "templates"
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """A notification in one language; in HTML (`Markup`) or plain text, as asked."""

    language: str
    title: str
    paragraphs: tuple[str, ...]
    action: str
    calendar: str | None

    @property
    def body(self) -> str:
        """The paragraphs as one text."""
        return "\n\n".join(self.paragraphs)


class Wording:
    """The templates. One for a process; safe to share between threads."""

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages there are templates in, as BCP 47 tags in lower case."""
        return frozenset(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())

    @cached_property
    def _text(self) -> Environment:
        return _environment(markup=False)

    @cached_property
    def _html(self) -> Environment:
        return _environment(markup=True)

    def words(self, notification: Notification, known: Known, *, markup: bool = False) -> Words:
        """What the notification says to whom it is for; who and what is not known is called by common nouns."""
        reader = known.person(notification.member_id)
        language = self.language(reader, known.association)
        name = notification.type.removeprefix(PREFIX).rpartition(".")[0]
        template = self.template(language, f"{name}.jinja", markup=markup)
        values = self._values(notification, known, reader, language, markup)
        return Words(
            language=language,
            title=_line(_block(template, "title", values), markup),
            paragraphs=tuple(
                line for part in _block(template, "body", values).split("\n\n") if (line := _line(part, markup))
            ),
            action=_line(_block(template, "action", values), markup),
            calendar=_line(_block(template, "calendar", values), markup) if notification.calendar else None,
        )

    def language(self, reader: Person | None, association: Association | None = None) -> str:
        """The reader's language, or the association's for who said none; the nearest with templates, else English."""
        tag = (_locale(reader, association) or "").casefold().replace("_", "-")
        while tag and tag not in self.languages:
            tag = tag.rpartition("-")[0]
        return tag or FALLBACK

    def template(self, language: str, name: str, *, markup: bool) -> Template:
        """A template of the language, or the English one where that language lacks it."""
        environment = self._html if markup else self._text
        return environment.select_template([f"{language}/{name}", f"{FALLBACK}/{name}"])

    def frame(self, language: str, name: str, values: Mapping[str, Any], *, markup: bool) -> str:
        """One line of what stands around several pieces of news: `frames.jinja`. `values` are rendered already."""
        return _line(_block(self.template(language, "frames.jinja", markup=markup), name, values), markup)

    def _values(
        self, notification: Notification, known: Known, reader: Person | None, language: str, markup: bool
    ) -> dict[str, Any]:
        nouns = self.template(language, "nouns.jinja", markup=markup)
        event, program, other = (
            known.event(notification),
            known.program(notification),
            known.person(notification.other_id),
        )
        zones = [whose.time_zone for whose in (reader, known.association) if whose is not None and whose.time_zone]
        times = Times(locale_for(language, _locale(reader, known.association)), next(iter(zones), None))
        name = "" if other is None else other.shown_name
        return {
            "part": notification.part.value,
            "facts": notification.facts,
            "uninvited": notification.calendar is Method.CANCEL,
            "own": notification.actor_id == notification.member_id,
            "other": name or _noun(nouns, "person", markup),
            "Other": name or _noun(nouns, "Person", markup),
            "event": event.name if event else _noun(nouns, "event", markup),
            "Event": event.name if event else _noun(nouns, "Event", markup),
            "gathering": event,
            "peers": program is not None and program.is_of_peers,
            "program": program.name if program else _noun(nouns, "program", markup),
            "when": times.when,
            "day": times.day,
        }


def _locale(reader: Person | None, association: Association | None) -> str | None:
    locales = [whose.locale for whose in (reader, association) if whose is not None and whose.locale]
    return next(iter(locales), None)


def _environment(*, markup: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=markup,  # noqa: S701 - off for plain text only, where an entity would be shown as it is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _block(template: Template, name: str, values: Mapping[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(dict(values))))


def _noun(template: Template, name: str, markup: bool) -> str:
    return _line(_block(template, name, {}), markup)


def _line(text: str, markup: bool) -> str:
    """One line, without a break that a name or a template brought in; escaped text stays marked as such."""
    line = " ".join(text.split())
    return Markup(line) if markup else line  # noqa: S704 - an autoescaping template made it
