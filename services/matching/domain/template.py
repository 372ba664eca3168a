"""What a program gives a pair to go by: items at so many days from their start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.errors import Fault, Invalid

MOST_ITEMS = 100
LONGEST_TITLE = 300
LONGEST_DETAILS = 2000
MOST_DAYS = 3650


class ItemKind(StrEnum):
    """What an item asks for."""

    TASK = "task"
    MILESTONE = "milestone"
    SURVEY = "survey"
    TIP = "tip"


class Owner(StrEnum):
    """Whose an item is."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """`offset_days` from the day the two were paired. What it says is staff's: nobody of a pair wrote it."""

    id: str
    kind: ItemKind
    owner: Owner
    offset_days: int
    title: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """An item as it is in the plan of one pair: whose it is, and on which day."""

    item: TemplateItem
    owner: Owner
    due_on: date


@dataclass(frozen=True, slots=True)
class Template:
    """`revision` rises with each change of the items; `due_at`: plans are to be brought up to it by a worker."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    items: tuple[TemplateItem, ...] = ()
    revision: int = 1
    due_at: datetime | None = None

    def checked(self) -> "Template":
        """Itself, for use when made or revised. Raises Invalid with every fault."""
        faults = [] if self.name.strip() else [Fault("/name", "Must not be empty.")]
        seen: set[str] = set()
        for position, item in enumerate(self.items):
            if not item.title.strip():
                faults.append(Fault(f"/items/{position}/title", "Must not be empty."))
            if item.id in seen:
                faults.append(Fault(f"/items/{position}/id", "Stands here twice."))
            seen.add(item.id)
        if faults:
            raise Invalid(faults)
        return self

    def revised(self, now: datetime, *, name: str, items: Sequence[TemplateItem]) -> "Template":
        """With another name, other items, or both; plans stay as they are until they are brought up to it."""
        same = tuple(items) == self.items
        revision = self.revision if same else self.revision + 1
        return replace(self, name=name, items=tuple(items), revision=revision, updated_at=now).checked()

    def spreading(self, now: datetime) -> "Template":
        """With plans to be brought up to it from now on."""
        return replace(self, due_at=now, updated_at=now)

    def spread(self) -> "Template":
        """With no plan left that a worker has to look at."""
        return replace(self, due_at=None)

    def planned(self, started_on: date, days_on_hold: int) -> Sequence[Planned]:
        """What a pair that was put together then has to do, in order of days; a hold moves all of it.

        An item for both is two items; a milestone is the pair's, whoever the template names.
        """
        found = [
            Planned(item, owner, started_on + timedelta(days=item.offset_days + days_on_hold))
            for item in self.items
            for owner in _owners(item)
        ]
        return sorted(found, key=lambda each: each.due_on)


def _owners(item: TemplateItem) -> Sequence[Owner]:
    if item.kind is ItemKind.MILESTONE:
        return (Owner.BOTH,)
    return (Owner.MENTOR, Owner.MENTEE) if item.owner is Owner.BOTH else (item.owner,)
