"""Registrations and events for tests of the rules, as plain as they can be."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.events.domain.event import Event
from services.events.domain.registration import Origin, Registration, Status

NOW = datetime(2026, 11, 1, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 10, tzinfo=UTC)


def registration(**fields: Any) -> Registration:
    plain = Registration(
        id="r",
        tenant="acme",
        version=1,
        updated_at=NOW,
        created_at=NOW,
        event_id="e",
        status=Status.CONFIRMED,
        member_id="ada",
        origin=Origin("pretix", "summit", "A-1"),
    )
    return replace(plain, **fields)


def event(**fields: Any) -> Event:
    plain = Event(
        id="e",
        tenant="acme",
        version=1,
        updated_at=NOW,
        name="Summit",
        starts_at=NOW,
        ends_at=LATER,
        time_zone="Europe/Rome",
    )
    return replace(plain, **fields)
