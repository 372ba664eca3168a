"""Two members who are one person, on the running platform: merged, followed by every service, and taken apart again."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from shared.ids import new_id
from tests.e2e.running import Running, eventually

TIMES = {"starts_at": "2099-05-04T17:00:00Z", "ends_at": "2099-05-04T20:00:00Z", "time_zone": "Europe/Rome"}
TOLD = {"org.ithaca.mentorship.started.v1", "org.ithaca.registration.confirmed.v1"}
"""What the one who is merged away hears before."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A tenant of its own, with an event and a program."""

    platform: Running
    tenant: str

    def call(self, who: str, role: str, method: str, service: str, path: str, body: object = None) -> requests.Response:
        token = self.platform.token(self.tenant, who, role)
        return self.platform.call(method, service, path, token=token, body=body)

    def staff(self, role: str, service: str, path: str, body: object = None) -> Any:
        answer = self.call(new_id(), role, "POST", service, path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def member(self, name: str) -> str:
        body = {"given_name": name, "family_name": "Okafor", "email": f"{name.lower()}@example.org"}
        found: str = self.staff("coordinator", "profiles", "/v1/members", body)["id"]
        return found

    def items(self, who: str, service: str, path: str) -> list[dict[str, Any]]:
        answer = self.call(who, "member", "GET", service, path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture
def pairing(platform: Running) -> Pairing:
    return Pairing(platform, f"e2e-{uuid.uuid4().hex[:10]}")


def test_every_service_follows_a_merge_and_its_undoing(pairing: Pairing) -> None:
    away, into, mentor = pairing.member("Ada"), pairing.member("Adah"), pairing.member("Ben")
    event = pairing.staff("organizer", "events", "/v1/events", {"name": "Evening", **TIMES})["id"]
    pairing.staff("organizer", "events", f"/v1/events/{event}/publish")
    settings = {"goal_required": False}
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one", "settings": settings}
    program = pairing.staff("coordinator", "matching", "/v1/programs", body)["id"]
    pairing.staff("coordinator", "matching", f"/v1/programs/{program}/open")
    registrations, enrollments = f"/v1/events/{event}/registrations", f"/v1/programs/{program}/enrollments"

    eventually(lambda: pairing.call(away, "member", "POST", "events", registrations, {}).status_code in (201, 409))

    def enrolled(who: str, role: str) -> bool:
        body = {"member_id": who, "role": role}
        return pairing.call(new_id(), "coordinator", "POST", "matching", enrollments, body).status_code in (201, 409)

    eventually(lambda: enrolled(away, "mentee") and enrolled(into, "mentee") and enrolled(mentor, "mentor"))
    ask = {"program_id": program, "mentor_ids": [mentor], "message": "Would you?"}
    asked = pairing.call(away, "member", "POST", "matching", "/v1/requests", ask).json()["items"][0]["id"]
    accepted = pairing.call(mentor, "member", "POST", "matching", f"/v1/requests/{asked}/accept")
    mentorship = accepted.json()["mentorship_id"]
    eventually(lambda: len(pairing.items(away, "notifications", "/v1/inbox")) >= 2)

    survivor = pairing.staff("coordinator", "profiles", f"/v1/members/{away}/merge", {"into": into})
    assert {each["value"] for each in survivor["identifiers"]} == {"ada@example.org", "adah@example.org"}

    def registered(who: str) -> list[str]:
        return [each["status"] for each in pairing.items(who, "events", registrations)]

    def mentored(who: str) -> list[str]:
        return [each["mentee_id"] for each in pairing.items(who, "matching", "/v1/mentorships")]

    def enrolled_as(who: str) -> list[tuple[str, str]]:
        return [(each["member_id"], each["state"]) for each in pairing.items(who, "matching", enrollments)]

    def told(who: str) -> set[str]:
        return {each["type"] for each in pairing.items(who, "notifications", "/v1/inbox")}

    for caller in (into, away):  # a token of the member merged away acts as the survivor
        assert pairing.call(caller, "member", "GET", "profiles", "/v1/members/me").json()["id"] == into
        eventually(lambda caller=caller: registered(caller) == ["confirmed"])  # type: ignore[misc]
        eventually(lambda caller=caller: mentored(caller) == [into])  # type: ignore[misc]
        eventually(lambda caller=caller: enrolled_as(caller) == [(into, "approved")])  # type: ignore[misc]
        eventually(lambda caller=caller: told(caller) >= TOLD)  # type: ignore[misc]
    assert pairing.call(mentor, "member", "GET", "profiles", f"/v1/members/{away}").status_code == 404

    back = pairing.staff("coordinator", "profiles", f"/v1/members/{away}/unmerge")
    assert (back["id"], back["email"]) == (away, "ada@example.org")
    eventually(lambda: registered(away) == ["confirmed"] and registered(into) == [])
    eventually(lambda: mentored(away) == [away] and mentored(into) == [])
    eventually(lambda: enrolled_as(away) == [(away, "approved")] and enrolled_as(into) == [(into, "approved")])
    assert pairing.call(away, "member", "GET", "matching", f"/v1/mentorships/{mentorship}").json()["mentee_id"] == away
    eventually(lambda: pairing.call(into, "member", "GET", "profiles", "/v1/members/me").json()["id"] == into)
