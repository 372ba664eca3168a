"""Members report each other to the staff; who is reported never learns of it, whatever they may read."""

from typing import Any

import pytest

from services.matching.domain.forgetting import GONE
from shared.contracts.defaults import DEFAULTS
from shared.ids import new_id
from tests.integration.matching.asking import asked
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import pair_at_work
from tests.integration.matching.telling import merged, tell
from tests.integration.matching.test_erasing import erase
from tests.scanning import places_of

STAFF = ("coordinator",)


def report(association: Association, by: str, member: str, *evidence: tuple[str, str], **more: Any) -> Any:
    named = [{"kind": kind, "id": identifier} for kind, identifier in evidence]
    body = {"reported_id": member, "category": "harassment", "text": "They wrote this.", "evidence": named, **more}
    return association.call(by, "POST", "/v1/reports", body)


def reported(association: Association, by: str, member: str, *evidence: tuple[str, str], **more: Any) -> str:
    answer = report(association, by, member, *evidence, **more)
    assert answer.status_code == 201, answer.json
    identifier: str = answer.json["id"]
    return identifier


def decide(association: Association, report_id: str, state: str, **more: Any) -> Any:
    return association.coordinator("PATCH", f"/v1/reports/{report_id}", {"state": state, **more})


def closed(association: Association, report_id: str, **action: Any) -> Any:
    """Reviewed and, with an action, acted on; otherwise dismissed."""
    assert decide(association, report_id, "under_review").status_code == 200
    ended = {"state": "actioned", "action": action} if action else {"state": "dismissed"}
    answer = association.coordinator("PATCH", f"/v1/reports/{report_id}", ended)
    assert answer.status_code == 200, answer.json
    return answer.json


def audited(association: Association) -> list[dict[str, Any]]:
    return list(association.foundation.database["audit"].find().sort("_id", 1))


def test_an_abusive_request_can_be_reported_and_is_seen_as_it_was_by_coordinators_alone(
    association: Association,
) -> None:
    """A mentee asks to have an exam sat for them."""
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    [request] = asked(association, program, mentee, mentor, message="Sit my exam for me.")
    made = report(association, mentor, mentee, ("request", request), category="inappropriate")
    assert (made.status_code, made.json["state"], made.json.get("reporter_id")) == (201, "new", None)
    association.call(mentee, "POST", f"/v1/requests/{request}/withdraw")

    seen = association.coordinator("GET", made.headers["Location"]).json
    assert (seen["reporter_id"], seen["reported_id"], seen["text"]) == (mentor, mentee, "They wrote this.")
    [evidence] = seen["evidence"]
    assert (evidence["kind"], evidence["id"], evidence["content"]["message"]) == (
        "request",
        request,
        "Sit my exam for me.",
    )
    assert evidence["content"]["state"] == "sent"
    own = association.call(mentor, "GET", made.headers["Location"]).json
    assert own["evidence"] == [{"kind": "request", "id": request}]
    for who in (mentee, association.member()):
        assert association.call(who, "GET", made.headers["Location"]).status_code == 404
        assert association.call(who, "GET", "/v1/reports").json["items"] == []
    assert association.call(mentor, "GET", "/v1/reports", tenant="other").json["items"] == []
    assert association.coordinator("GET", made.headers["Location"], tenant="other").status_code == 404


def test_evidence_is_what_the_reporter_can_see_and_lies_between_the_two(association: Association) -> None:
    made = pair_at_work(association)
    meeting = made.call(made.mentor, "POST", "/sessions", {"starts_at": "2026-02-01T10:00:00Z", "duration_minutes": 30})
    thanks = made.call(made.mentor, "POST", "/appreciations", {"text": "You are mine."}).json["id"]
    evidence = (("mentorship", made.mentorship), ("session", meeting.json["id"]), ("appreciation", thanks))
    found = association.coordinator("GET", f"/v1/reports/{reported(association, made.mentee, made.mentor, *evidence)}")
    [pair, session, words] = [each["content"] for each in found.json["evidence"]]
    assert pair["agreement"]["terms"]["goals"] == ["Lead a team"]
    assert session["starts_at"] == "2026-02-01T10:00:00Z"
    assert words["text"] == "You are mine."

    other = pair_at_work(association)
    for by, member, named in (
        (made.mentee, made.mentor, ("mentorship", other.mentorship)),
        (made.mentee, other.mentor, ("mentorship", made.mentorship)),
        (other.mentee, made.mentor, ("session", meeting.json["id"])),
        (made.mentee, made.mentor, ("request", new_id())),
    ):
        refused = report(association, by, member, named)
        assert refused.status_code == 422
        assert [fault["pointer"] for fault in refused.json["errors"]] == ["/evidence/0/id"]


def test_nobody_reports_themselves_or_a_stranger(association: Association) -> None:
    member = association.member()
    assert report(association, member, member).status_code == 409
    assert report(association, member, new_id()).status_code == 404


def test_a_coordinator_who_is_reported_sees_nothing_of_it_and_its_task_names_nobody(association: Association) -> None:
    program = association.program()
    mentee, chief = association.mentee(program), association.mentor(program)
    association.put(program, coordinator_ids=(chief,))
    identifier = reported(association, mentee, chief)
    for method, body in (("GET", None), ("PATCH", {"state": "under_review"})):
        answer = association.call(chief, method, f"/v1/reports/{identifier}", body, roles=STAFF)
        assert answer.status_code == 404
    assert association.call(chief, "GET", "/v1/reports", roles=STAFF).json["items"] == []
    [task] = association.messages("task.created.v1")
    assert (task["kind"], task["reason"], task["program_id"]) == ("report", "harassment", program.id)
    assert mentee not in str(task)
    association.coordinator("GET", f"/v1/reports/{identifier}")
    rows = association.call(chief, "GET", "/v1/audit", roles=STAFF).json
    assert chief in str(rows)
    assert mentee not in str(rows)


