"""Two members turn out to be one person: what each had is the one's, and each one's again when it was a mistake."""

import itertools
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.mentorship import LIVE, MentorshipState
from services.matching.domain.program import Kind, Program
from services.matching.domain.request import OPEN
from shared.ids import new_id
from tests.integration.matching.asking import accept, ask, asked, paired, state_of
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import TERMS, pair_at_work
from tests.integration.matching.telling import Ticket, merged, record, tell, unmerged
from tests.integration.matching.test_attendance import agreed, over, say


def enrollment(association: Association, program: Program, member: str, role: Role) -> Any:
    return association.store.enrollments.find_of(TENANT, program.id, member, role)


def loads_are_exact(association: Association) -> bool:
    """Each load says how many live mentorships its mentor has, and no more than one of a pair lives."""
    live = [
        (each["program_id"], each["mentor_id"], each["mentee_id"])
        for each in association.foundation.database["mentorships"].find(
            {"state": {"$in": [each.value for each in LIVE]}}
        )
    ]
    mentors = [(program, mentor) for program, mentor, _ in live]
    loads = list(association.foundation.database["mentor_loads"].find())
    exact = all(load["active"] == mentors.count((load["program_id"], load["member_id"])) for load in loads)
    known = {(load["program_id"], load["member_id"]) for load in loads}
    return exact and set(mentors) <= known and len(live) == len(set(live)) and all(one != two for _, one, two in live)


def test_what_was_one_s_is_the_survivor_s_and_one_s_again_when_that_is_undone(association: Association) -> None:
    program = association.program()
    mentor, into, mentee = association.mentor(program, 2), association.member(), association.mentee(program)
    mentorship = paired(association, program, mentor, mentee)
    path = f"/v1/mentorships/{mentorship}"
    version = association.call(mentor, "PUT", f"{path}/agreement", TERMS).json["agreement"]["version"]
    association.call(mentor, "POST", f"{path}/agreement/sign", {"version": version})

    tell(association, merged(association, mentor, into))

    for caller in (into, mentor):  # a token that is older than the merge acts as the survivor
        seen = association.call(caller, "GET", path).json
        assert (seen["mentor_id"], seen["agreement"]["signed_by"]) == (into, [into])
    signed = association.call(mentee, "POST", f"{path}/agreement/sign", {"version": version}).json
    assert signed["state"] == "active"
    session = association.call(
        mentor, "POST", f"{path}/sessions", {"starts_at": "2026-02-01T10:00:00Z", "duration_minutes": 30}
    )
    assert session.json["proposed_by"] == into
    assert enrollment(association, program, into, Role.MENTOR).capacity == 2
    assert enrollment(association, program, mentor, Role.MENTOR) is None
    assert ask(association, program, association.mentee(program), into).status_code == 201
    assert loads_are_exact(association)

    tell(association, unmerged(association, mentor))

    seen = association.call(mentor, "GET", path).json
    assert (seen["mentor_id"], set(seen["agreement"]["signed_by"])) == (mentor, {mentor, mentee})
    assert association.call(into, "GET", path).status_code == 404
    [found] = association.call(mentor, "GET", f"{path}/sessions").json["items"]
    assert found["proposed_by"] == mentor
    assert enrollment(association, program, into, Role.MENTOR) is None
    assert enrollment(association, program, mentor, Role.MENTOR).state is EnrollmentState.APPROVED
    assert loads_are_exact(association)


def test_words_on_a_session_and_private_notes_are_whose_they_are_now(association: Association) -> None:
    made = pair_at_work(association)
    into, path = association.member(), agreed(made, actions=["Read"])
    [action] = made.call(made.mentor, "GET", path).json["action_items"]
    made.call(made.mentor, "PATCH", f"{path}/actions/{action['id']}", {"owner_id": made.mentor})
    for who in (made.mentor, made.mentee):
        made.call(who, "PUT", f"{path}/private-notes", {"text": f"Of {who}"})
    over(association)
    say(made, made.mentor, path, "i_missed")

    tell(association, merged(association, made.mentor, into))

    seen = made.call(into, "GET", path).json
    assert (seen["missed_by"], seen["words"][0]["by"], seen["words"][0]["said"]) == ([into], into, "i_missed")
    assert seen["action_items"][0]["owner_id"] == into
    assert made.call(into, "GET", f"{path}/private-notes").json["text"] == f"Of {made.mentor}"
    assert say(made, into, path, "i_missed")["attendance"] == "awaited", "the same word of the same person"

    tell(association, unmerged(association, made.mentor))

    assert made.call(made.mentor, "GET", path).json["missed_by"] == [made.mentor]
    assert made.call(made.mentor, "GET", f"{path}/private-notes").json["text"] == f"Of {made.mentor}"
    assert made.call(made.mentee, "GET", f"{path}/private-notes").json["text"] == f"Of {made.mentee}"


