"""Whom an attendee would like to meet at an event, and whom they would rather not: the latter is theirs alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of one member at one event; `wishes` the most wanted first, `no_thanks` are final for every schedule.

    They keep the ids that they were said with, whoever was merged into whom since: `of_one_person` says who is meant.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    member_id: str
    wishes: tuple[str, ...] = ()
    no_thanks: tuple[str, ...] = ()

    @property
    def says_anything(self) -> bool:
        """Whether anybody is named."""
        return bool(self.wishes or self.no_thanks)

    def without(self, member_ids: Collection[str], now: datetime) -> "Wishes":
        """The same without a word of these members."""
        return replace(
            self,
            wishes=tuple(each for each in self.wishes if each not in member_ids),
            no_thanks=tuple(each for each in self.no_thanks if each not in member_ids),
            updated_at=now,
        )


def of_one_person(said: Sequence[Wishes], person: Wishes, now_is: Mapping[str, str]) -> Wishes:
    """All that one person said, by whatever ids, as words of `person` about who those named are now.

    What was said by the id they have now comes first. Somebody is named once, and a "no thanks" is final. The version
    rises with each of theirs.
    """
    in_order = sorted(said, key=lambda each: (each.member_id != person.member_id, each.member_id))
    declined = dict.fromkeys(now_is[who] for each in in_order for who in each.no_thanks)
    wished = dict.fromkeys(now_is[who] for each in in_order for who in each.wishes)
    return replace(
        person,
        version=sum(each.version for each in said),
        updated_at=max((each.updated_at for each in said), default=person.updated_at),
        wishes=tuple(who for who in wished if who not in declined and who != person.member_id),
        no_thanks=tuple(who for who in declined if who != person.member_id),
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
