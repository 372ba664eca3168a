"""An announced event of a tenant of its own, whose attendees come from outside."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.clock import rfc3339
from shared.ids import new_id
from tests.e2e.outside import Outside
from tests.e2e.running import Running, eventually


@dataclass(frozen=True, slots=True)
class Gathering:
    platform: Running
    tenant: str
    source_event_id: str
    event_id: str
    outside: Outside
    organizer: str
    """Whose event it is."""

    def registrations(self) -> dict[str, dict[str, Any]]:
        """As the organizer's desk lists them, by ticket."""
        path = f"/v1/events/{self.event_id}/registrations?limit=200"
        answer = self.platform.call("GET", "events", path, token=self.staff("organizer"))
        return {item["source_registration_id"]: item for item in answer.json()["items"]}

    def linked(self, ticket: str) -> dict[str, Any]:
        """The ticket's registration, once it is linked to a member."""

        def found() -> dict[str, Any] | None:
            registration = self.registrations().get(ticket)
            return registration if registration is not None and registration["member_id"] is not None else None

        return eventually(found)

    def member(self, member_id: str) -> dict[str, Any]:
        """The member as a coordinator sees them."""
        answer = self.platform.call("GET", "profiles", f"/v1/members/{member_id}", token=self.staff("coordinator"))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def staff(self, role: str) -> str:
        return self.platform.token(self.tenant, new_id(), role)


SPRING = (datetime(2030, 5, 4, 8, tzinfo=UTC), datetime(2030, 5, 4, 18, tzinfo=UTC))


def gathering(platform: Running, time: tuple[datetime, datetime] = SPRING) -> Gathering:
    """A published event, from when until when, that names its source in a system outside."""
    tenant, source_event_id, whose = f"e2e-{uuid.uuid4().hex[:10]}", "spring", new_id()
    organizer = platform.token(tenant, whose, "organizer")
    body = {
        "name": "Spring meeting",
        "starts_at": rfc3339(time[0]),
        "ends_at": rfc3339(time[1]),
        "time_zone": "America/Santiago",
        "sources": [{"source": "turnstile", "source_event_id": source_event_id}],
    }
    created = platform.call("POST", "events", "/v1/events", token=organizer, body=body)
    assert created.status_code == 201, created.text
    event_id = created.json()["id"]
    published = platform.call("POST", "events", f"/v1/events/{event_id}/publish", token=organizer)
    assert published.status_code == 200, published.text
    return Gathering(platform, tenant, source_event_id, event_id, Outside(platform.settings(), tenant), whose)
