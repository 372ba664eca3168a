"""A chapter and an interest group on the running platform: founded, joined, searched by, and what they let one into."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from shared.ids import new_id
from tests.e2e.running import Running, eventually


@dataclass(frozen=True, slots=True)
class Chapters:
    """A tenant of its own."""

    platform: Running
    tenant: str

    def call(self, who: str, role: str, method: str, service: str, path: str, body: object = None) -> requests.Response:
        token = self.platform.token(self.tenant, who, role)
        return self.platform.call(method, service, path, token=token, body=body)

    def made(self, role: str, service: str, path: str, body: dict[str, Any]) -> str:
        answer = self.call(new_id(), role, "POST", service, path, body)
        assert answer.status_code == 201, answer.text
        identifier: str = answer.json()["id"]
        return identifier

    def member(self, name: str) -> str:
        return self.made("coordinator", "profiles", "/v1/members", {"given_name": name, "family_name": "Okafor"})

    def group(self, name: str, kind: str) -> str:
        return self.made("coordinator", "profiles", "/v1/groups", {"name": name, "kind": kind})

    def join(self, group: str, who: str) -> None:
        answer = self.call(who, "member", "PUT", "profiles", f"/v1/groups/{group}/members/me")
        assert answer.status_code == 204, answer.text

    def found(self, group: str) -> set[str]:
        answer = self.call(new_id(), "coordinator", "GET", "profiles", f"/v1/members?group={group}")
        assert answer.status_code == 200, answer.text
        return {each["id"] for each in answer.json()["items"]}


@pytest.fixture
def chapters(platform: Running) -> Chapters:
    return Chapters(platform, f"e2e-{uuid.uuid4().hex[:10]}")


def test_a_program_and_an_event_of_two_groups_let_in_who_joins_one_of_them(chapters: Chapters) -> None:
    ada, ben, eve = (chapters.member(name) for name in ("Ada", "Ben", "Eve"))
    milan, bridges = chapters.group("Chapter Milan", "chapter"), chapters.group("Bridges", "interest")
    chapters.join(milan, ada)
    chapters.join(bridges, ben)
    assert chapters.found(milan) == {ada}
    assert chapters.found(bridges) == {ben}

    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one", "rules": {"groups": [milan, bridges]}}
    program = chapters.made("coordinator", "matching", "/v1/programs", body)
    chapters.call(new_id(), "coordinator", "POST", "matching", f"/v1/programs/{program}/open")
    times = {"starts_at": "2099-05-04T17:00:00Z", "ends_at": "2099-05-04T20:00:00Z", "time_zone": "Europe/Rome"}
    event = chapters.made("organizer", "events", "/v1/events", {"name": "Evening", "groups": [milan, bridges], **times})
    chapters.call(new_id(), "organizer", "POST", "events", f"/v1/events/{event}/publish")

    def enroll(who: str) -> requests.Response:
        path = f"/v1/programs/{program}/enrollments"
        return chapters.call(who, "member", "POST", "matching", path, {"role": "mentee"})

    def register(who: str) -> requests.Response:
        return chapters.call(who, "member", "POST", "events", f"/v1/events/{event}/registrations", {})

    def let_in(who: str) -> None:
        for enter in (enroll, register):
            assert eventually(lambda enter=enter: (status := enter(who).status_code) != 409 and status) == 201  # type: ignore[misc]

    let_in(ada)
    let_in(ben)
    # The names may come a moment after the members.
    eventually(lambda: enroll(eve).json()["detail"] == "This program is for members of Chapter Milan or Bridges.")
    eventually(lambda: register(eve).json()["detail"] == "This event is for members of Chapter Milan or Bridges.")
    chapters.join(bridges, eve)
    let_in(eve)
    assert chapters.found(bridges) == {ben, eve}
