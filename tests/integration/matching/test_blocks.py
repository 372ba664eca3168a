"""A block is silent, two-way and immediate: the two are never suggested, asked or paired, and nobody learns of it."""

from functools import partial
from typing import Any

import pytest

from services.matching.domain.block import pair_key
from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import LIVE
from services.matching.domain.program import Format, Program
from shared.ids import new_id
from tests.integration.matching.asking import accept, ask, asked, paired, state_of
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.cohort import cohort, computed, pairs_of, proposals_of, publish, run_of, speaker
from tests.integration.matching.pairing import pair_at_work
from tests.integration.matching.telling import merged, tell, unmerged


def block(association: Association, by: str, member: str) -> Any:
    return association.call(by, "PUT", f"/v1/blocks/{member}")


def lift(association: Association, by: str, member: str) -> Any:
    return association.call(by, "DELETE", f"/v1/blocks/{member}")


def blocked_by(association: Association, member: str) -> list[str]:
    return [each["member_id"] for each in association.call(member, "GET", "/v1/blocks").json["items"]]


def told(association: Association, one: str, other: str) -> list[bool]:
    """Whether the two are kept apart, as it was announced each time."""
    found = [
        each for each in association.messages("block.set.v1", "block.lifted.v1") if each["key"] == pair_key(one, other)
    ]
    assert [each["version"] for each in found] == list(range(1, len(found) + 1))
    return [each["blocked"] for each in found]


def suggested(association: Association, program: Program, who: str, role: str = "mentee") -> set[str]:
    items = association.call(who, "GET", f"/v1/programs/{program.id}/recommendations?role={role}").json["items"]
    return {each["mentor_id" if role == "mentee" else "mentee_id"] for each in items}


def live_between(association: Association, one: str, other: str) -> int:
    both = {"$in": [one, other]}
    live = {"$in": [state.value for state in LIVE]}
    return association.foundation.database["mentorships"].count_documents(
        {"mentor_id": both, "mentee_id": both, "state": live}
    )


def test_a_block_stays_while_it_is_set_again_and_each_direction_is_its_own(association: Association) -> None:
    one, other = association.member(), association.member()
    first = block(association, one, other)
    assert (first.status_code, first.json["member_id"]) == (200, other)
    assert block(association, one, other).json == first.json
    assert block(association, other, one).status_code == 200
    assert (blocked_by(association, one), blocked_by(association, other)) == ([other], [one])
    assert lift(association, one, other).status_code == 204
    assert (blocked_by(association, one), blocked_by(association, other)) == ([], [one])
    assert told(association, one, other) == [True]
    for _ in range(2):
        assert lift(association, other, one).status_code == 204
    assert told(association, one, other) == [True, False]
    [said, _] = association.messages("block.set.v1", "block.lifted.v1")
    assert said["member_ids"] == sorted((one, other))
    assert said.keys() == {"member_ids", "blocked", "type", "key", "version"}


def test_nobody_blocks_themselves_a_stranger_or_somebody_of_another_tenant(association: Association) -> None:
    member = association.member()
    assert block(association, member, member).status_code == 409
    stranger = new_id()
    assert block(association, member, stranger).status_code == lift(association, member, stranger).status_code == 404
    elsewhere = association.call(member, "PUT", f"/v1/blocks/{association.member()}", tenant="other")
    assert elsewhere.status_code == 404


@pytest.mark.parametrize("by_the_mentor", [True, False])
def test_neither_is_suggested_to_the_other_until_the_block_is_lifted(
    association: Association, by_the_mentor: bool
) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    by, member = (mentor, mentee) if by_the_mentor else (mentee, mentor)
    block(association, by, member)
    assert suggested(association, program, mentee) == set()
    assert suggested(association, program, mentor, "mentor") == set()
    lift(association, by, member)
    assert suggested(association, program, mentee) == {mentor}
    assert suggested(association, program, mentor, "mentor") == {mentee}


def test_a_blocked_mentor_is_refused_like_one_who_takes_no_part(association: Association) -> None:
    program = association.program()
    mentee, blocker, away = association.mentee(program), association.mentor(program), association.mentor(program)
    block(association, blocker, mentee)
    association.tell_of(away, membership="lapsed")
    refused, like = ask(association, program, mentee, blocker), ask(association, program, mentee, away)
    assert refused.status_code == like.status_code == 409
    words = refused.json["detail"].replace(blocker, "X"), like.json["detail"].replace(away, "X")
    assert words[0] == words[1]
    assert refused.json.keys() == like.json.keys()
    assert refused.json["type"] == like.json["type"]


@pytest.mark.parametrize("by_the_mentor", [True, False])
def test_open_requests_between_the_two_end_without_saying_why_and_the_list_goes_on(
    association: Association, by_the_mentor: bool
) -> None:
    program = association.program()
    mentee, mentors = association.mentee(program), [association.mentor(program) for _ in range(2)]
    [first, second] = asked(association, program, mentee, *mentors, mode="sequential")
    block(association, *((mentors[0], mentee) if by_the_mentor else (mentee, mentors[0])))
    for who in (mentee, mentors[0]):
        seen = association.call(who, "GET", f"/v1/requests/{first}").json
        assert (seen["state"], seen["reason"]) == ("invalidated", "withdrawn")
    assert state_of(association, mentors[1], f"/v1/requests/{second}") == "sent"
    assert accept(association, mentors[0], first).status_code == 409
    [message] = association.messages("request.invalidated.v1")
    assert "block" not in str(message)


