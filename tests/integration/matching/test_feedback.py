"""Each of a pair answers alone; what both wrote is revealed at one moment, once, or when the time is over."""

import pytest

from shared.ids import new_id
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import Pair, pair, pair_at_work
from tests.integration.matching.surveying import after_a_session, asked, ended, of_program, write
from tests.integration.matching.test_attendance import say
from tests.integration.matching.test_erasing import erase


def kinds(made: Pair) -> list[str]:
    return [each["kind"] for each in made.told("feedback.requested.v1") if each["kind"] != "attendance"]


def revealed(made: Pair) -> list[list[str]]:
    return [each["written_by"] for each in made.told("feedback.revealed.v1")]


def test_both_are_asked_two_questions_of_a_session_once(association: Association) -> None:
    made = after_a_session(association)
    [session] = made.call(made.mentor, "GET", "/sessions").json["items"]
    say(made, made.mentor, f"/sessions/{session['id']}", "held")
    assert kinds(made) == ["session", "session"]
    for who in (made.mentor, made.mentee):
        [survey] = asked(made, who)
        assert (survey["kind"], survey["session_id"], survey["state"]) == ("session", session["id"], "open")
        assert len(survey["questions"]) == 2
    assert {each["member_id"] for each in made.told("feedback.requested.v1")} == {made.mentor, made.mentee}


def test_half_way_to_the_agreed_end_both_are_asked(association: Association) -> None:
    made = pair_at_work(association)
    association.clock.pass_by(weeks=11, days=6)
    association.do_due_work()
    assert kinds(made) == []
    assert asked(made, made.mentee) == []
    association.clock.pass_by(days=2)
    association.do_due_work()
    association.do_due_work()
    assert kinds(made) == ["midpoint", "midpoint"]


def test_who_rests_at_the_midpoint_is_asked_later_and_who_has_ended_is_not(association: Association) -> None:
    resting, over = pair_at_work(association), pair_at_work(association)
    resting.call(resting.mentor, "POST", "/hold")
    over.call(over.mentor, "POST", "/complete")
    association.clock.pass_by(weeks=13)
    association.do_due_work()
    assert kinds(resting) == []
    assert "midpoint" not in kinds(over)
    assert resting.call(resting.mentor, "POST", "/resume").status_code == 200
    association.clock.pass_by(weeks=8)
    association.do_due_work()
    assert kinds(resting) == ["midpoint", "midpoint"]


def test_at_the_agreed_end_both_are_asked_once_also_when_they_say_themselves_that_it_is_over(
    association: Association,
) -> None:
    made = pair_at_work(association)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    assert made.call(made.mentor, "POST", "/complete").status_code == 200
    assert kinds(made).count("close") == 2


def test_after_an_early_end_both_are_asked_if_they_had_begun(association: Association) -> None:
    begun, never = pair_at_work(association), pair(association)
    for made in (begun, never):
        assert made.call(made.mentee, "POST", "/end", {"reason": "no_time"}).status_code == 200
    assert (kinds(begun), kinds(never)) == (["early_end", "early_end"], [])


def test_neither_sees_what_the_other_wrote_nor_whether_until_both_have(association: Association) -> None:
    made = ended(association)
    before, version = asked(made, made.mentor), made.call(made.mentor, "GET", "").headers["ETag"]
    written = write(made, made.mentee, ratings={"satisfaction": 2}, text="You talk too much")
    assert (written["mine"]["text"], written["theirs"]) == ("You talk too much", None)
    assert asked(made, made.mentor) == before
    assert made.call(made.mentor, "GET", "").headers["ETag"] == version
    assert revealed(made) == []
    written = write(made, made.mentor, ratings={"satisfaction": 4}, text="You are brave")
    assert (written["state"], written["theirs"]["text"]) == ("revealed", "You talk too much")
    [seen] = asked(made, made.mentee)
    assert (seen["theirs"]["text"], seen["theirs"]["ratings"]) == ("You are brave", {"satisfaction": 4})
    assert [set(each) for each in revealed(made)] == [{made.mentor, made.mentee}]


def test_after_seven_days_what_one_wrote_is_revealed_and_the_other_writes_no_more(association: Association) -> None:
    made = ended(association)
    write(made, made.mentee, text="Thank you for all of it")
    association.clock.pass_by(days=6, hours=23)
    association.do_due_work()
    assert asked(made, made.mentor)[0]["theirs"] is None
    association.clock.pass_by(hours=1)
    association.do_due_work()
    association.do_due_work()
    assert asked(made, made.mentor)[0]["theirs"]["text"] == "Thank you for all of it"
    assert revealed(made) == [[made.mentee]]
    write(made, made.mentor, 409, text="You, too")


