"""Complaints of people who run and use such programs, each a case to get right."""

from tests.integration.matching.association import Association
from tests.integration.matching.cohort import cohort, computed, proposals_of, publish
from tests.integration.matching.pairing import TERMS, Pair
from tests.integration.matching.test_extending import tasks
from tests.integration.matching.test_plans import ITEMS, plan, template, told, update


def test_p7_a_coordinator_runs_a_cohort_without_a_spreadsheet(association: Association) -> None:
    """One screen each: who was matched and why, where they stand, what is to be done, who is behind the plan."""
    written = template(association)
    program = association.program()
    path = f"/v1/programs/{program.id}"
    association.coordinator("PATCH", path, {"settings": {"template_id": written["id"]}})
    cohort(association, program, 3)
    run = computed(association, program)
    for proposal in proposals_of(association, run):
        assert proposal["reasons"], "a suggestion that says why"
        association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": "approved"})
    assert association.coordinator("GET", f"/v1/mentorships?program_id={program.id}").json["items"] == []
    publish(association, run)

    pairs = association.coordinator("GET", f"/v1/mentorships?program_id={program.id}").json["items"]
    assert [(each["state"], each["health"]) for each in pairs] == [("agreement_pending", "new")] * 3
    first = Pair(association, program.id, pairs[0]["mentor_id"], pairs[0]["mentee_id"], pairs[0]["id"])
    first.agree()
    first.call(first.mentor, "POST", "/rematch")
    [task] = association.coordinator("GET", f"/v1/tasks?program_id={program.id}&state=open").json["items"]
    assert (task["kind"], task["mentorship_id"]) == ("rematch", first.mentorship)
    shown = update(association, written["id"], written["items"][:2])
    assert (shown["live_plans"], shown["plans_behind"]) == (2, 0)
    funnel = association.coordinator("GET", f"{path}/report").json["funnel"]
    assert sum(each["mentors"] + each["mentees"] for each in funnel if each["stage"] == "matched") == 6
    table = association.coordinator("GET", f"{path}/report?format=csv")
    assert table.content_type.startswith("text/csv")


def test_p8_a_pair_is_guided_from_the_match_to_the_end(association: Association) -> None:
    """Both know what to agree on, what comes next, how far they are, and how it ends."""
    written = template(association, *ITEMS)
    program = association.program()
    association.coordinator("PATCH", f"/v1/programs/{program.id}", {"settings": {"template_id": written["id"]}})
    mentors, mentees = cohort(association, program, 1)
    run = computed(association, program)
    [proposal] = proposals_of(association, run)
    association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": "approved"})
    publish(association, run)
    [found] = association.call(mentees[0], "GET", "/v1/mentorships").json["items"]
    made = Pair(association, program.id, mentors[0], mentees[0], found["id"])

    association.do_due_work()
    assert told(association) == [("tip", [made.mentee], "2026-01-07")]
    drafted = made.call(made.mentee, "GET", "/agreement/draft").json
    for text in ("boundaries", "confidentiality", "feedback", "no_fault_exit"):
        assert len(drafted[text]) > 40, "words to begin with, not a blank page"
    made.call(made.mentee, "PUT", "/agreement", {**drafted, "goals": TERMS["goals"]})
    for who in (made.mentor, made.mentee):
        made.call(who, "POST", "/agreement/sign", {"version": 1})
    [goal] = made.call(made.mentor, "GET", "/goals").json["items"]
    assert goal["statement"] == TERMS["goals"][0]
    assert [each["due_on"] for each in plan(made)] == sorted(each["due_on"] for each in plan(made))
    association.clock.pass_by(weeks=26)
    association.do_due_work()
    assert made.call(made.mentee, "GET").json["state"] == "completing"
    assert "closing_rating" in tasks(made, made.mentee)
    assert "plan_item" in tasks(made, made.mentor)
