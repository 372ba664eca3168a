"""A mail in the mailbox, the link in it, the button on its page: and the two are paired, without a sign-in."""

import re
import uuid
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.ids import new_id
from tests.e2e.running import Running, eventually


@dataclass(frozen=True, slots=True)
class Office:
    """An association of its own with a program that goes without goals."""

    platform: Running
    tenant: str

    def call(self, who: str, role: str, method: str, service: str, path: str, body: object = None) -> requests.Response:
        return self.platform.call(method, service, path, token=self.platform.token(self.tenant, who, role), body=body)

    def made(self, role: str, service: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self.call(new_id(), role, "POST", service, path, body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def member(self, program: str, role: str, name: str, **more: str) -> str:
        person = {"given_name": name, "family_name": "Okafor", **more}
        member_id: str = self.made("coordinator", "profiles", "/v1/members", person)["id"]
        place = {"member_id": member_id, "role": role}

        def enrolled() -> bool:
            path = f"/v1/programs/{program}/enrollments"
            return self.call(new_id(), "coordinator", "POST", "matching", path, place).status_code == 201

        assert eventually(enrolled)
        return member_id

    def link(self, address: str, act: str) -> str:
        """The link to this act in one of the mails to this address, once it is there."""
        mailbox = self.platform.platform.mailbox

        def found() -> str | None:
            items = requests.get(f"{mailbox}/api/mails", params={"to": address}, timeout=30).json()["items"]
            mails = [requests.get(f"{mailbox}/mails/{each['id']}", timeout=30).text for each in items]
            links = [re.search(rf"http://[0-9.:]+/pages/{act}/[A-Za-z0-9_-]+", each) for each in mails]
            return next((each[0] for each in links if each is not None), None)

        return eventually(found)


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.found[given["name"] or ""] = given["value"] or ""


@pytest.fixture
def office(platform: Running) -> Office:
    return Office(platform, f"e2e-{uuid.uuid4().hex[:10]}")


def logs(platform: Running) -> str:
    return "".join(path.read_text(errors="replace") for path in Path(platform.data / "logs").iterdir())


def test_a_mentor_says_yes_by_the_link_in_a_mail(office: Office) -> None:
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one", "settings": {"goal_required": False}}
    program = office.made("coordinator", "matching", "/v1/programs", body)["id"]
    office.made("coordinator", "matching", f"/v1/programs/{program}/open")
    address = f"ben-{uuid.uuid4().hex[:10]}@example.org"
    mentor = office.member(program, "mentor", "Ben", email=address, locale="de-AT")
    mentee = office.member(program, "mentee", "Ada")
    asked = {"program_id": program, "mentor_ids": [mentor], "message": "Would you help me?"}
    answer = office.call(mentee, "member", "POST", "matching", "/v1/requests", asked)
    assert answer.status_code == 201, answer.text
    request = answer.json()["items"][0]["id"]

    link = office.link(address, "accept-request")
    assert link.startswith(office.platform.platform.service("matching"))
    requests.head(link, timeout=30)
    page = requests.get(link, timeout=30)
    assert page.status_code == 200
    assert '<html lang="de" dir="ltr">' in page.text
    assert "Ada Okafor" in page.text
    path = f"/v1/requests/{request}"
    assert office.call(mentor, "member", "GET", "matching", path).json()["state"] == "sent"

    hidden = _Hidden()
    hidden.feed(page.text)
    done = requests.post(link, data=hidden.found, timeout=30)
    assert (done.status_code, "Sie haben zugesagt." in done.text) == (200, True)
    assert office.call(mentor, "member", "GET", "matching", path).json()["state"] == "accepted"
    again = requests.post(link, data=hidden.found, timeout=30)
    assert (again.status_code, "bereits angenommen" in again.text) == (200, True)
    assert requests.post(link.replace("accept", "decline"), timeout=30).status_code == 404
    assert link.rpartition("/")[2] not in logs(office.platform)
