"""A mentor introduces the mentee to a third member, who is asked first."""

from functools import partial
from typing import Any

import pytest

from services.matching.domain.forgetting import GONE
from services.matching.domain.program import Format
from shared.ids import new_id
from tests.integration.matching.asking import paired
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.pairing import Pair, pair, pair_at_work
from tests.integration.matching.telling import merged, tell, unmerged
from tests.integration.matching.test_erasing import erase

WORDS = "You both care about open data"


def offer(made: Pair, third: str, status: int = 201, by: str | None = None) -> Any:
    body = {"introduced_to_id": third, "message": WORDS}
    answer = made.call(by or made.mentor, "POST", "/introductions", body)
    assert answer.status_code == status, answer.json
    return answer.json


def answered(made: Pair, who: str, introduction: str, verb: str) -> Any:
    return made.association.call(who, "POST", f"/v1/introductions/{introduction}/{verb}")


def seen(made: Pair, who: str, introduction: str) -> Any:
    return made.association.call(who, "GET", f"/v1/introductions/{introduction}").json


@pytest.fixture
def made(association: Association) -> Pair:
    made = pair_at_work(association)
    association.tell_of(made.mentor, name="Ben")
    association.tell_of(made.mentee, name="Ada")
    return made


@pytest.fixture
def third(association: Association) -> str:
    return association.member(name="Cleo")


def test_nothing_of_the_third_is_shown_to_the_mentee_before_they_agree(made: Pair, third: str) -> None:
    introduction = offer(made, third)["id"]
    for before in (
        seen(made, made.mentee, introduction),
        made.association.call(made.mentee, "GET", "/v1/introductions").json["items"][0],
    ):
        assert (before["state"], before["role"]) == ("offered", "introduced")
        assert third not in str(before)
        assert "Cleo" not in str(before)
        assert WORDS not in str(before)
    asked = seen(made, third, introduction)
    assert (asked["role"], asked["message"], asked["introduced_name"]) == ("third", WORDS, "Ada")
    assert asked["mentorship_id"] is None

    assert answered(made, third, introduction, "accept").json["state"] == "accepted"

    after = seen(made, made.mentee, introduction)
    assert (after["introduced_to_id"], after["introduced_to_name"], after["message"]) == (third, "Cleo", WORDS)


def test_a_no_tells_the_mentee_nothing_but_that(made: Pair, third: str) -> None:
    introduction = offer(made, third)["id"]
    assert answered(made, third, introduction, "decline").json["state"] == "declined"
    left = seen(made, made.mentee, introduction)
    assert (left["state"], left.get("introduced_to_id"), left.get("message")) == ("declined", None, None)
    types = [each["type"] for each in made.told("introduction.offered.v1", "introduction.declined.v1")]
    assert types == ["introduction.offered.v1", "introduction.declined.v1"]
    assert WORDS not in str(made.told())


def test_only_the_third_answers_and_only_once(made: Pair, third: str) -> None:
    introduction = offer(made, third)["id"]
    for who in (made.mentor, made.mentee, new_id()):
        assert answered(made, who, introduction, "accept").status_code == 404
    assert answered(made, third, introduction, "withdraw").status_code == 404
    assert answered(made, third, introduction, "accept").status_code == 200
    again = answered(made, third, introduction, "decline")
    assert (again.status_code, "accepted" in again.json["detail"]) == (409, True)
    assert len(made.told("introduction.accepted.v1")) == 1


def test_the_name_of_whoever_shows_it_to_nobody_is_not_shown_by_an_introduction(made: Pair, third: str) -> None:
    made.association.tell_of(third, name="Cleo", visibility={"name": "nobody"})
    introduction = offer(made, third)["id"]
    answered(made, third, introduction, "accept")
    shown = seen(made, made.mentee, introduction)
    assert (shown["introduced_to_id"], shown["introduced_to_name"]) == (third, None)


def test_a_mentee_introduces_nobody_but_a_peer_does(made: Pair, third: str) -> None:
    association = made.association
    offer(made, third, 403, by=made.mentee)
    program = association.program(format=Format.PEER)
    mentor, mentee = association.mentor(program), association.mentee(program)
    peers = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    peers.agree()
    assert offer(peers, third, by=mentee)["role"] == "offering"


def test_who_can_be_introduced_is_somebody_else_who_is_there(made: Pair) -> None:
    unknown = offer(made, new_id(), 422)
    assert unknown["errors"][0]["pointer"] == "/introduced_to_id"
    assert offer(made, made.mentee, 422)["errors"][0]["pointer"] == "/introduced_to_id"
    unsigned = pair(made.association)
    offer(unsigned, made.association.member(), 409)


