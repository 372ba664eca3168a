"""An association in memory: registered members, and what attendee records make of them. Also what tests compare."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from services.profiles.domain.circle import Circle, Holding, Settlement
from services.profiles.domain.member import Identifier, Member, email_key, number_key
from services.profiles.domain.registration import Registration, lookups, renewed, told_by

NOW = datetime(2026, 5, 1, tzinfo=UTC)

Record = Mapping[str, Any]


def record(ticket: str, day: int = 1, *, name: str | None = None, removed: bool = False, **content: Any) -> Record:
    """An attendee record as the tests of all levels write it; `day` is when the source changed it."""
    about_person = ("email", "buyer_email", "given_name", "family_name", "organization", "job_title", "member_number")
    person = {key: content.pop(key) for key in about_person if key in content}
    data = {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": ticket,
        "updated_at": f"2026-03-{day:02}T10:00:00Z",
    }
    if removed:
        return data
    return {"status": "confirmed", **data, "person": person | ({"name": name} if name else {}), **content}


def registered(given_name: str, family_name: str, *, email: str | None = None, number: str | None = None) -> Member:
    keys = ([email_key(email)] if email else []) + ([number_key(number)] if number else [])
    return Member(
        id=f"member-{given_name}",
        tenant="acme",
        version=1,
        updated_at=NOW,
        given_name=given_name,
        family_name=family_name,
        email=email,
        identifiers=tuple(Identifier(*key, NOW, 1) for key in sorted(keys)),
    )


class Association:
    """Handles each record with everything in one circle."""

    def __init__(self, *members: Member) -> None:
        self.members = {member.id: member for member in members}
        self.registrations: dict[str, Registration] = {}
        self.holdings = {key: Holding(member.id, 1) for member in members for key in member.keys}
        self._ids = count(1)

    def hear(self, data: Record, record_id: str = "first") -> Settlement | None:
        return self.settle() if self.take(data, record_id) else None

    def take(self, data: Record, record_id: str) -> bool:
        """Whether the record is news; nobody is settled yet."""
        told = told_by(data) if "person" in data else None
        ticket = data["source_registration_id"]
        fresh = Registration(
            id=ticket,
            tenant="acme",
            version=0,
            updated_at=NOW,
            source=data["source"],
            value=f"{data['source_event_id']}/{ticket}",
            said_at=datetime.fromisoformat(data["updated_at"]),
            record_id=record_id,
            told=told,
            found_by=lookups(told),
        )
        changed = renewed(self.registrations.get(ticket), fresh)
        if changed is None:
            return False
        self.registrations[ticket] = changed
        return True

    def settle(self) -> Settlement:
        circle = Circle("acme", NOW, dict(self.registrations), dict(self.members), dict(self.holdings))
        settlement = circle.settled(lambda: f"made-{next(self._ids)}")
        self.members |= {member.id: member for member in settlement.members}
        self.registrations |= {each.id: each for each in settlement.registrations}
        self.holdings |= settlement.holdings
        return settlement

    def owner(self, ticket: str) -> Member:
        return self.members[self.registrations[ticket].member_id or "nobody"]

    def patch(self, member_id: str, **changes: Any) -> None:
        self.members[member_id] = dataclasses.replace(self.members[member_id], **changes)


def outline(members: Iterable[Member]) -> list[Any]:
    """What must not depend on the order of records: who has which tickets and keys, and what they are like.

    Left out: ids, versions and dates, and provisional members who have lost all their tickets (in another order they
    were never made).
    """
    return sorted(
        (
            sorted((each.issuer, each.value, each.of_registration) for each in member.identifiers),
            member.provisional,
            (member.given_name, member.family_name, member.email or ""),
            (member.organization or "", member.job_title or ""),
            (member.roles, [goal.text for goal in member.goals], [skill.label for skill in member.skills]),
        )
        for member in members
        if not member.provisional or any(each.of_registration for each in member.identifiers)
    )


def tickets(member: Member) -> set[str]:
    return {each.value.partition("/")[2] for each in member.identifiers if each.of_registration}
