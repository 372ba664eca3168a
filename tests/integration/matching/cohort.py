"""A program full of people who fit, and a run over them."""

from typing import Any

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Language, Skill
from services.matching.domain.program import Program
from tests.integration.matching.association import Association
from tests.unit.matching.people import offers, seeks


def speaker(
    association: Association, program: Program, role: Role, *skills: str, capacity: int = 1, **more: Any
) -> str:
    """A member who speaks English and offers or seeks these skills."""
    known: tuple[Skill, ...] = (offers if role is Role.MENTOR else seeks)(*skills, level=3)
    member = association.member(languages=(Language("en", 4),), skills=known, **more)
    association.enroll(program, member, role, capacity)
    return member


def cohort(association: Association, program: Program, size: int) -> tuple[list[str], list[str]]:
    """As many mentors as mentees, each mentor with the skill that one mentee seeks."""
    mentors = [speaker(association, program, Role.MENTOR, f"skill {number}") for number in range(size)]
    mentees = [speaker(association, program, Role.MENTEE, f"skill {number}") for number in range(size)]
    return mentors, mentees


def asked_for(association: Association, program: Program, **body: Any) -> str:
    """The id of a run that waits for a worker."""
    wanted = {"objective": "best_score", **body}
    answer = association.coordinator("POST", f"/v1/programs/{program.id}/match-runs", wanted)
    assert answer.status_code == 202, answer.json
    run_id: str = answer.json["id"]
    return run_id


def computed(association: Association, program: Program, **body: Any) -> str:
    """The id of a run that is ready for review."""
    run_id = asked_for(association, program, **body)
    association.do_due_work()
    run = run_of(association, run_id)
    assert run["state"] == "ready", run
    return run_id


def run_of(association: Association, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = association.coordinator("GET", f"/v1/match-runs/{run_id}").json
    return run


def proposals_of(association: Association, run_id: str, query: str = "") -> list[dict[str, Any]]:
    page = association.coordinator("GET", f"/v1/match-runs/{run_id}/proposals?limit=200{query}").json
    found: list[dict[str, Any]] = page["items"]
    return found


def pairs_of(association: Association, run_id: str) -> set[tuple[str, str]]:
    return {(each["mentor_id"], each["mentee_id"]) for each in proposals_of(association, run_id)}


def publish(association: Association, run_id: str, **body: Any) -> Any:
    return association.coordinator("POST", f"/v1/match-runs/{run_id}/publish", body)
