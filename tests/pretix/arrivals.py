"""What of pretix's orders arrives in Ithaca, as its staff see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.ids import new_id
from tests.e2e.running import Running, eventually
from tests.pretix.office import EVENT, ORGANIZER

TENANT = "pretix-suite"
SOURCE = "pretix"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The tenant that buys from pretix; `source_id` and `event_id` are Ithaca's."""

    platform: Running
    source_id: str
    event_id: str

    def registrations(self) -> dict[str, dict[str, Any]]:
        """All of the event's, by ticket."""
        path = f"/v1/events/{self.event_id}/registrations"
        listed = everything(self.platform, path, "organizer")
        return {each["source_registration_id"]: each for each in listed}

    def registration(self, ticket: str) -> dict[str, Any] | None:
        """None while there is none."""
        path = f"/v1/events/{self.event_id}/registrations?q={ticket}"
        found = called(self.platform, "GET", "events", path, "organizer")["items"]
        return next((each for each in found if each["source_registration_id"] == ticket), None)

    def arrived(self, ticket: str, until: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        """The ticket's registration, once it belongs to a member and what is asked for is so."""

        def found() -> dict[str, Any] | None:
            registration = self.registration(ticket)
            linked = registration is not None and registration["member_id"] is not None
            return registration if registration is not None and linked and until(registration) else None

        return eventually(found)

    def member(self, registration: dict[str, Any]) -> dict[str, Any]:
        """The member that the registration belongs to."""
        found: dict[str, Any] = called(
            self.platform, "GET", "profiles", f"/v1/members/{registration['member_id']}", "coordinator"
        )
        return found

    def source(self) -> dict[str, Any]:
        """As it is configured and read."""
        listed = everything(self.platform, "/v1/sources", "integrator")
        [found] = [each for each in listed if each["id"] == self.source_id]
        return found

    def sync(self) -> None:
        """By request; returns when the event was read to its end after that."""
        before = self.synced_at()
        called(self.platform, "POST", "events", f"/v1/sources/{self.source_id}/sync", "integrator")
        eventually(lambda: self.synced_at() != before)

    def synced_at(self) -> str | None:
        """When the event was last read to its end."""
        return self.state(EVENT).get("synced_at")

    def state(self, source_event_id: str) -> dict[str, Any]:
        """Where the reading of that event stands; empty before it began."""
        syncs = self.source()["syncs"]
        return next((dict(each) for each in syncs if each["source_event_id"] == source_event_id), {})

    def rejections(self, code: str) -> list[dict[str, Any]]:
        """What was not taken of an order."""
        listed = everything(self.platform, "/v1/rejections", "integrator")
        return [each for each in listed if each["source_registration_id"] == code]


def called(platform: Running, method: str, service: str, path: str, role: str, body: object = None) -> Any:
    """The answer's content; fails where it is no success."""
    token = platform.token(TENANT, new_id(), role)
    answer = platform.call(method, service, path, token=token, body=body)
    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
    return answer.json() if answer.content else None


def everything(platform: Running, path: str, role: str) -> list[dict[str, Any]]:
    """All items of a list of events, page by page."""
    found: list[dict[str, Any]] = []
    page = called(platform, "GET", "events", f"{path}?limit=200", role)
    while page["next"]:
        found += page["items"]
        page = called(platform, "GET", "events", f"{path}?limit=200&cursor={page['next']}", role)
    return [*found, *page["items"]]


def open_event(platform: Running, name: str, *sold: Mapping[str, str]) -> str:
    """The id of a published event whose tickets are sold there."""
    body = {
        "name": name,
        "starts_at": "2031-05-04T09:00:00Z",
        "ends_at": "2031-05-04T17:00:00Z",
        "time_zone": "Europe/Rome",
        "sources": list(sold),
    }
    event_id = str(called(platform, "POST", "events", "/v1/events", "organizer", body)["id"])
    called(platform, "POST", "events", f"/v1/events/{event_id}/publish", "organizer")
    return event_id


def configure(platform: Running, name: str, url: str, token: str) -> dict[str, Any]:
    """A new source that reads the organizer's pretix at that address; the answer holds its secret."""
    made = {"kind": "pretix", "name": name, "organizer": ORGANIZER, "allow_private": True}
    found: dict[str, Any] = called(
        platform, "POST", "events", "/v1/sources", "integrator", {**made, "base_url": url, "token": token}
    )
    return found