def test_of_two_enrollments_of_a_person_one_stays_with_the_larger_capacity_until_they_are_two(
    association: Association,
) -> None:
    program = association.program()
    away, into = association.mentor(program, 3), association.mentor(program, 1)
    first, second = (paired(association, program, each, association.mentee(program)) for each in (away, into))

    tell(association, merged(association, away, into))

    kept = enrollment(association, program, into, Role.MENTOR)
    assert (kept.state, kept.capacity) == (EnrollmentState.APPROVED, 3)
    gone = enrollment(association, program, away, Role.MENTOR)
    assert (gone.state, gone.reason) == (EnrollmentState.WITHDRAWN, "merged")
    load = association.store.loads.find_of(TENANT, program.id, into)
    assert load is not None
    assert (load.active, load.capacity, load.available) == (2, 3, True)
    assert [association.call(into, "GET", f"/v1/mentorships/{each}").status_code for each in (first, second)] == [
        200
    ] * 2
    assert loads_are_exact(association)

    tell(association, unmerged(association, away))

    for member, capacity in ((away, 3), (into, 1)):
        back = enrollment(association, program, member, Role.MENTOR)
        load = association.store.loads.find_of(TENANT, program.id, member)
        assert load is not None
        assert (back.state, back.capacity, load.active, load.capacity) == (
            EnrollmentState.APPROVED,
            capacity,
            1,
            capacity,
        )
    assert loads_are_exact(association)


def test_who_had_left_takes_part_again_by_who_had_not_and_has_left_again_afterwards(association: Association) -> None:
    program = association.program()
    away, into = association.mentee(program), association.mentee(program)
    left = enrollment(association, program, into, Role.MENTEE)
    answer = association.call(into, "PATCH", f"/v1/enrollments/{left.id}", {"state": "withdrawn"})
    assert answer.status_code == 200
    tell(association, merged(association, away, into))
    assert enrollment(association, program, into, Role.MENTEE).state is EnrollmentState.APPROVED
    tell(association, unmerged(association, away))
    assert enrollment(association, program, into, Role.MENTEE).state is EnrollmentState.WITHDRAWN
    assert enrollment(association, program, away, Role.MENTEE).state is EnrollmentState.APPROVED


@pytest.mark.parametrize("mentor_goes", [True, False])
def test_a_pair_that_is_one_person_ends_with_a_task_for_the_coordinator(
    association: Association, mentor_goes: bool
) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    mentorship = paired(association, program, mentor, mentee)
    away, into = (mentor, mentee) if mentor_goes else (mentee, mentor)

    tell(association, merged(association, away, into))

    kept = association.store.mentorships.get(TENANT, mentorship)
    assert (kept.state, kept.ended_reason) == (MentorshipState.ENDED_EARLY, "merged")
    [task] = association.messages("task.created.v1")
    assert (task["kind"], task["reason"], task["mentorship_id"]) == ("merged_pair", "same_person", mentorship)
    [ended] = association.messages("mentorship.ended.v1")
    assert ended["reason"] == "merged"
    assert loads_are_exact(association)
    assert ask(association, program, into, into).status_code == 422
    tell(association, unmerged(association, away))
    assert association.store.mentorships.get(TENANT, mentorship).state is MentorshipState.ENDED_EARLY
    assert loads_are_exact(association)


def test_two_mentorships_of_the_same_two_are_one_that_has_come_farther(association: Association) -> None:
    program = association.program()
    away, into = association.mentor(program), association.mentor(program)
    mentee = association.mentee(program, capacity=2)
    pending, active = paired(association, program, into, mentee), paired(association, program, away, mentee)
    path = f"/v1/mentorships/{active}/agreement"
    association.call(away, "PUT", path, TERMS)
    for who in (away, mentee):
        association.call(who, "POST", f"{path}/sign", {"version": 1})

    tell(association, merged(association, away, into))

    assert state_of(association, mentee, f"/v1/mentorships/{active}") == "active"
    assert state_of(association, mentee, f"/v1/mentorships/{pending}") == "ended_early"
    [task] = association.messages("task.created.v1")
    assert (task["reason"], task["mentorship_id"]) == ("paired_twice", pending)
    assert loads_are_exact(association)


def test_open_requests_of_the_same_two_are_one_and_to_oneself_are_none(association: Association) -> None:
    program = association.program()
    away, into = association.mentee(program), association.mentee(program)
    association.enroll(program, into, Role.MENTOR)
    mentor = association.mentor(program)
    [first], [seen] = asked(association, program, into, mentor), asked(association, program, away, mentor)
    [to_self] = asked(association, program, away, into)
    association.call(mentor, "POST", f"/v1/requests/{seen}/view")

    tell(association, merged(association, away, into))

    states = {each: association.store.requests.get(TENANT, each).state.value for each in (first, seen, to_self)}
    assert states == {first: "invalidated", seen: "viewed", to_self: "invalidated"}
    assert accept(association, mentor, seen).json["mentee_id"] == into
    assert loads_are_exact(association)


def test_a_merge_that_fills_a_mentee_takes_the_open_requests_off_the_table(association: Association) -> None:
    program = association.program()
    away, into = association.mentee(program), association.mentee(program)
    paired(association, program, association.mentor(program), into)
    [open_one] = asked(association, program, away, association.mentor(program))
    tell(association, merged(association, away, into))
    found = association.store.requests.get(TENANT, open_one)
    assert (found.state.value, found.reason) == ("invalidated", "mentee_matched")


