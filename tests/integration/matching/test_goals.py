"""What a pair works toward, and how far the mentee is."""

from functools import partial
from typing import Any

import pytest

from services.matching.domain.forgetting import GONE
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import TERMS, Pair, pair, pair_at_work
from tests.integration.matching.test_erasing import erase
from tests.integration.matching.test_extending import LATER, tasks
from tests.scanning import places_of

LEAD = {"statement": "Lead a team", "measure": "A team of three for a quarter", "target_date": "2026-06-01"}


def goal(made: Pair, **more: Any) -> str:
    answer = made.call(made.mentee, "POST", "/goals", {"statement": "Speak in public", **more})
    assert answer.status_code == 201, answer.json
    assert answer.headers["Location"] == f"{made.path}/goals/{answer.json['id']}"
    found: str = answer.json["id"]
    return found


def goals(made: Pair) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.call(made.mentor, "GET", "/goals").json["items"]
    return found


def rate(made: Pair, who: str, moment: str, level: int, **about: str) -> Any:
    return made.call(who, "POST", "/ratings", {"moment": moment, "level": level, **about})


def test_what_both_signed_names_their_goals(association: Association) -> None:
    made = pair_at_work(association)
    [agreed] = goals(made)
    assert (agreed["statement"], agreed["state"], agreed["agreed_in"]) == ("Lead a team", "open", 1)
    goal(made)
    made.call(made.mentee, "PUT", "/agreement", {**TERMS, "goals": ["lead a team", "Chair a meeting"]})
    made.call(made.mentee, "POST", "/agreement/sign", {"version": 2})
    assert [each["statement"] for each in goals(made)] == ["Lead a team", "Speak in public"], "signed by one"
    made.call(made.mentor, "POST", "/agreement/sign", {"version": 2})
    made.call(made.mentee, "PUT", "/agreement", {**TERMS, "goals": ["Chair a meeting"]})
    for who in (made.mentor, made.mentee):
        made.call(who, "POST", "/agreement/sign", {"version": 3})
    assert [(each["statement"], each["state"]) for each in goals(made)] == [
        ("Lead a team", "dropped"),
        ("Speak in public", "open"),
        ("Chair a meeting", "open"),
    ]


def test_a_goal_is_set_followed_by_both_and_achieved(association: Association) -> None:
    made = pair(association)
    path = f"/goals/{goal(made, **LEAD, baseline=2)}"
    made.agree()
    for who, text in ((made.mentee, "First meeting led"), (made.mentor, "Well prepared")):
        assert made.call(who, "POST", f"{path}/progress", {"text": text}).status_code == 201
    shown = made.call(made.mentor, "GET", path).json
    assert [(each["by"], each["text"]) for each in shown["progress"]] == [
        ("mentee", "First meeting led"),
        ("mentor", "Well prepared"),
    ]
    assert (shown["measure"], shown["target_date"], shown["baseline"]) == (LEAD["measure"], "2026-06-01", 2)
    revised = made.call(made.mentor, "PATCH", path, {"measure": "A team of five", "target_date": None}).json
    assert (revised["measure"], revised.get("target_date")) == ("A team of five", None)
    done = made.call(made.mentee, "PATCH", path, {"state": "achieved"}).json
    assert (done["state"], done["closed_at"]) == ("achieved", "2026-01-07T12:00:00Z")
    for body in ({"state": "open"}, {"state": "dropped"}, {"statement": "Other"}):
        assert made.call(made.mentee, "PATCH", path, body).status_code == 409, body
    assert made.call(made.mentee, "POST", f"{path}/progress", {"text": "More"}).status_code == 409


def test_a_pair_works_toward_three_goals_at_a_time(association: Association) -> None:
    made = pair(association)
    body = {"statement": "Another"}
    works = [partial(made.call, who, "POST", "/goals", body) for who in (made.mentor, made.mentee)] * 3
    assert sorted(answer.status_code for answer in at_once(works)) == [201, 201, 201, 409, 409, 409]
    first = goals(made)[0]["id"]
    made.call(made.mentee, "PATCH", f"/goals/{first}", {"state": "dropped"})
    assert made.call(made.mentor, "POST", "/goals", body).status_code == 201


