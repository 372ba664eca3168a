"""A flash mentorship: one conversation, without an agreement, whose seat is soon free again."""

from services.matching.domain.program import Format, Settings
from tests.integration.matching.asking import ask, paired
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import TERMS, Pair
from tests.integration.matching.test_plans import item, template

AT = {"starts_at": "2026-01-08T17:00:00Z", "duration_minutes": 30}


def flash_pair(association: Association) -> Pair:
    program = association.program(format=Format.FLASH)
    mentor, mentee = association.mentor(program), association.mentee(program)
    return Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))


def free_seats(made: Pair) -> int:
    load = made.association.store.loads.find_of("acme", made.program_id, made.mentor)
    assert load is not None
    return load.free


def test_a_flash_mentorship_is_active_at_once_and_takes_no_agreement(association: Association) -> None:
    made = flash_pair(association)
    shown = made.call(made.mentee, "GET").json
    assert (shown["state"], shown["ends_on"], free_seats(made)) == ("active", "2026-01-21", 0)
    assert [each["state"] for each in made.told("mentorship.started.v1")] == ["active"]
    refused = made.call(made.mentor, "PUT", "/agreement", TERMS)
    assert (refused.status_code, "needs no agreement" in refused.json["detail"]) == (409, True)
    assert made.call(association.member(), "PUT", "/agreement", TERMS).status_code == 404


def test_its_one_held_session_completes_it_and_gives_the_seat_back(association: Association) -> None:
    made = flash_pair(association)
    path = f"/sessions/{made.call(made.mentee, 'POST', '/sessions', AT).json['id']}"
    made.call(made.mentor, "PATCH", path, {"state": "confirmed"})
    association.clock.pass_by(days=2)
    assert made.call(made.mentee, "PATCH", path, {"state": "held"}).json["state"] == "held"
    assert (made.call(made.mentee, "GET").json["state"], free_seats(made)) == ("completed", 1)
    assert made.call(made.mentor, "PATCH", path, {"state": "held"}).status_code == 200, "the other one says so, too"
    assert (made.call(made.mentee, "GET").json["state"], free_seats(made)) == ("completed", 1)
    assert len(made.told("mentorship.completed.v1")) == 1
    program = association.store.programs.get("acme", made.program_id)
    assert ask(association, program, association.mentee(program), made.mentor).status_code == 201


def test_it_is_completed_after_the_days_that_the_program_gives_it(association: Association) -> None:
    program = association.program(format=Format.FLASH)
    changed = association.coordinator("PATCH", f"/v1/programs/{program.id}", {"settings": {"flash_days": 3}})
    assert changed.status_code == 200, changed.json
    mentor, mentee = association.mentor(program), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    association.clock.pass_by(days=2)
    association.do_due_work()
    assert made.call(mentee, "GET").json["state"] == "active"
    association.clock.pass_by(days=1)
    association.do_due_work()
    assert (made.call(mentee, "GET").json["state"], free_seats(made)) == ("completed", 1)


def test_nobody_is_nudged_about_an_agreement_that_a_flash_mentorship_never_has(association: Association) -> None:
    program = association.program(format=Format.FLASH, settings=Settings(goal_required=False, flash_days=40))
    mentor, mentee = association.mentor(program), association.mentee(program)
    paired(association, program, mentor, mentee)
    association.do_due_work()
    for _ in range(3):
        association.clock.pass_by(days=10)
        association.do_due_work()
    assert [each["rule"] for each in association.messages("health.changed.v1")] == ["in_touch"]
    assert association.messages("nudge.due.v1") == []


def test_a_planned_milestone_is_the_pair_s_from_the_start_where_no_agreement_is_waited_for(
    association: Association,
) -> None:
    settings = Settings(goal_required=False, template_id=template(association)["id"])
    program = association.program(format=Format.FLASH, settings=settings)
    mentor, mentee = association.mentor(program), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    assert item(made, "milestone", "both")["milestone_id"] is not None
    assert [each["title"] for each in made.call(mentee, "GET", "/milestones").json["items"]] == [
        "First goal written down"
    ]