def test_what_nobody_wrote_lapses_and_is_told_to_nobody(association: Association) -> None:
    made = ended(association)
    association.clock.pass_by(days=7)
    association.do_due_work()
    assert asked(made, made.mentor)[0]["state"] == "lapsed"
    assert revealed(made) == []


def test_the_program_says_after_how_many_days(association: Association) -> None:
    made = pair_at_work(association)
    path = f"/v1/programs/{made.program_id}"
    assert association.coordinator("PATCH", path, {"settings": {"feedback_reveal_days": 2}}).status_code == 200
    made.call(made.mentor, "POST", "/complete")
    write(made, made.mentor, text="Well done")
    association.clock.pass_by(days=2)
    association.do_due_work()
    assert revealed(made) == [[made.mentor]]


def test_an_answer_may_be_written_anew_until_it_is_revealed(association: Association) -> None:
    made = ended(association)
    write(made, made.mentee, ratings={"satisfaction": 1}, text="In anger")
    write(made, made.mentee, ratings={"satisfaction": 4}, text="In peace")
    write(made, made.mentor, text="Well done")
    [seen] = asked(made, made.mentor)
    assert (seen["theirs"]["text"], seen["theirs"]["ratings"]) == ("In peace", {"satisfaction": 4})
    write(made, made.mentee, 409, text="In anger again")


@pytest.mark.parametrize("round_", range(5))
def test_when_both_write_at_the_same_moment_it_is_revealed_once(association: Association, round_: int) -> None:
    made = ended(association)
    at_once([lambda who=who: write(made, who, text="Mine") for who in (made.mentor, made.mentee)])  # type: ignore[misc]
    assert [set(each) for each in revealed(made)] == [{made.mentor, made.mentee}]
    assert {asked(made, who)[0]["theirs"]["text"] for who in (made.mentor, made.mentee)} == {"Mine"}