def test_the_mentee_says_how_far_the_mentee_is(association: Association) -> None:
    made = pair(association)
    refused = made.call(made.mentor, "POST", "/goals", {**LEAD, "baseline": 1})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/baseline")
    assert goals(made) == []
    own = goal(made)
    assert rate(made, made.mentor, "before", 1, goal_id=own).json["by"] == "mentor"
    assert goals(made)[0].get("baseline") is None
    assert rate(made, made.mentee, "before", 3, goal_id=own).status_code == 201
    assert goals(made)[0]["baseline"] == 3


def test_before_and_at_the_end_are_rated_once_and_in_between_at_will(association: Association) -> None:
    made = pair_at_work(association)
    works = [partial(rate, made, made.mentee, "before", level, skill="Public speaking") for level in (1, 2, 3, 4)]
    assert sorted(answer.status_code for answer in at_once(works)) == [201, 409, 409, 409]
    assert rate(made, made.mentee, "before", 5, skill=" public SPEAKING").status_code == 409
    for level in (2, 3):
        assert rate(made, made.mentee, "during", level, skill="Public speaking").status_code == 201
    early = rate(made, made.mentee, "end", 5, skill="Public speaking")
    assert (early.status_code, "is not rated at the end" in early.json["detail"]) == (409, True)
    made.call(made.mentor, "POST", "/complete")
    assert rate(made, made.mentee, "end", 5, skill="Public speaking").status_code == 201
    assert rate(made, made.mentee, "before", 5, skill="Chess").status_code == 409
    listed = made.call(made.mentor, "GET", "/ratings").json["items"]
    assert [each["moment"] for each in listed] == ["before", "during", "during", "end"]


@pytest.mark.parametrize(
    ("about", "pointer"),
    [({}, ""), ({"skill": " "}, ""), ({"goal_id": "019ab000-7c1e-7b5e-9c55-0000000000a1"}, "/goal_id")],
)
def test_a_rating_of_nothing_the_pair_has_is_refused(
    association: Association, about: dict[str, str], pointer: str
) -> None:
    made = pair(association)
    refused = rate(made, made.mentee, "before", 3, **about)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)
    assert rate(made, made.mentee, "before", 6, skill="Chess").status_code == 422