def test_every_read_of_evidence_and_every_change_leaves_a_row(association: Association) -> None:
    reporter, member = association.member(), association.member()
    identifier = reported(association, reporter, member)
    assert audited(association) == []
    association.coordinator("GET", f"/v1/reports/{identifier}")
    association.coordinator("GET", "/v1/reports")
    closed(association, identifier, kind="warning")
    rows = audited(association)
    assert len(rows) == 4
    assert all(row["members"] == [member] for row in rows)
    association.call(reporter, "GET", f"/v1/reports/{identifier}")
    assert len(audited(association)) == 4


def test_a_report_goes_from_new_over_review_to_one_of_two_ends(association: Association) -> None:
    reporter, member = association.member(), association.member()
    identifier = reported(association, reporter, member)
    assert decide(association, identifier, "dismissed").status_code == 409
    assert decide(association, identifier, "new").status_code == 422
    reviewer = new_id()
    review = association.call(reviewer, "PATCH", f"/v1/reports/{identifier}", {"state": "under_review"}, roles=STAFF)
    assert (review.json["state"], review.json["reviewer_id"]) == ("under_review", reviewer)
    assert decide(association, identifier, "actioned").status_code == 422
    assert decide(association, identifier, "dismissed", action={"kind": "warning"}).status_code == 422
    assert decide(association, identifier, "dismissed").json["state"] == "dismissed"
    assert decide(association, identifier, "under_review").status_code == 409
    assert association.call(member, "GET", "/v1/measures").json["items"] == []
    assert association.call(reporter, "GET", f"/v1/reports/{identifier}").json["state"] == "dismissed"


def test_a_change_upon_an_older_version_is_refused(association: Association) -> None:
    identifier = reported(association, association.member(), association.member())
    body = {"state": "under_review"}
    for status in (200, 412):
        answer = association.coordinator("PATCH", f"/v1/reports/{identifier}", body, headers={"If-Match": '"1"'})
        assert answer.status_code == status


@pytest.mark.parametrize("action", [{}, {"kind": "removal"}])
def test_text_and_evidence_go_so_many_days_after_the_report_was_closed(
    association: Association, action: dict[str, str]
) -> None:
    made = pair_at_work(association)
    made.call(made.mentor, "POST", "/appreciations", {"text": "zymurgy"})
    thanks = made.call(made.mentee, "GET", "/appreciations").json["items"][0]["id"]
    identifier = reported(association, made.mentee, made.mentor, ("appreciation", thanks), text="quixotry")
    measure = closed(association, identifier, **action).get("measure_id")
    if measure is not None:
        association.call(made.mentor, "POST", f"/v1/measures/{measure}/appeal", {"text": "quixotry"})
    days = DEFAULTS["report_evidence_days"].value
    association.clock.pass_by(days=days, seconds=-1)
    association.do_due_work()
    assert association.coordinator("GET", f"/v1/reports/{identifier}").json["text"] == "quixotry"
    association.clock.pass_by(seconds=2)
    association.do_due_work()
    left = association.coordinator("GET", f"/v1/reports/{identifier}").json
    assert (left.get("text"), left["evidence"]) == (None, [{"kind": "appreciation", "id": thanks, "content": None}])
    assert places_of(association.foundation.database, "quixotry") == []
    if measure is not None:
        assert association.call(made.mentor, "GET", f"/v1/measures/{measure}").json["appeal"]["text"] == GONE


def test_an_erasure_of_either_leaves_the_evidence_until_its_time_is_over(association: Association) -> None:
    association.foundation.database["erasures"].delete_many({})
    made = pair_at_work(association)
    made.call(made.mentor, "POST", "/appreciations", {"text": "zymurgy"})
    thanks = made.call(made.mentee, "GET", "/appreciations").json["items"][0]["id"]
    identifier = reported(association, made.mentee, made.mentor, ("appreciation", thanks))
    for member in (made.mentor, made.mentee):
        erase(association, member)
    seen = association.coordinator("GET", f"/v1/reports/{identifier}").json
    assert seen["evidence"][0]["content"]["text"] == "zymurgy"
    closed(association, identifier)
    association.clock.pass_by(days=DEFAULTS["report_evidence_days"].value)
    association.do_due_work()
    assert places_of(association.foundation.database, "zymurgy") == []


def test_a_report_of_and_by_who_was_merged_is_the_survivor_s(association: Association) -> None:
    reporter, member, one, other = (association.member() for _ in range(4))
    identifier = reported(association, reporter, member)
    tell(association, merged(association, reporter, one), merged(association, member, other))
    assert association.call(one, "GET", f"/v1/reports/{identifier}").status_code == 200
    assert association.call(other, "GET", f"/v1/reports/{identifier}", roles=STAFF).status_code == 404
    closed(association, identifier, kind="warning")
    assert [each["kind"] for each in association.call(other, "GET", "/v1/measures").json["items"]] == ["warning"]


def test_an_export_has_what_the_member_reported_and_nothing_of_what_was_reported_of_them(
    association: Association,
) -> None:
    reporter, member = association.member(), association.member()
    identifier = reported(association, reporter, member)
    closed(association, identifier, kind="warning")
    for who, filed, measures in ((reporter, [identifier], []), (member, [], ["warning"])):
        share = association.call(who, "GET", f"/v1/members/{who}/export-share").json["sections"]
        assert [each["id"] for each in share["reports"]] == filed
        assert [each["kind"] for each in share["measures"]] == measures
        assert who is reporter or reporter not in str(share)
