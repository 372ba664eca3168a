"""An association of its own on the running platform: what its people ask the services, each in their role."""

import uuid
from dataclasses import dataclass
from typing import Any

import requests

from shared.ids import new_id
from tests.e2e.running import Running, eventually


@dataclass(frozen=True, slots=True)
class Association:
    """A tenant; `staff` is the one who coordinates programs and organizes events."""

    platform: Running
    tenant: str
    staff: str

    def answer(
        self,
        who: str,
        method: str,
        path: str,
        body: object = None,
        *,
        service: str = "matching",
        role: str = "member",
    ) -> requests.Response:
        """Whatever the service says."""
        return self.platform.call(method, service, path, token=self.platform.token(self.tenant, who, role), body=body)

    def call(
        self,
        who: str,
        method: str,
        path: str,
        body: object = None,
        *,
        service: str = "matching",
        role: str = "member",
    ) -> Any:
        """What the service gives to somebody for whom it does that."""
        answer = self.answer(who, method, path, body, service=service, role=role)
        assert answer.status_code in (200, 201, 202, 204), f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def coordinator(self, method: str, path: str, body: object = None, *, service: str = "matching") -> Any:
        return self.call(self.staff, method, path, body, service=service, role="coordinator")

    def organizer(self, method: str, path: str, body: object = None) -> Any:
        return self.call(self.staff, method, path, body, service="events", role="organizer")

    def member(self, given_name: str, **profile: Any) -> str:
        """A new one, whom the other services hear of soon."""
        body = {"given_name": given_name, "family_name": "Sailor", **profile}
        identifier: str = self.coordinator("POST", "/v1/members", body, service="profiles")["id"]
        return identifier

    def program(self, **body: Any) -> str:
        """A new one, open."""
        usual = {"name": "Spring", "kind": "cohort", "format": "one_to_one"}
        identifier: str = self.coordinator("POST", "/v1/programs", usual | body)["id"]
        self.coordinator("POST", f"/v1/programs/{identifier}/open")
        return identifier

    def enroll(self, program: str, who: str, role: str) -> None:
        """As soon as matching has heard of the member."""
        path, place = f"/v1/programs/{program}/enrollments", {"member_id": who, "role": role}
        eventually(lambda: self.answer(self.staff, "POST", path, place, role="coordinator").status_code == 201)

    def inbox(self, who: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(who, "GET", "/v1/inbox?limit=200", service="notifications")["items"]
        return found

    def told(self, who: str, title: str) -> dict[str, Any]:
        """What the inbox says under this title, once it is there."""
        return eventually(lambda: next((each for each in self.inbox(who) if each["title"] == title), None))


def association(platform: Running) -> Association:
    """One without members yet."""
    return Association(platform, f"e2e-{uuid.uuid4().hex[:10]}", new_id())