def test_a_live_mentorship_ends_at_once_and_nobody_is_told_by_whom(association: Association) -> None:
    made = pair_at_work(association)
    block(association, made.mentee, made.mentor)
    for who in (made.mentor, made.mentee):
        seen = made.call(who, "GET").json
        assert seen["state"] == "ended_early"
        assert "block" not in str(seen)
    [ended] = made.told("mentorship.ended.v1")
    assert (ended["reason"], ended.get("ended_by_id")) == ("no_fault", None)
    assert "block" not in str(made.told())
    load = association.store.loads.find_of(TENANT, made.program_id, made.mentor)
    assert load is not None
    assert load.active == 0
    lift(association, made.mentee, made.mentor)
    assert live_between(association, made.mentor, made.mentee) == 0


def test_the_blocked_one_cannot_reach_the_other_by_thanks(association: Association) -> None:
    made = pair_at_work(association)
    block(association, made.mentee, made.mentor)
    assert made.call(made.mentor, "POST", "/appreciations", {"text": "Call me."}).status_code == 409
    assert made.call(made.mentee, "GET", "/appreciations").json["items"] == []


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("from_whom", ["mentor", "mentee"])
def test_an_introduction_to_whom_a_block_keeps_apart_is_never_answered_and_nobody_can_tell(
    association: Association, from_whom: str, before: bool
) -> None:
    made, third = pair_at_work(association), association.member()
    if before:
        block(association, third, getattr(made, from_whom))
    body = {"introduced_to_id": third, "message": "You should meet."}
    offered = made.call(made.mentor, "POST", "/introductions", body)
    if not before:
        block(association, third, getattr(made, from_whom))
    path = f"/v1/introductions/{offered.json['id']}"
    assert (offered.status_code, state_of(association, made.mentor, path)) == (201, "offered")
    assert association.call(third, "GET", path).status_code == 404
    assert association.call(third, "POST", f"{path}/accept").status_code == 404
    assert len(association.messages("introduction.offered.v1")) == (0 if before else 1)


