"""What one reader's templates are given: names, nouns, numbers and moments in their language."""

from dataclasses import asdict, dataclass
from typing import Any, cast

from services.notifications.domain.copies import Association, Person
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.bidi import Direction, isolated
from services.notifications.rendering.plurals import Numbers
from services.notifications.rendering.templates import Templates
from services.notifications.rendering.times import Moment, Times, locale_for
from shared.calendar import Method


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader's language, locale and time zone."""

    language: str
    numbers: Numbers
    zone: str | None
    templates: Templates

    @classmethod
    def of(
        cls, reader: Person | None, association: Association | None, language: str, templates: Templates
    ) -> "Reading":
        """The reader's own, or the association's for who said none."""
        asked = [whose for whose in (reader, association) if whose is not None]
        locale = next((whose.locale for whose in asked if whose.locale), None)
        zone = next((whose.time_zone for whose in asked if whose.time_zone), None)
        return cls(language, Numbers(locale_for(language, locale)), zone, templates)

    @property
    def direction(self) -> Direction:
        """Which way the language is written."""
        return cast(Direction, self.numbers.locale.text_direction)

    def name(self, name: str | None) -> str:
        """A name as it can stand in a sentence; empty for none."""
        return isolated(name or "", self.direction, markup=self.templates.markup)

    def values(self, notification: Notification, known: Known) -> dict[str, Any]:
        """All that a template can use."""
        event, program, other = (
            known.event(notification),
            known.program(notification),
            known.person(notification.other_id),
        )
        names = {
            "other": self.name(None if other is None else other.shown_name),
            "event": self.name(None if event is None else event.name),
            "program": self.name(None if program is None else program.name),
        }
        times = Times(self.numbers.locale, self.zone, self._moment)
        return {
            **self._nouns(names),
            "part": notification.part.value,
            "facts": notification.facts,
            "uninvited": notification.calendar is Method.CANCEL,
            "own": notification.actor_id == notification.member_id,
            "gathering": event,
            "place": self.name(None if event is None else event.place),
            "table": self.name(notification.facts.table),
            "peers": program is not None and program.is_of_peers,
            "when": times.when,
            "day": times.day,
            "number": self.numbers.number,
            "plural": self.numbers.plural,
        }

    def _nouns(self, names: dict[str, str]) -> dict[str, str]:
        """A value for each block of the language's nouns: `other_dative` is the other one, in a form of its own."""
        return {
            block: self.templates.line(self.language, "nouns", block, {"name": names[block.partition("_")[0].lower()]})
            for block in self.templates.blocks(self.language, "nouns")
        }

    def _moment(self, moment: Moment) -> str:
        return self.templates.line(self.language, "times", "moment", asdict(moment))
