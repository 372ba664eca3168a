"""Whom an attendee would like to meet at an event, and whom they would rather not: the latter is theirs alone."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of one member at one event; `wishes` the most wanted first, `no_thanks` are final for every schedule.

    They keep the ids that they were said with, whoever was merged into whom since.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    member_id: str
    wishes: tuple[str, ...] = ()
    no_thanks: tuple[str, ...] = ()

    def without(self, member_ids: Collection[str], now: datetime) -> "Wishes":
        """The same without a word of these members."""
        return replace(
            self,
            wishes=tuple(each for each in self.wishes if each not in member_ids),
            no_thanks=tuple(each for each in self.no_thanks if each not in member_ids),
            updated_at=now,
        )


def require_sound(said: Wishes) -> None:
    """Raises Invalid with every fault that no single field shows."""
    faults: list[Fault] = []
    for name, ids in (("wishes", said.wishes), ("no_thanks", said.no_thanks)):
        seen: set[str] = set()
        for number, each in enumerate(ids):
            if each == said.member_id:
                faults.append(Fault(f"/{name}/{number}", "Is yourself."))
            if each in seen:
                faults.append(Fault(f"/{name}/{number}", "Is named twice."))
            seen.add(each)
    both = set(said.wishes) & set(said.no_thanks)
    faults += [
        Fault(f"/no_thanks/{number}", "Is wished for, too.")
        for number, each in enumerate(said.no_thanks)
        if each in both
    ]
    if faults:
        raise Invalid(faults)


def said_id(event_id: str, member_id: str) -> str:
    """The id of what this member said at this event."""
    return f"{event_id}:{member_id}"
