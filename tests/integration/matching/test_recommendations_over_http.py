"""Recommendations: who fits one member, told to them, or to staff."""

from services.matching.domain.enrollment import Role
from shared.ids import new_id
from tests.integration.matching.asking import paired
from tests.integration.matching.association import Association
from tests.integration.matching.cohort import speaker
from tests.integration.matching.telling import Ticket, tell


def test_a_member_gets_the_best_first_with_reasons_in_the_second_person(association: Association) -> None:
    program = association.program()
    best = speaker(association, program, Role.MENTOR, "law", "sailing")
    good = speaker(association, program, Role.MENTOR, "law")
    full = speaker(association, program, Role.MENTOR, "law", "sailing")
    paired(association, program, full, speaker(association, program, Role.MENTEE, "law"))
    mentee = speaker(association, program, Role.MENTEE, "law", "sailing", visibility={"skills": "nobody"})
    path = f"/v1/programs/{program.id}/recommendations"
    answer = association.call(mentee, "GET", path)
    assert answer.status_code == 200
    assert [each["mentor_id"] for each in answer.json["items"]] == [best, good]
    assert answer.json["items"][0]["reasons"][0] == "offers 2 of the 2 skills you seek: law, sailing"
    assert len(association.call(mentee, "GET", f"{path}?limit=1").json["items"]) == 1
    staff = association.coordinator("GET", f"{path}?member_id={mentee}").json["items"]
    assert [each["score"] for each in staff] == [each["score"] for each in answer.json["items"]]
    assert not any("sailing" in reason for each in staff for reason in each["reasons"])


def test_a_mentor_is_recommended_mentees(association: Association) -> None:
    program = association.program()
    mentee = speaker(association, program, Role.MENTEE, "law")
    mentor = speaker(association, program, Role.MENTOR, "law")
    path = f"/v1/programs/{program.id}/recommendations"
    [found] = association.call(mentor, "GET", f"{path}?role=mentor").json["items"]
    assert (found["mentee_id"], found["reasons"][0]) == (mentee, "you offer 1 of the 1 skill the mentee seeks: law")
    assert association.call(mentor, "GET", f"{path}?role=mentee").status_code == 404


def test_having_been_at_the_same_event_counts(association: Association) -> None:
    program, event = association.program(), new_id()
    speaker(association, program, Role.MENTOR, "law")
    there = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    for member in (there, mentee):
        tell(association, Ticket(association, event, member).checked_in())
    found = association.call(mentee, "GET", f"/v1/programs/{program.id}/recommendations").json["items"]
    assert found[0]["mentor_id"] == there
    assert "you were at the same event" in found[0]["reasons"]
    assert "you have not been at the same event" in found[1]["reasons"]


def test_only_approved_members_get_any_and_only_their_own(association: Association) -> None:
    program = association.program()
    member = association.mentee(program)
    path = f"/v1/programs/{program.id}/recommendations"
    assert association.call(association.member(), "GET", path).status_code == 404
    assert association.call(association.mentor(program), "GET", f"{path}?member_id={member}").status_code == 404
    assert association.coordinator("GET", f"{path}?member_id={new_id()}").status_code == 404