@pytest.mark.parametrize("round_", range(5))
def test_who_writes_as_the_time_runs_out_is_revealed_or_refused_and_never_in_between(
    association: Association, round_: int
) -> None:
    made = ended(association)
    write(made, made.mentee, text="Mine")
    association.clock.pass_by(days=7)
    body = {"survey_id": asked(made, made.mentor)[0]["id"], "text": "At the last moment"}
    answer, _ = at_once([lambda: made.call(made.mentor, "POST", "/feedback", body), association.do_due_work])
    [told] = revealed(made)
    [seen] = asked(made, made.mentee)
    if answer.status_code == 201:
        assert set(told) == {made.mentor, made.mentee}
        assert seen["theirs"]["text"] == "At the last moment"
    else:
        assert answer.status_code == 409
        assert told == [made.mentee]
        assert seen["theirs"] is None


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"ratings": {"satisfaction": 6}}, "/ratings/satisfaction"),
        ({"ratings": {"charm": 3}}, "/ratings/charm"),
        ({"ratings": {"mentor_rating": 3}}, "/ratings/mentor_rating"),
        ({"text": " "}, "/text"),
        ({"text": "x" * 4001}, "/text"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_name(association: Association, said: object, pointer: str) -> None:
    made = ended(association)
    body = {"survey_id": asked(made, made.mentor)[0]["id"], **said}  # type: ignore[dict-item]
    refused = made.call(made.mentor, "POST", "/feedback", body)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_what_is_not_asked_yet_or_not_of_the_pair_cannot_be_answered(association: Association) -> None:
    made, other = pair_at_work(association), ended(association)
    planned = association.store.surveys.of_members("acme", [made.mentee])
    assert [each.state for each in planned] == ["scheduled"]
    for survey in (planned[0].id, asked(other, other.mentee)[0]["id"], new_id()):
        write(made, made.mentee, 404, survey=survey, text="Mine")


def test_the_rating_of_the_mentor_is_seen_by_nobody_of_the_pair_but_its_author(association: Association) -> None:
    made = ended(association)
    assert "mentor_rating" not in {each["code"] for each in asked(made, made.mentor)[0]["questions"]}
    write(made, made.mentee, ratings={"satisfaction": 4, "mentor_rating": 1})
    write(made, made.mentor, ratings={"satisfaction": 5})
    assert asked(made, made.mentor)[0]["theirs"]["ratings"] == {"satisfaction": 4}
    assert asked(made, made.mentee)[0]["mine"]["ratings"] == {"satisfaction": 4, "mentor_rating": 1}
    share = association.call(made.mentor, "GET", f"/v1/members/{made.mentor}/export-share").json
    assert "mentor_rating" not in str(share)
    assert "mentor_rating" not in str(association.messages())


def results(made: Pair) -> dict[str, list[dict[str, object]]]:
    answer = made.association.coordinator("GET", f"/v1/programs/{made.program_id}/feedback")
    assert answer.status_code == 200, answer.json
    found: dict[str, list[dict[str, object]]] = answer.json
    return found


def test_a_coordinator_sees_means_of_five_members_and_more_once_they_are_revealed(association: Association) -> None:
    pairs = of_program(association, 6)
    for number, made in enumerate(pairs[:4]):
        write(made, made.mentee, ratings={"satisfaction": 1 + number, "mentor_rating": 5})
    association.clock.pass_by(days=7)
    association.do_due_work()
    assert (results(pairs[0])["results"], results(pairs[0])["mentors"]) == ([], [])

    more = of_program(association, 5)
    for made in more:
        write(made, made.mentee, ratings={"satisfaction": 4, "mentor_rating": 5})
    assert results(more[0])["results"] == [], "nothing is revealed yet"
    association.clock.pass_by(days=7)
    association.do_due_work()
    of_all = {each["question"]: (each["kind"], each["mean"], each["count"]) for each in results(more[0])["results"]}
    assert of_all == {"satisfaction": ("close", 4.0, 5), "mentor_rating": ("close", 5.0, 5)}
    by_mentor = {(each["mentor_id"], each["question"]) for each in results(more[0])["mentors"]}
    assert by_mentor == {(more[0].mentor, "satisfaction"), (more[0].mentor, "mentor_rating")}


def test_a_mentor_is_not_shown_where_the_rest_would_tell_of_a_few(association: Association) -> None:
    pairs = of_program(association, 5)
    for made in pairs:
        write(made, made.mentee, ratings={"satisfaction": 4})
    write(pairs[0], pairs[0].mentor, ratings={"satisfaction": 1})
    association.clock.pass_by(days=7)
    association.do_due_work()
    assert [each["count"] for each in results(pairs[0])["results"]] == [6]
    assert results(pairs[0])["mentors"] == [], "all but the mentor's own would be the difference of the two"


def test_coordinators_read_words_only_where_their_author_shares_them(association: Association) -> None:
    made = ended(association)
    path = f"/v1/programs/{made.program_id}/feedback/comments"
    write(made, made.mentee, text="For the office, too", share_with_coordinators=True)
    assert association.coordinator("GET", path).json["items"] == []
    write(made, made.mentor, text="For you alone")
    [shown] = association.coordinator("GET", path).json["items"]
    assert (shown["text"], shown["author_id"]) == ("For the office, too", made.mentee)
    assert "For you alone" not in str(results(made))
    rows = association.coordinator("GET", f"/v1/audit?member_id={made.mentee}").json["items"]
    assert [made.mentee in each["members"] for each in rows] == [True]


def test_the_messages_of_feedback_carry_no_word_and_no_rating(association: Association) -> None:
    made = ended(association)
    for who in (made.mentor, made.mentee):
        write(made, who, ratings={"satisfaction": 3}, text="Between us two")
    told = str(association.messages())
    assert "Between us two" not in told
    assert "satisfaction" not in told


def test_with_the_erased_their_answers_go_and_the_partner_keeps_their_own(association: Association) -> None:
    waiting, over = ended(association), ended(association)
    write(waiting, waiting.mentor, text="To somebody who leaves")
    for who in (over.mentor, over.mentee):
        write(over, who, text=f"By {who}")
    for made in (waiting, over):
        erase(association, made.mentee)
    association.clock.pass_by(days=7)
    association.do_due_work()
    [lapsed] = asked(waiting, waiting.mentor)
    assert (lapsed["state"], lapsed["mine"]["text"]) == ("lapsed", "To somebody who leaves")
    assert revealed(waiting) == []
    [kept] = asked(over, over.mentor)
    assert (kept["mine"]["text"], kept["theirs"]) == (f"By {over.mentor}", None)


def test_two_who_are_kept_apart_never_read_each_other_and_cannot_tell_why(association: Association) -> None:
    made = ended(association)
    write(made, made.mentee, text="You frighten me", share_with_coordinators=True)
    assert association.call(made.mentee, "PUT", f"/v1/blocks/{made.mentor}").status_code in (200, 201, 204)
    written = write(made, made.mentor, text="And you me")
    assert (written["state"], written["theirs"]) == ("open", None)
    association.clock.pass_by(days=7)
    association.do_due_work()
    assert {(asked(made, who)[0]["state"], asked(made, who)[0]["theirs"]) for who in (made.mentor, made.mentee)} == {
        ("revealed", None)
    }
    assert revealed(made) == []
    [comment] = association.coordinator("GET", f"/v1/programs/{made.program_id}/feedback/comments").json["items"]
    assert comment["text"] == "You frighten me"