def test_what_the_other_shares_with_the_whole_program_is_not_listed(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    path = f"/v1/programs/{program.id}/resources"
    shared = association.call(mentor, "POST", path, {"title": "A talk", "url": "https://example.org/talk"})
    assert shared.status_code == 201, shared.json
    listed = [each["id"] for each in association.call(mentee, "GET", path).json["items"]]
    assert listed == [shared.json["id"]]
    block(association, mentee, mentor)
    assert association.call(mentee, "GET", path).json["items"] == []
    assert len(association.call(mentor, "GET", path).json["items"]) == 1


def test_a_run_pairs_nobody_with_whom_they_are_kept_apart_from_and_says_so_to_staff(association: Association) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    block(association, mentor, mentee)
    for locked in ([], [[mentor, mentee]]):
        run_id = computed(association, program, locked=locked)
        assert pairs_of(association, run_id) == set()
        unmatched = {each["member_id"]: each["reason"] for each in run_of(association, run_id)["unmatched"]}
        assert unmatched == {mentor: "blocked", mentee: "blocked"}
    body = {"mentor_id": mentor, "mentee_id": mentee}
    by_hand = association.coordinator("POST", f"/v1/match-runs/{run_id}/proposals", body)
    assert by_hand.status_code == 409
    assert "kept apart" in by_hand.json["detail"]


def test_a_pair_that_is_blocked_after_the_run_is_passed_over_when_it_is_published(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = computed(association, program)
    block(association, mentees[0], mentors[0])
    answer = publish(association, run_id, approve_all=True)
    assert (answer.status_code, answer.json["published"]) == (200, 1)
    assert [(each["mentor_id"], each["reason"]) for each in answer.json["skipped"]] == [(mentors[0], "blocked")]
    assert live_between(association, mentors[0], mentees[0]) == 0
    assert len(proposals_of(association, run_id, "&state=published")) == 1


def test_nobody_joins_a_group_in_which_they_would_meet_whom_they_are_kept_apart_from(association: Association) -> None:
    program = association.program(format=Format.GROUP)
    mentor = association.mentor(program, 3)
    first, second, third = (association.mentee(program) for _ in range(3))
    block(association, first, second)
    paired(association, program, mentor, first)
    [request] = asked(association, program, second, mentor)
    assert accept(association, mentor, request).status_code == 409
    paired(association, program, mentor, third)
    assert live_between(association, mentor, second) == 0


def test_a_block_raced_by_a_yes_never_leaves_a_live_mentorship(association: Association) -> None:
    program = association.program()
    for _ in range(8):
        mentor, mentee = association.mentor(program), association.mentee(program)
        [request] = asked(association, program, mentee, mentor)
        blocked, accepted = at_once(
            [partial(block, association, mentee, mentor), partial(accept, association, mentor, request)]
        )
        assert (blocked.status_code, accepted.status_code in (200, 409)) == (200, True)
        assert live_between(association, mentor, mentee) == 0
        load = association.store.loads.find_of(TENANT, program.id, mentor)
        assert load is not None
        assert load.active == 0
        assert told(association, mentor, mentee) == [True]


def test_blocks_raced_by_a_publication_never_leave_a_live_mentorship(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 6)
    run_id = computed(association, program)
    works = [partial(block, association, mentee, mentor) for mentor, mentee in zip(mentors, mentees, strict=True)]
    answers = at_once([partial(publish, association, run_id, approve_all=True), *works])
    assert {answer.status_code for answer in answers} == {200}
    assert [live_between(association, *each) for each in zip(mentors, mentees, strict=True)] == [0] * 6


def test_a_block_raced_by_a_request_leaves_none_open(association: Association) -> None:
    program = association.program()
    for _ in range(6):
        mentor, mentee = association.mentor(program), association.mentee(program)
        at_once([partial(block, association, mentor, mentee), partial(ask, association, program, mentee, mentor)])
        found = association.call(mentee, "GET", f"/v1/requests?mentor_id={mentor}").json["items"]
        assert {each["state"] for each in found} <= {"invalidated"}


def test_two_who_block_each_other_at_once_are_told_of_once_and_both_blocks_stay(association: Association) -> None:
    one, other = association.member(), association.member()
    answers = at_once([partial(block, association, one, other), partial(block, association, other, one)] * 3)
    assert {answer.status_code for answer in answers} == {200}
    assert (blocked_by(association, one), blocked_by(association, other)) == ([other], [one])
    assert told(association, one, other) == [True]


def test_blocks_of_both_carry_over_in_a_merge_and_go_back_with_it(association: Association) -> None:
    away, into, third, fourth = (association.member() for _ in range(4))
    for by, member in ((away, third), (fourth, away), (into, third), (away, into)):
        assert block(association, by, member).status_code == 200
    tell(association, merged(association, away, into))
    assert blocked_by(association, into) == [third]
    assert blocked_by(association, fourth) == [into]
    assert told(association, into, fourth) == [True]
    assert told(association, away, into) == [True, False]
    assert association.store.pairs.apart_from(TENANT, into) == {third, fourth}
    tell(association, unmerged(association, away))
    association.tell_of(away)
    assert set(blocked_by(association, away)) == {third, into}
    assert blocked_by(association, into) == [third]
    assert told(association, into, fourth) == [True, False]
    assert association.store.pairs.apart_from(TENANT, away) == {third, fourth, into}


def test_a_merge_that_brings_a_block_ends_what_lives_between_the_two(association: Association) -> None:
    made = pair_at_work(association)
    away = association.member()
    block(association, away, made.mentor)
    tell(association, merged(association, away, made.mentee))
    assert made.call(made.mentor, "GET").json["state"] == "ended_early"
    assert live_between(association, made.mentor, made.mentee) == 0


@pytest.mark.parametrize("blocker", ["survivor", "mentor"])
def test_a_merge_into_who_was_kept_apart_all_along_ends_what_the_other_id_had(
    association: Association, blocker: str
) -> None:
    made, into = pair_at_work(association), association.member()
    block(association, *((into, made.mentor) if blocker == "survivor" else (made.mentor, into)))
    tell(association, merged(association, made.mentee, into))
    assert live_between(association, made.mentor, into) == 0
    assert made.call(made.mentor, "GET").json["state"] == "ended_early"
    assert told(association, made.mentor, into) == [True]


def test_a_merge_into_who_was_kept_apart_leaves_nothing_to_answer(association: Association) -> None:
    program = association.program()
    mentor, away, into = association.mentor(program), association.mentee(program), association.member()
    [request] = asked(association, program, away, mentor)
    made, third = pair_at_work(association), association.member()
    body = {"introduced_to_id": third, "message": "You should meet."}
    offered = made.call(made.mentor, "POST", "/introductions", body).json["id"]
    for one in (mentor, made.mentor):
        block(association, into, one)
    tell(association, merged(association, away, into), merged(association, third, into))
    seen = association.call(mentor, "GET", f"/v1/requests/{request}").json
    assert (seen["state"], seen["reason"]) == ("invalidated", "withdrawn")
    assert association.call(into, "GET", f"/v1/introductions/{offered}").status_code == 404


def test_a_member_s_export_has_whom_they_block_and_not_who_blocks_them(association: Association) -> None:
    one, other = association.member(), association.member()
    block(association, one, other)
    shares = [
        association.call(each, "GET", f"/v1/members/{each}/export-share").json["sections"] for each in (one, other)
    ]
    assert [[each["member_id"] for each in share["blocks"]] for share in shares] == [[other], []]
    staff = association.coordinator("GET", f"/v1/members/{one}/export-share").json["sections"]
    assert "blocks" not in staff