def test_the_closing_rating_is_asked_for_once_and_done_when_every_goal_has_one(association: Association) -> None:
    made = pair_at_work(association)
    second = goal(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    assert (tasks(made, made.mentee), tasks(made, made.mentor)) == (["closing_rating"], [])
    rate(made, made.mentee, "end", 4, goal_id=second)
    made.call(made.mentee, "POST", "/complete")
    assert tasks(made, made.mentee) == ["closing_rating"]
    assert len([one for one in association.messages("task.created.v1") if one["kind"] == "closing_rating"]) == 1
    rate(made, made.mentor, "end", 5, goal_id=goals(made)[0]["id"])
    assert tasks(made, made.mentee) == ["closing_rating"], "what the mentor thinks is no self-rating"
    rate(made, made.mentee, "end", 5, goal_id=goals(made)[0]["id"])
    assert (tasks(made, made.mentee), tasks(made, made.mentee, "done")) == ([], ["closing_rating"])
    assert [each["closing"] for each in goals(made)] == [5, 4]


def test_the_last_two_closing_ratings_at_once_settle_the_task(association: Association) -> None:
    made = pair_at_work(association)
    goal(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    both = [partial(rate, made, made.mentee, "end", 4, goal_id=each["id"]) for each in goals(made)]
    assert {answer.status_code for answer in at_once(both)} == {201}
    assert (tasks(made, made.mentee), tasks(made, made.mentee, "done")) == ([], ["closing_rating"])


def test_nobody_is_asked_for_a_closing_rating_of_nothing_or_when_they_go_on(association: Association) -> None:
    made, other = pair_at_work(association), pair_at_work(association)
    made.call(made.mentee, "PATCH", f"/goals/{goals(made)[0]['id']}", {"state": "dropped"})
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    assert (tasks(made, made.mentee), tasks(other, other.mentee)) == ([], ["closing_rating"])
    for who in (other.mentor, other.mentee):
        other.call(who, "POST", "/extend", LATER)
    assert (tasks(other, other.mentee), tasks(other, other.mentee, "dismissed")) == ([], ["closing_rating"])


def test_who_drops_the_last_goal_without_a_closing_rating_is_not_asked_for_one_any_more(
    association: Association,
) -> None:
    made = pair_at_work(association)
    second = goal(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    rate(made, made.mentee, "end", 4, goal_id=second)
    assert tasks(made, made.mentee) == ["closing_rating"]
    made.call(made.mentee, "PATCH", f"/goals/{goals(made)[0]['id']}", {"state": "dropped"})
    assert (tasks(made, made.mentee), tasks(made, made.mentee, "dismissed")) == ([], ["closing_rating"])


def test_the_last_rating_and_the_drop_of_the_other_goal_at_once_leave_nothing_to_ask_for(
    association: Association,
) -> None:
    made = pair_at_work(association)
    second = goal(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    first = goals(made)[0]["id"]
    rating = partial(rate, made, made.mentee, "end", 4, goal_id=second)
    dropping = partial(made.call, made.mentor, "PATCH", f"/goals/{first}", {"state": "dropped"})
    assert sorted(answer.status_code for answer in at_once([rating, dropping])) == [200, 201]
    assert tasks(made, made.mentee) == []


def test_goals_and_ratings_are_the_pair_s_alone(association: Association) -> None:
    made, other = pair_at_work(association), pair_at_work(association)
    path = f"/goals/{goal(made)}"
    for method, below, body in (
        ("GET", "/goals", None),
        ("POST", "/goals", LEAD),
        ("GET", path, None),
        ("PATCH", path, {"state": "dropped"}),
        ("POST", f"{path}/progress", {"text": "Mine"}),
        ("GET", "/ratings", None),
        ("POST", "/ratings", {"moment": "during", "level": 1, "skill": "Chess"}),
    ):
        assert made.call(other.mentor, method, below, body).status_code == 404, (method, below)
        assert association.coordinator(method, made.path + below, body).status_code == 403, (method, below)
    assert other.call(other.mentor, "GET", path).status_code == 404
    assert "Speak" not in str(association.messages())


def test_a_goal_changed_by_the_other_meanwhile_is_not_overwritten(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/goals/{goal(made)}"
    known = {"If-Match": made.call(made.mentor, "GET", path).headers["ETag"]}
    made.call(made.mentee, "PATCH", path, {"measure": "A talk"})
    assert made.call(made.mentor, "PATCH", path, {"measure": "Two talks"}, headers=known).status_code == 412


def test_a_mentorship_on_hold_sets_no_goals(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/goals/{goal(made)}"
    made.call(made.mentor, "POST", "/hold")
    assert made.call(made.mentee, "POST", "/goals", LEAD).status_code == 409
    assert made.call(made.mentee, "PATCH", path, {"state": "achieved"}).status_code == 409
    assert rate(made, made.mentee, "during", 2, skill="Chess").status_code == 409


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_the_goals_and_numbers_of_an_erased_one_go(association: Association, side: str) -> None:
    made = pair_at_work(association)
    who, partner = (made.mentor, made.mentee) if side == "mentor" else (made.mentee, made.mentor)
    own = made.call(who, "POST", "/goals", {"statement": "zymurgy", "measure": "zymurgy"}).json["id"]
    plain = made.call(partner, "POST", "/goals", {"statement": "plain"}).json["id"]
    made.call(who, "POST", f"/goals/{plain}/progress", {"text": "zymurgy"})
    made.call(partner, "POST", f"/goals/{own}/progress", {"text": "plain"})
    rate(made, who, "during", 1, skill="zymurgy")
    rate(made, partner, "during", 2, skill="plain")
    erase(association, who)
    assert places_of(association.foundation.database, "zymurgy") == []
    found = made.call(partner, "GET", "/goals").json["items"][1:]
    assert [(each["statement"], each["progress"][0]["text"]) for each in found] == [(GONE, "plain"), ("plain", GONE)]
    assert [each["level"] for each in made.call(partner, "GET", "/ratings").json["items"]] == [2]