def test_chains_of_merges_and_their_undoing_may_be_heard_in_any_order(association: Association) -> None:
    for order in itertools.permutations(range(2)):
        program = association.program()
        first, second, third = association.mentor(program), association.mentor(program), association.member()
        mentorships = [paired(association, program, each, association.mentee(program)) for each in (first, second)]
        heard = [merged(association, first, second), merged(association, second, third)]
        tell(association, *(heard[each] for each in order))
        for each in mentorships:
            assert association.store.mentorships.get(TENANT, each).mentor_id == third
        assert loads_are_exact(association)
        back = [unmerged(association, second), unmerged(association, first)]
        tell(association, *(back[each] for each in order))
        owners = [association.store.mentorships.get(TENANT, each).mentor_id for each in mentorships]
        assert owners == [first, second]
        for member in (first, second):
            assert enrollment(association, program, member, Role.MENTOR).state is EnrollmentState.APPROVED
        assert loads_are_exact(association)


def test_who_is_merged_the_other_way_after_all_ends_there(association: Association) -> None:
    program = association.program()
    one, other = association.mentor(program), association.member()
    tell(association, merged(association, one, other))
    # Read before the one's own message, which says that they are there again.
    tell(association, merged(association, other, one))
    tell(association, unmerged(association, one))
    assert enrollment(association, program, one, Role.MENTOR).state is EnrollmentState.APPROVED
    assert loads_are_exact(association)


def test_attendees_keep_their_enrollment_when_their_ticket_follows_them(association: Association) -> None:
    event = new_id()
    program = association.program(kind=Kind.EVENT, event_id=event)
    away, into = association.member(), association.member()
    mentor = association.mentor(program)
    ticket = Ticket(association, event, away, "mentee")
    tell(association, ticket.confirmed())
    [request] = asked(association, program, away, mentor)

    tell(association, merged(association, away, into))
    at = association.clock.now()
    moved = {"id": ticket.id, "event_id": event, "status": "confirmed", "mentoring": ["mentee"]}
    pair = [
        record(
            "registration.cancelled.v1",
            moved | {"member_id": away, "status": "cancelled", "attending": False, "reason": "moved", "moved_to": into},
            key=ticket.id,
            version=2,
            at=at,
        ),
        record(
            "registration.confirmed.v1", moved | {"member_id": into, "attending": True}, key=ticket.id, version=2, at=at
        ),
    ]
    tell(association, *pair)

    assert enrollment(association, program, into, Role.MENTEE).state is EnrollmentState.APPROVED
    assert association.store.requests.get(TENANT, request).state in OPEN
    tell(association, ticket.record("registration.cancelled.v1", "cancelled", attending=False, reason="source"))
    # That one was of an older version of the ticket: it changes nothing.
    assert enrollment(association, program, into, Role.MENTEE).state is EnrollmentState.APPROVED


def test_what_was_written_by_the_old_id_while_the_merge_was_heard_is_found_by_a_second_look(
    association: Association,
) -> None:
    program = association.program()
    away, into = association.member(), association.member()
    tell(association, merged(association, away, into))
    association.enroll(program, away, Role.MENTOR)  # as a request does that began before
    association.do_due_work()
    assert enrollment(association, program, into, Role.MENTOR) is None
    association.clock.pass_by(minutes=2)
    association.do_due_work()
    assert enrollment(association, program, into, Role.MENTOR).state is EnrollmentState.APPROVED
    assert loads_are_exact(association)


def test_another_tenant_s_merge_changes_nothing_here(association: Association) -> None:
    program = association.program()
    mentor, other = association.mentor(program), new_id()
    content = {"id": mentor, "merged_into": other}
    tell(
        association, record("member.merged.v1", content, key=mentor, version=9, at=association.clock.now(), tenant="b")
    )
    assert enrollment(association, program, mentor, Role.MENTOR).state is EnrollmentState.APPROVED
    assert association.call(mentor, "GET", "/v1/mentorships").status_code == 200


def test_a_merge_raced_by_acceptances_leaves_every_load_exact(association: Association) -> None:
    for _ in range(3):
        program = association.program()
        away, into = association.mentor(program, 3), association.mentor(program, 3)
        mentees = [association.mentee(program) for _ in range(6)]
        requests = [
            (asked(association, program, mentee, mentor)[0], mentor)
            for mentee, mentor in zip(mentees, [away, into] * 3, strict=True)
        ]
        news: Sequence[Any] = [partial(tell, association, merged(association, away, into))]
        answers = at_once(
            [*news, *(lambda two=two: accept(association, two[1], two[0]) for two in requests)]  # type: ignore[misc]
        )
        assert {answer.status_code for answer in answers[1:]} <= {200, 404, 409}
        assert loads_are_exact(association)
        load = association.store.loads.find_of(TENANT, program.id, into)
        assert load is not None
        assert load.active == sum(answer.status_code == 200 for answer in answers[1:])
        assert enrollment(association, program, into, Role.MENTOR).capacity == 3
