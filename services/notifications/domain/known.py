"""What can be named at this moment: a message may arrive before the people and things it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.notifications.domain.copies import Association, Event, Person, Program
from services.notifications.domain.notification import Notification


@dataclass(frozen=True, slots=True)
class Known:
    """People, events and programs by id, and whose they are where that is known."""

    people: Mapping[str, Person]
    events: Mapping[str, Event]
    programs: Mapping[str, Program]
    association: Association | None = None

    def covers(self, notification: Notification) -> bool:
        """Whether everything that the notification names is known."""
        facts = notification.facts
        return (
            (notification.other_id is None or notification.other_id in self.people)
            and (facts.event_id is None or facts.event_id in self.events)
            and (facts.program_id is None or facts.program_id in self.programs)
        )

    def person(self, identifier: str | None) -> Person | None:
        """That person, or None."""
        return None if identifier is None else self.people.get(identifier)

    def locale(self, member_id: str) -> str | None:
        """How that person reads, or the association for who has not said; a BCP 47 tag, None where neither has."""
        asked = (self.person(member_id), self.association)
        return next((whose.locale for whose in asked if whose is not None and whose.locale), None)

    def event(self, notification: Notification) -> Event | None:
        """The event it speaks of, or None."""
        return None if notification.facts.event_id is None else self.events.get(notification.facts.event_id)

    def program(self, notification: Notification) -> Program | None:
        """The program it speaks of, or None."""
        return None if notification.facts.program_id is None else self.programs.get(notification.facts.program_id)
