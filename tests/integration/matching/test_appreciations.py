"""Thanks are shown to others exactly as long as both agree; what has come of it reaches the former mentor."""

from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import Pair, pair, pair_at_work
from tests.integration.matching.surveying import asked, ended, write
from tests.integration.matching.telling import merged, tell
from tests.integration.matching.test_blocks import block
from tests.integration.matching.test_erasing import erase
from tests.integration.matching.test_milestones import milestone

STRANGERS = "globex"


def thanks(made: Pair, *, public: bool = True, text: str = "You opened the door") -> str:
    answer = made.call(made.mentee, "POST", "/appreciations", {"text": text, "public": public})
    assert answer.status_code == 201, answer.json
    found: str = answer.json["id"]
    return found


def consent(made: Pair, who: str, of: str, body: Any = None, **options: Any) -> Any:
    return made.association.call(who, "POST", f"/v1/appreciations/{of}/consent", body or {}, **options)


def shown(made: Pair, of: str, who: str | None = None) -> list[str]:
    answer = made.association.call(who or new_id(), "GET", f"/v1/appreciations?member_id={of}")
    assert answer.status_code == 200, answer.json
    return [each["text"] for each in answer.json["items"]]


def published(made: Pair) -> list[tuple[bool, str]]:
    return [(each["public"], each["by_id"]) for each in made.told("appreciation.published.v1")]


def test_thanks_are_shown_from_the_consent_of_both_until_either_takes_it_back(association: Association) -> None:
    made = pair_at_work(association)
    of = thanks(made)
    assert (shown(made, made.mentor), published(made)) == ([], [])
    agreed = consent(made, made.mentor, of)
    assert (agreed.status_code, agreed.json["is_shown"]) == (200, True)
    assert shown(made, made.mentor) == ["You opened the door"]
    consent(made, made.mentor, of)
    consent(made, made.mentee, of)
    assert published(made) == [(True, made.mentor)]
    taken_back = consent(made, made.mentee, of, {"public": False})
    assert taken_back.json["is_shown"] is False
    assert shown(made, made.mentor) == []
    assert published(made) == [(True, made.mentor), (False, made.mentee)]
    assert "opened the door" not in str(association.messages())


def test_a_receiver_s_yes_alone_shows_nothing_until_the_author_wants_it_too(association: Association) -> None:
    made = pair_at_work(association)
    of = thanks(made, public=False)
    assert consent(made, made.mentor, of).json["is_shown"] is False
    assert (shown(made, made.mentor), published(made)) == ([], [])
    assert consent(made, made.mentee, of).json["is_shown"] is True
    assert published(made) == [(True, made.mentee)]


@pytest.mark.parametrize("round_", range(5))
def test_when_both_agree_at_the_same_moment_it_is_published_once(association: Association, round_: int) -> None:
    made = pair_at_work(association)
    of = thanks(made, public=False)
    at_once([lambda who=who: consent(made, who, of) for who in (made.mentor, made.mentee)])  # type: ignore[misc]
    assert [public for public, _ in published(made)] == [True]
    assert shown(made, made.mentor) == ["You opened the door"]


@pytest.mark.parametrize("round_", range(5))
def test_a_yes_against_a_no_leaves_it_unshown_and_the_last_word_told(association: Association, round_: int) -> None:
    made = pair_at_work(association)
    of = thanks(made)
    at_once([lambda: consent(made, made.mentor, of), lambda: consent(made, made.mentee, of, {"public": False})])
    assert shown(made, made.mentor) == []
    assert [public for public, _ in published(made)] in ([], [True, False])


def test_nobody_else_can_agree_nor_see_that_there_is_something(association: Association) -> None:
    made = pair_at_work(association)
    of = thanks(made)
    assert consent(made, association.member(), of).status_code == 404
    assert consent(made, made.mentor, of, roles=("coordinator",)).status_code == 403
    assert consent(made, made.mentor, of, tenant=STRANGERS).status_code == 404
    consent(made, made.mentor, of)
    foreign = association.call(made.mentor, "GET", "/v1/appreciations", tenant=STRANGERS)
    assert foreign.json == {"items": [], "next": None}


def test_a_stale_consent_is_refused(association: Association) -> None:
    made = pair_at_work(association)
    of = thanks(made)
    tag = made.call(made.mentee, "POST", "/appreciations", {"text": "Again"}).headers["ETag"]
    consent(made, made.mentor, of)
    assert consent(made, made.mentor, of, {"public": False}, headers={"If-Match": tag}).status_code == 412


def test_who_shows_recognition_to_nobody_sees_it_alone(association: Association) -> None:
    made = pair_at_work(association)
    consent(made, made.mentor, thanks(made))
    association.tell_of(made.mentor, visibility={"recognition": "nobody"})
    assert shown(made, made.mentor) == []
    assert shown(made, made.mentor, made.mentor) == ["You opened the door"]


@pytest.mark.parametrize("leaves", ["mentor", "mentee"])
def test_with_an_erased_one_s_consent_thanks_are_shown_no_more_and_others_hear_it(
    association: Association, leaves: str
) -> None:
    made = pair_at_work(association)
    consent(made, made.mentor, thanks(made))
    erase(association, getattr(made, leaves))
    assert shown(made, made.mentor) == []
    assert [each["public"] for each in made.told("appreciation.published.v1")] == [True, False]


