"""Whether a member comes to an event, from the registrations that name them, in whatever order they are heard of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.matching.domain.enrollment import Role


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one registration last said. `version` is the registration's own.

    `valid`: this registration lets the member in. `attending`: its teller's view of all of the member's registrations
    at `told_at`, which may know of one that is not heard of here yet.
    """

    version: int
    told_at: datetime
    valid: bool
    attending: bool
    checked_in: bool = False
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Attendance:
    """One member at one event; `tickets` by registration id. The roles are those opted into for mentoring."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    member_id: str
    tickets: Mapping[str, Ticket] = field(default_factory=dict)

    def heard(self, registration_id: str, ticket: Ticket, now: datetime) -> "Attendance":
        """With what a registration now says; itself where that is older than what is known."""
        known = self.tickets.get(registration_id)
        if known is not None and ticket.version < known.version:
            return self
        return replace(self, tickets={**self.tickets, registration_id: ticket}, updated_at=now)

    def with_others(self, others: Iterable["Attendance"], member_id: str) -> "Attendance":
        """Of a person whom registrations name by several ids: the newest word of each, and a valid one first."""
        tickets = dict(self.tickets)
        for other in others:
            for registration_id, ticket in other.tickets.items():
                known = tickets.get(registration_id)
                if known is None or (known.version, known.valid) < (ticket.version, ticket.valid):
                    tickets[registration_id] = ticket
        return replace(self, member_id=member_id, tickets=tickets)

    @property
    def attends(self) -> bool:
        """The best of all registrations: one valid ticket beats any number of cancelled ones.

        Without a valid one here the latest word counts: it may speak of a ticket that is still on its way.
        """
        if any(ticket.valid for ticket in self.tickets.values()):
            return True
        latest = max(self.tickets.values(), key=lambda ticket: ticket.told_at, default=None)
        return latest is not None and latest.attending

    @property
    def was_there(self) -> bool:
        """Whether the member was let in."""
        return any(ticket.valid and ticket.checked_in for ticket in self.tickets.values())

    def opted_into(self) -> Mapping[Role, str]:
        """The roles of the valid tickets, each with the first registration that says so."""
        found: dict[Role, str] = {}
        for registration_id, ticket in sorted(self.tickets.items()):
            for role in ticket.roles if ticket.valid else ():
                found.setdefault(role, registration_id)
        return found
