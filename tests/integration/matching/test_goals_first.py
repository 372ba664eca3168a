"""A mentee says what for before asking whom."""

from typing import Any

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Settings
from services.matching.domain.stated_goal import PROMPTS, StatedGoal
from shared.ids import new_id
from tests.integration.matching.asking import accept, ask, asked
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.telling import record, tell

LEAD = {"text": "Lead a team", "measure": "Five people report to me", "target_date": "2026-12-31"}
SPEAK = {"text": "Speak in public"}


def told(association: Association, member: str, *goals: dict[str, str], version: int = 1) -> None:
    """What profiles tell of the member."""
    content: dict[str, Any] = {"id": member, "given_name": "Ada", "family_name": "Okafor", "goals": list(goals)}
    tell(
        association,
        record("member.updated.v1", content, key=member, version=version, at=association.clock.now()),
    )


def test_a_mentee_without_a_goal_is_led_to_state_one_and_may_ask_then(association: Association) -> None:
    program = association.program(settings=Settings())
    mentor, mentee = association.mentor(program), new_id()
    told(association, mentee)
    association.enroll(program, mentee, Role.MENTEE)
    refused = ask(association, program, mentee, mentor)
    assert (refused.status_code, refused.content_type) == (409, "application/problem+json")
    prompts = f"/v1/programs/{program.id}/goal-prompts"
    for lead in ("goal", "measure", "target_date", "PATCH /v1/members/me", f"GET {prompts}"):
        assert lead in refused.json["detail"]
    assert association.call(mentee, "GET", prompts).json == {"prompts": list(PROMPTS), "goal_required": True}
    told(association, mentee, SPEAK, version=2)
    assert ask(association, program, mentee, mentor).status_code == 201


def test_a_program_may_do_without_a_goal_and_have_its_own_questions(association: Association) -> None:
    program = association.program(settings=Settings(goal_required=False, goal_prompts=("What next?",)))
    mentor, mentee = association.mentor(program), association.mentee(program)
    prompts = association.call(mentee, "GET", f"/v1/programs/{program.id}/goal-prompts").json
    assert prompts == {"prompts": ["What next?"], "goal_required": False}
    answer = ask(association, program, mentee, mentor)
    assert answer.status_code == 201
    assert answer.json["items"][0]["goal"] is None


def test_a_coordinator_says_whether_a_goal_is_needed(association: Association) -> None:
    body = {
        "name": "Spring",
        "kind": "cohort",
        "format": "one_to_one",
        "settings": {"goal_required": False, "goal_prompts": ["What next?"], "first_request_days": [5, 5]},
    }
    refused = association.coordinator("POST", "/v1/programs", body)
    assert [each["pointer"] for each in refused.json["errors"]] == ["/settings/first_request_days"]
    body["settings"]["first_request_days"] = []  # type: ignore[index]
    planned = association.coordinator("POST", "/v1/programs", body).json
    assert (planned["settings"]["goal_required"], planned["settings"]["goal_prompts"]) == (False, ["What next?"])
    changed = association.coordinator(
        "PATCH", f"/v1/programs/{planned['id']}", {"settings": {"goal_required": True, "goal_prompts": None}}
    ).json
    assert (changed["settings"]["goal_required"], changed["settings"]["goal_prompts"]) == (True, [])


def test_the_goal_travels_into_the_request_and_to_the_mentorship_as_it_was_stated(association: Association) -> None:
    program = association.program(settings=Settings())
    mentor, mentee = association.mentor(program), new_id()
    told(association, mentee, SPEAK, LEAD)
    association.enroll(program, mentee, Role.MENTEE)
    request = asked(association, program, mentee, mentor, goal="Lead a team")[0]
    path = f"/v1/requests/{request}"
    for who in (mentor, mentee):
        assert association.call(who, "GET", path).json["goal"] == LEAD
    assert "goal" not in association.coordinator("GET", path).json
    told(association, mentee, version=2)
    accepted = accept(association, mentor, request).json
    drafted = association.call(mentor, "GET", f"/v1/mentorships/{accepted['mentorship_id']}/agreement/draft").json
    assert drafted["goals"] == ["Lead a team"]
    mentorship = association.store.mentorships.get(TENANT, accepted["mentorship_id"])
    assert mentorship.request_id is not None
    kept = association.store.requests.get(TENANT, mentorship.request_id)
    assert kept.goal == StatedGoal("Lead a team", "Five people report to me", "2026-12-31")


def test_the_first_goal_is_taken_where_none_is_named_and_none_but_one_s_own(association: Association) -> None:
    program = association.program(settings=Settings())
    mentors, mentee = [association.mentor(program) for _ in range(2)], new_id()
    told(association, mentee, SPEAK, LEAD)
    association.enroll(program, mentee, Role.MENTEE)
    first = association.call(mentee, "GET", f"/v1/requests/{asked(association, program, mentee, mentors[0])[0]}").json
    assert first["goal"]["text"] == "Speak in public"
    refused = ask(association, program, mentee, mentors[1], goal="Somebody else's")
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/goal")


def test_whom_profiles_have_not_told_of_yet_may_ask(association: Association) -> None:
    program = association.program(settings=Settings())
    mentor, unheard_of = association.mentor(program), new_id()
    association.enroll(program, unheard_of, Role.MENTEE)
    assert ask(association, program, unheard_of, mentor).status_code == 201


def test_goals_never_travel(association: Association) -> None:
    program = association.program(settings=Settings())
    mentor, mentee = association.mentor(program), association.member(goals=("a secret wish",))
    association.enroll(program, mentee, Role.MENTEE)
    accept(association, mentor, asked(association, program, mentee, mentor)[0])
    sent = association.foundation.database["outbox"].distinct("value")
    assert sent
    assert not any(b"secret" in bytes(value) for value in sent)