def test_a_mentee_is_asked_90_and_180_days_after_the_good_end_what_has_come_of_it(association: Association) -> None:
    made = ended(association)

    def impacts() -> list[tuple[str, str]]:
        told = made.told("feedback.requested.v1")
        return [(each["kind"], each["member_id"]) for each in told if each["kind"].startswith("impact")]

    association.clock.pass_by(days=89)
    association.do_due_work()
    assert impacts() == []
    association.clock.pass_by(days=1)
    association.do_due_work()
    assert impacts() == [("impact_90", made.mentee)]
    assert "impact_90" not in {each["kind"] for each in asked(made, made.mentor)}
    write(made, made.mentee, text="I lead the team now")
    [word] = made.call(made.mentor, "GET", "/appreciations").json["items"]
    assert (word["kind"], word["text"], word["from_id"]) == ("progress", "I lead the team now", made.mentee)
    assert [each["kind"] for each in made.told("appreciation.sent.v1")] == ["progress"]
    assert made.told("feedback.revealed.v1") == []
    association.clock.pass_by(days=90)
    association.do_due_work()
    association.do_due_work()
    assert impacts() == [("impact_90", made.mentee), ("impact_180", made.mentee)]


def test_the_program_says_when_a_mentee_is_asked_and_nobody_is_after_an_early_end(association: Association) -> None:
    made, left = pair_at_work(association), pair_at_work(association)
    path = f"/v1/programs/{made.program_id}"
    assert association.coordinator("PATCH", path, {"settings": {"impact_days": [10, 20]}}).status_code == 200
    refused = association.coordinator("PATCH", path, {"settings": {"impact_days": [20, 10]}})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/settings/impact_days")
    made.call(made.mentor, "POST", "/complete")
    left.call(left.mentor, "POST", "/end", {"reason": "no_time"})
    association.clock.pass_by(days=200)
    association.do_due_work()
    assert "impact_90" in {each["kind"] for each in made.told("feedback.requested.v1")}
    assert {each["kind"] for each in left.told("feedback.requested.v1")} == {"early_end"}


def test_a_mentor_cannot_answer_what_the_mentee_alone_is_asked(association: Association) -> None:
    made = ended(association)
    association.clock.pass_by(days=90)
    association.do_due_work()
    write(made, made.mentor, 404, survey=asked(made, made.mentee)[-1]["id"], text="All well")
    refused = made.call(
        made.mentee,
        "POST",
        "/feedback",
        {"survey_id": asked(made, made.mentee)[-1]["id"], "ratings": {"satisfaction": 3}},
    )
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/ratings/satisfaction")


def circle(made: Pair, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = made.association.call(who, "GET", f"/v1/circle{query}")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_a_circle_says_whom_one_helped_and_who_helped_in_dates_and_numbers(association: Association) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentee, "PATCH", milestone(made), {"state": "completed"}).status_code == 200
    thanks(made)
    made.call(made.mentor, "POST", "/complete")
    [helped] = circle(made, made.mentor)
    [helped_by] = circle(made, made.mentee, "?side=helped_by")
    assert (helped["partner_id"], helped["helped"], helped["thanks_received"]) == (made.mentee, True, 1)
    assert (helped_by["partner_id"], helped_by["helped"], helped_by["thanks_sent"]) == (made.mentor, False, 1)
    for tie in (helped, helped_by):
        assert (tie["program"], tie["state"], tie["milestones_completed"]) == ("Spring", "completed", 1)
    assert circle(made, made.mentor, "?side=helped_by") == []
    assert "opened the door" not in str(circle(made, made.mentor))


def test_a_circle_holds_nobody_with_whom_nothing_was_agreed_and_nothing_of_others(association: Association) -> None:
    made, stranger = pair(association), pair_at_work(association)
    assert circle(made, made.mentor) == []
    assert [each["partner_id"] for each in circle(stranger, stranger.mentor)] == [stranger.mentee]
    foreign = association.call(stranger.mentor, "GET", "/v1/circle", tenant=STRANGERS)
    assert foreign.json["items"] == []


def test_feedback_and_thanks_follow_a_member_who_is_merged(association: Association) -> None:
    made = ended(association)
    consent(made, made.mentor, thanks(made))
    write(made, made.mentee, text="Mine")
    survivor = association.member()
    tell(association, merged(association, made.mentee, survivor))
    association.do_due_work()
    [survey] = asked(made, survivor)
    assert survey["mine"]["text"] == "Mine"
    [tie] = circle(made, survivor)
    assert (tie["partner_id"], tie["thanks_sent"]) == (made.mentor, 1)
    answer = association.call(new_id(), "GET", f"/v1/appreciations?member_id={made.mentor}").json["items"]
    assert [each["from_id"] for each in answer] == [survivor]


def test_thanks_to_or_by_whom_one_is_kept_apart_from_are_not_listed(association: Association) -> None:
    made, others = pair_at_work(association), [association.member() for _ in range(3)]
    consent(made, made.mentor, thanks(made))
    block(association, made.mentor, others[0])
    block(association, others[1], made.mentee)
    assert [len(shown(made, made.mentor, each)) for each in (made.mentor, *others)] == [1, 0, 0, 1]
