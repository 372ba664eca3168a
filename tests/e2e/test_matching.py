"""`ithaca match` on the running platform, as a coordinator at a terminal uses it."""

import uuid
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from shared.ids import new_id
from tests.e2e.running import Running, eventually


@dataclass(frozen=True, slots=True)
class Cohort:
    """A program of a tenant of its own, with as many mentors as mentees."""

    platform: Running
    tenant: str
    program_id: str

    def ithaca(self, *arguments: str, program_id: str | None = None) -> Any:
        return self.platform.ithaca("match", program_id or self.program_id, "--tenant", self.tenant, *arguments)

    def call(self, method: str, service: str, path: str, body: object = None, status: int = 200) -> Any:
        token = self.platform.token(self.tenant, new_id(), "coordinator")
        answer = self.platform.call(method, service, path, token=token, body=body)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def cohort(platform: Running) -> Cohort:
    found = Cohort(platform, f"e2e-{uuid.uuid4().hex[:10]}", "")
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one"}
    program_id = found.call("POST", "matching", "/v1/programs", body, 201)["id"]
    found.call("POST", "matching", f"/v1/programs/{program_id}/open")
    found = Cohort(platform, found.tenant, program_id)
    for role, side in (("mentor", "offers"), ("mentee", "seeks")):
        for number in range(5):
            person = {
                "given_name": role.title(),
                "family_name": f"Number {number}",
                "skills": [{"label": f"skill {number}", "side": side, "level": 3}],
                "languages": [{"code": "en", "level": 5}],
                "industry": "energy",
            }
            member_id = found.call("POST", "profiles", "/v1/members", person, 201)["id"]
            path, place = f"/v1/programs/{program_id}/enrollments", {"member_id": member_id, "role": role}
            token = platform.token(found.tenant, new_id(), "coordinator")
            eventually(
                lambda path=path, place=place, token=token: (
                    platform.call(  # type: ignore[misc]
                        "POST", "matching", path, token=token, body=place
                    ).status_code
                    == 201
                )
            )
    return found


def test_a_program_is_matched_reviewed_and_published_from_the_command_line(cohort: Cohort) -> None:
    done = cohort.ithaca("--objective", "most_people")
    assert done.returncode == 0, done.stderr
    rows = dict(line.split("\t", 1) for line in done.stdout.splitlines())
    assert (rows["pairs"], rows["without a partner"]) == ("5", "0")
    assert "waits for review" in done.stderr
    [run] = cohort.call("GET", "matching", f"/v1/programs/{cohort.program_id}/match-runs")["items"]
    assert (run["state"], run["objective"]) == ("ready", "most_people")
    cohort.call("POST", "matching", f"/v1/match-runs/{run['id']}/discard")

    done = cohort.ithaca("--publish", "--json")
    assert done.returncode == 0, done.stderr
    told = orjson.loads(done.stdout)
    assert (told["run"]["state"], told["run"]["published"]) == ("published", 5)
    assert sum(bucket["pairs"] for bucket in told["report"]["scores"]) == 5

    report = cohort.call("GET", "matching", f"/v1/programs/{cohort.program_id}/report?by=industry")
    assert [(row["role"], row["value"], row["share"]) for row in report["groups"]] == [
        ("mentor", "energy", 1.0),
        ("mentee", "energy", 1.0),
    ]


def test_what_cannot_be_matched_is_said_in_a_line(cohort: Cohort) -> None:
    body = {"name": "Autumn", "kind": "cohort", "format": "one_to_one"}
    draft = cohort.call("POST", "matching", "/v1/programs", body, 201)["id"]
    for program_id, status, said in (
        (draft, 1, "A program that is draft does not allow: match."),
        (new_id(), 1, "There is no program"),
        ("spring", 2, "is no id of a program"),
    ):
        done = cohort.ithaca(program_id=program_id)
        assert (done.returncode, done.stdout, said in done.stderr) == (status, "", True), done.stderr
        assert "Traceback" not in done.stderr
