"""A member of the story fetches all that the platform holds of them, over the addresses that the platform gave it."""

import io
import zipfile
from typing import Any

import orjson
import pytest

from shared.ids import new_id
from shared.settings import SERVICES
from tests.e2e.conftest import Told
from tests.e2e.running import Running, eventually


@pytest.fixture(scope="module")
def pair(platform: Running, told: Told) -> dict[str, Any]:
    """The mentorship of the story that is under way."""
    staff = platform.token(told.tenant, new_id(), "coordinator")
    pairs = platform.call("GET", "matching", "/v1/mentorships", token=staff).json()["items"]
    found: dict[str, Any] = next(each for each in pairs if each["state"] == "active")
    return found


def archive(platform: Running, told: Told, member: str, token: str) -> dict[str, bytes]:
    path = f"/v1/members/{member}/export"
    asked = platform.call("POST", "profiles", path, token=token)
    assert asked.status_code == 202, asked.text
    eventually(lambda: platform.call("GET", "profiles", path, token=token).json()["state"] == "ready")
    answer = platform.call("GET", "profiles", f"{path}/archive", token=token)
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        return {name: made.read(name) for name in made.namelist()}


def test_both_of_a_pair_get_what_each_service_holds_of_them(
    platform: Running, told: Told, pair: dict[str, Any]
) -> None:
    for member in (pair["mentor_id"], pair["mentee_id"]):
        found = archive(platform, told, member, platform.token(told.tenant, member, "member"))
        shares = {service: orjson.loads(found[f"{service}.json"]) for service in SERVICES}
        assert {share["member_id"] for share in shares.values()} == {member}
        assert shares["profiles"]["sections"]["profile"][0]["id"] == member
        assert shares["matching"]["sections"]["mentorships"][0]["agreement"]["goals"]
        assert shares["events"]["sections"]["registrations"]
        assert shares["notifications"]["sections"]["notifications"][0]["title"]
        assert b"<h2>notifications</h2>" in found["index.html"]


def test_a_coordinator_gets_the_same_without_what_is_between_the_two(
    platform: Running, told: Told, pair: dict[str, Any]
) -> None:
    found = archive(platform, told, pair["mentee_id"], platform.token(told.tenant, new_id(), "coordinator"))
    sections = orjson.loads(found["matching.json"])["sections"]
    assert "sessions" not in sections
    assert "agreement" not in sections["mentorships"][0]


def test_thanks_come_to_the_profile_of_whom_they_are_for(platform: Running, told: Told, pair: dict[str, Any]) -> None:
    def received(member: str) -> int:
        token = platform.token(told.tenant, member, "member")
        found: int = platform.call("GET", "profiles", "/v1/members/me", token=token).json()["recognition"]["received"]
        return found

    eventually(lambda: received(pair["mentor_id"]) + received(pair["mentee_id"]) > 0)
