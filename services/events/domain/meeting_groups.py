"""Who may meet whom at an event: groups of attendees, and which of them meet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.errors import Fault, Invalid

OTHERS = "others"
"""The group of everybody who is in none that was named."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is known of a registration that tells which groups its holder is in."""

    ticket_type: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """A question of the ticket shop, and the answers to it that count."""

    question: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeetingGroup:
    """Whoever has one of these ticket types, gave one of these answers, or is on the list."""

    name: str
    ticket_types: tuple[str, ...] = ()
    answers: tuple[AnswerRule, ...] = ()
    member_ids: tuple[str, ...] = ()

    def takes(self, member_ids: Collection[str], tickets: Collection[Ticket]) -> bool:
        """Whether somebody known by these ids, with these tickets, is in it."""
        if any(each in self.member_ids for each in member_ids):
            return True
        return any(
            ticket.ticket_type in self.ticket_types
            or any(ticket.answers.get(rule.question) in rule.among for rule in self.answers)
            for ticket in tickets
        )


@dataclass(frozen=True, slots=True)
class MeetingGroups:
    """The groups of the event with this id and which of them meet; without any rule everybody meets everybody.

    Each of `meets` names two groups, or one twice, in either order.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    groups: tuple[MeetingGroup, ...] = ()
    meets: tuple[tuple[str, str], ...] = ()

    def of(self, member_ids: Collection[str], tickets: Collection[Ticket]) -> frozenset[str]:
        """The groups that somebody is in."""
        found = frozenset(each.name for each in self.groups if each.takes(member_ids, tickets))
        return found or frozenset((OTHERS,))

    def without(self, member_ids: Collection[str], now: datetime) -> "MeetingGroups":
        """The same without these members on any list."""
        return replace(
            self,
            groups=tuple(
                replace(group, member_ids=tuple(each for each in group.member_ids if each not in member_ids))
                for group in self.groups
            ),
            updated_at=now,
        )

    def may_meet(self, one: Collection[str], other: Collection[str]) -> bool:
        """Whether somebody in these groups may meet somebody in those."""
        if not self.meets:
            return True
        return any((a in one and b in other) or (b in one and a in other) for a, b in self.meets)


def require_sound(groups: MeetingGroups) -> None:
    """Raises Invalid with every fault that no single field shows."""
    faults: list[Fault] = []
    names = [each.name for each in groups.groups]
    for number, name in enumerate(names):
        if name == OTHERS:
            faults.append(Fault(f"/groups/{number}/name", f"{OTHERS} are those who are in no group: nobody is named."))
        elif name in names[:number]:
            faults.append(Fault(f"/groups/{number}/name", "Is named twice."))
    for number, pair in enumerate(groups.meets):
        faults += [
            Fault(f"/meets/{number}/{place}", "There is no group of this name.")
            for place, name in enumerate(pair)
            if name not in names and name != OTHERS
        ]
    if faults:
        raise Invalid(faults)
