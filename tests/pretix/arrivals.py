"""What of pretix's orders arrives in Ithaca, as its staff see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.ids import new_id
from tests.e2e.running import Running, eventually

TENANT = "pretix-suite"
SOURCE = "pretix"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The tenant that buys from pretix; `source_id` and `event_id` are Ithaca's."""

    platform: Running
    source_id: str
    event_id: str

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
        [found] = [each for each in sources(self.platform) if each["id"] == self.source_id]
        return found

    def sync(self) -> None:
        """By request; returns when the event was read to its end after that."""
        before = self.synced_at()
        called(self.platform, "POST", "events", f"/v1/sources/{self.source_id}/sync", "integrator")
        eventually(lambda: self.synced_at() != before)

    def synced_at(self) -> str | None:
        """When the event was last read to its end."""
        return next((each["synced_at"] for each in self.source()["syncs"]), None)

    def rejections(self, code: str) -> list[dict[str, Any]]:
        """What was not taken of an order."""
        found: list[dict[str, Any]] = []
        path: str | None = f"/v1/rejections?source={SOURCE}&limit=200"
        while path is not None:
            page = called(self.platform, "GET", "events", path, "integrator")
            found += [each for each in page["items"] if each["source_registration_id"] == code]
            following = page["next"]
            path = f"/v1/rejections?source={SOURCE}&limit=200&cursor={following}" if following else None
        return found


def called(platform: Running, method: str, service: str, path: str, role: str, body: object = None) -> Any:
    """The answer's content; fails where it is no success."""
    token = platform.token(TENANT, new_id(), role)
    answer = platform.call(method, service, path, token=token, body=body)
    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
    return answer.json() if answer.content else None


def sources(platform: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = called(platform, "GET", "events", "/v1/sources", "integrator")["items"]
    return found
