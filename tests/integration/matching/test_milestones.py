"""What a pair reaches, and how one thanks the other."""

from typing import Any

from services.matching.domain.member import Side, Skill
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import Pair, pair, pair_at_work

CONCEPT = "http://data.europa.eu/esco/skill/28722c99"


def milestone(made: Pair, **more: Any) -> str:
    answer = made.call(made.mentee, "POST", "/milestones", {"title": "Give a secret talk", **more})
    assert answer.status_code == 201, answer.json
    assert answer.headers["Location"] == f"{made.path}/milestones/{answer.json['id']}"
    return f"/milestones/{answer.json['id']}"


def test_a_milestone_is_completed_with_evidence_and_a_level_and_its_words_stay(association: Association) -> None:
    made = pair_at_work(association)
    association.tell_of(made.mentee, skills=(Skill("Public speaking", Side.SEEKS, 2, CONCEPT),))
    path = milestone(made, skill="public speaking", due_on="2026-03-01")
    done = made.call(made.mentee, "PATCH", path, {"state": "completed", "evidence": "secret slides", "level": 3})
    assert (done.json["state"], done.json["level"], done.json["evidence"]) == ("completed", 3, "secret slides")
    (told,) = made.told("milestone.completed.v1")
    assert (told["skill_id"], told["level"], told["due_on"]) == (CONCEPT, 3, "2026-03-01")
    assert told["completed_at"] == "2026-01-07T12:00:00Z"
    assert "secret" not in str(made.told())
    assert made.call(made.mentee, "PATCH", path, {"title": "Another"}).status_code == 409


def test_a_skill_by_a_label_that_the_profile_does_not_know_does_not_travel(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "PATCH", milestone(made, skill="my shyness"), {"state": "completed"})
    (told,) = made.told("milestone.completed.v1")
    assert "skill_id" not in told
    assert "shyness" not in str(made.told())


def test_a_milestone_is_revised_and_dropped(association: Association) -> None:
    made = pair_at_work(association)
    path = milestone(made, due_on="2026-03-01")
    revised = made.call(made.mentor, "PATCH", path, {"title": "Give two talks", "due_on": None}).json
    assert (revised["title"], revised["due_on"]) == ("Give two talks", None)
    assert made.call(made.mentor, "PATCH", path, {"state": "dropped"}).json["state"] == "dropped"
    assert [one["state"] for one in made.told("milestone.updated.v1")] == ["open", "dropped"]
    assert made.call(made.mentor, "PATCH", path, {"state": "completed"}).status_code == 409
    assert made.call(made.mentor, "PATCH", path, {"state": "open"}).status_code == 409


def test_evidence_comes_with_the_completion(association: Association) -> None:
    made = pair_at_work(association)
    refused = made.call(made.mentee, "PATCH", milestone(made), {"evidence": "Early slides"})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/state")


def test_milestones_are_listed_under_their_own_mentorship_only(association: Association) -> None:
    made, other = pair_at_work(association), pair_at_work(association)
    path = milestone(made)
    assert [one["id"] for one in made.call(made.mentor, "GET", "/milestones").json["items"]] == [path[12:]]
    assert made.call(made.mentor, "GET", path).headers["ETag"] == '"1"'
    assert other.call(other.mentor, "GET", path).status_code == 404
    assert other.call(other.mentor, "PATCH", path, {"state": "dropped"}).status_code == 404


def test_a_milestone_without_a_title_or_with_an_impossible_day_is_refused(association: Association) -> None:
    made = pair_at_work(association)
    refused = made.call(made.mentee, "POST", "/milestones", {"due_on": "2026-02-30"})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/title", "/due_on"}


def test_thanks_go_to_the_partner_and_their_words_stay(association: Association) -> None:
    made = pair(association)
    sent = made.call(made.mentee, "POST", "/appreciations", {"text": "A secret thank you", "public": True})
    assert (sent.status_code, sent.json["to_id"], sent.json["public"]) == (201, made.mentor, True)
    made.call(made.mentor, "POST", "/appreciations", {"text": "And to you"})
    assert [one["text"] for one in made.call(made.mentor, "GET", "/appreciations").json["items"]].count(
        "A secret thank you"
    ) == 1
    told = made.told("appreciation.sent.v1")
    assert [(one["from_id"], one["to_id"], one["public"]) for one in told] == [
        (made.mentee, made.mentor, True),
        (made.mentor, made.mentee, False),
    ]
    assert "secret" not in str(told)


def test_thanks_are_never_too_late(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentor, "POST", "/end")
    assert made.call(made.mentee, "POST", "/appreciations", {"text": "Thank you"}).status_code == 201