def test_the_same_third_is_asked_once_at_a_time(made: Pair, third: str) -> None:
    body = {"introduced_to_id": third}
    asking = [partial(made.call, made.mentor, "POST", "/introductions", body)] * 3
    answers = at_once(asking)
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    introduction = next(each.json["id"] for each in answers if each.status_code == 201)
    answered(made, third, introduction, "decline")
    second = offer(made, third)["id"]
    answered(made, third, second, "accept")
    offer(made, third, 409)


def test_accepting_against_withdrawing_has_one_winner(made: Pair, third: str) -> None:
    introduction = offer(made, third)["id"]
    answers = at_once(
        [
            partial(answered, made, third, introduction, "accept"),
            partial(answered, made, made.mentor, introduction, "withdraw"),
        ]
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    state = seen(made, made.mentor, introduction)["state"]
    lost = next(each for each in answers if each.status_code == 409)
    assert state in lost.json["detail"]
    assert len(made.told("introduction.accepted.v1")) == (1 if state == "accepted" else 0)


@pytest.mark.parametrize("of", ["mentor", "mentee", "third"])
def test_accepting_against_an_erasure_leaves_no_offer_to_answer(made: Pair, third: str, of: str) -> None:
    introduction = offer(made, third)["id"]
    erased = {"mentor": made.mentor, "mentee": made.mentee, "third": third}[of]
    accepting = partial(answered, made, third, introduction, "accept")
    at_once([lambda: accepting().status_code, lambda: erase(made.association, erased) or 0])
    kept = made.association.store.introductions.get("acme", introduction)
    assert kept.state in ("accepted", "withdrawn")
    assert kept.message == (GONE if of == "mentor" else WORDS)
    assert len(made.told("introduction.accepted.v1")) == (1 if kept.state == "accepted" else 0)


def test_an_offer_ends_with_the_pair(made: Pair, third: str) -> None:
    introduction = offer(made, third)["id"]
    made.call(made.mentee, "POST", "/end")
    assert seen(made, third, introduction)["state"] == "withdrawn"
    assert answered(made, third, introduction, "accept").status_code == 409


def test_an_introduction_follows_a_merge_and_its_undo(made: Pair, third: str) -> None:
    association, into = made.association, made.association.member(name="Cleo")
    introduction = offer(made, third)["id"]
    tell(association, merged(association, third, into))
    assert seen(made, into, introduction)["role"] == "third"
    tell(association, unmerged(association, third))
    assert seen(made, third, introduction)["role"] == "third"
    assert association.call(into, "GET", f"/v1/introductions/{introduction}").status_code == 404


def test_nobody_is_introduced_to_themselves_by_a_merge(made: Pair, third: str) -> None:
    introduction, association = offer(made, third)["id"], made.association
    tell(association, merged(association, third, made.mentee))
    assert seen(made, made.mentor, introduction)["state"] == "withdrawn"


def test_two_thirds_who_are_one_are_asked_once(made: Pair, third: str) -> None:
    association, other = made.association, made.association.member()
    first, second = offer(made, third)["id"], offer(made, other)["id"]
    tell(association, merged(association, other, third))
    states = {seen(made, made.mentor, each)["state"] for each in (first, second)}
    assert states == {"offered", "withdrawn"}


def test_introductions_are_listed_to_the_three_and_to_no_other_tenant(made: Pair, third: str) -> None:
    introduction, association = offer(made, third)["id"], made.association
    query = f"/v1/introductions?mentorship_id={made.mentorship}&state=offered"
    for who in (made.mentor, made.mentee, third):
        assert [each["id"] for each in association.call(who, "GET", query).json["items"]] == [introduction]
        foreign = association.call(who, "GET", query, tenant="globex")
        assert foreign.json == {"items": [], "next": None}
        for verb in ("accept", "decline", "withdraw"):
            path = f"/v1/introductions/{introduction}/{verb}"
            assert association.call(who, "POST", path, tenant="globex").status_code == 404
    assert association.call(new_id(), "GET", query).json["items"] == []


def test_an_export_has_of_an_introduction_what_each_may_see(made: Pair, third: str) -> None:
    offer(made, third)
    shares = {
        who: made.association.call(who, "GET", f"/v1/members/{who}/export-share").get_data(as_text=True)
        for who in (made.mentor, made.mentee, third)
    }
    assert {who: (third in text, WORDS in text) for who, text in shares.items() if who != third} == {
        made.mentor: (True, True),
        made.mentee: (False, False),
    }
    assert WORDS not in shares[third]
