"""A member is suspended: what they have with others stops, and goes on when they are back."""

import itertools
from functools import partial
from typing import Any

import pytest

from services.matching.commands.settle_suspension import AT_ONCE
from services.matching.domain.enrollment import Role
from services.matching.domain.member import Membership
from services.matching.domain.program import Program
from shared.messaging import reading
from shared.messaging.record import Record
from tests.integration.matching.asking import accept, ask, asked, paired
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import TERMS, Pair, pair, pair_at_work
from tests.integration.matching.telling import record, tell

_versions = itertools.count(2)


def told(
    association: Association, member: str, membership: str, kind: str = "member.updated.v1", **more: Any
) -> Record:
    content = {"id": member, "given_name": "Ada", "family_name": "Okafor", "membership": membership}
    given = {"version": next(_versions), "at": association.clock.now(), **more}
    return record(kind, content, key=member, **given)


def becomes(association: Association, member: str, membership: str, kind: str = "member.updated.v1") -> None:
    """Told of and worked on; the second look is still to come."""
    tell(association, told(association, member, membership, kind))
    association.do_due_work()


def looked_again(association: Association) -> None:
    association.clock.pass_by(minutes=2)
    association.do_due_work()


def standing(association: Association, mentorship: str) -> tuple[str, str | None]:
    found = association.store.mentorships.get(TENANT, mentorship)
    return found.state.value, found.hold_reason


def outcome(association: Association, request: str) -> tuple[str, str | None]:
    found = association.store.requests.get(TENANT, request)
    return found.state.value, found.reason


def at_work(association: Association, program: Program, mentor: str, mentee: str) -> Pair:
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    made.agree()
    return made


ON_HOLD = ("on_hold", "suspended")


@pytest.mark.parametrize("side", ["mentor", "mentee"])
@pytest.mark.parametrize("back_as", ["active", "grace", "lapsed"])
def test_a_suspended_member_s_mentorship_rests_until_they_are_back(
    association: Association, side: str, back_as: str
) -> None:
    made = pair_at_work(association)
    member = getattr(made, side)
    becomes(association, member, "suspended")
    assert standing(association, made.mentorship) == ON_HOLD
    looked_again(association)
    becomes(association, member, "suspended")
    becomes(association, member, back_as)
    assert standing(association, made.mentorship) == ("active", None)
    looked_again(association)
    changes = made.told("mentorship.paused.v1", "mentorship.resumed.v1")
    assert [(each["type"], each.get("reason")) for each in changes] == [
        ("mentorship.paused.v1", "suspended"),
        ("mentorship.resumed.v1", None),
    ]
    assert association.foundation.database["suspensions"].count_documents({}) == 0


def test_the_state_decides_and_not_the_type(association: Association) -> None:
    first, second = pair_at_work(association), pair_at_work(association)
    becomes(association, first.mentor, "active", "member.deactivated.v1")
    becomes(association, second.mentor, "suspended", "member.registered.v1")
    assert standing(association, first.mentorship) == ("active", None)
    assert standing(association, second.mentorship) == ON_HOLD


def test_an_older_message_that_comes_late_changes_nothing(association: Association) -> None:
    made = pair_at_work(association)
    older, newer = told(association, made.mentor, "suspended"), told(association, made.mentor, "active")
    tell(association, newer)
    tell(association, older)
    association.do_due_work()
    assert standing(association, made.mentorship) == ("active", None)
    assert made.told("mentorship.paused.v1") == []


def test_open_requests_of_both_directions_are_invalidated(association: Association) -> None:
    program = association.program()
    both = association.mentee(program)
    from_others = association.program()
    association.enroll(from_others, both, Role.MENTOR)
    [sent] = asked(association, program, both, association.mentor(program))
    [received] = asked(association, from_others, association.mentee(from_others), both)
    [untouched] = asked(association, program, association.mentee(program), association.mentor(program))

    becomes(association, both, "suspended")

    assert [outcome(association, each) for each in (sent, received)] == [("invalidated", "suspended")] * 2
    assert outcome(association, untouched)[0] == "sent"
    becomes(association, both, "active")
    assert outcome(association, sent)[0] == "invalidated"


def test_a_list_goes_on_to_the_next_mentor_and_ends_with_its_mentee(association: Association) -> None:
    program = association.program()
    mentors = [association.mentor(program) for _ in range(3)]
    mentee = association.mentee(program)
    requests = asked(association, program, mentee, *mentors, mode="sequential")
    becomes(association, mentors[0], "suspended")
    assert [outcome(association, each)[0] for each in requests] == ["invalidated", "sent", "queued"]
    becomes(association, mentee, "suspended")
    assert [outcome(association, each)[0] for each in requests] == ["invalidated"] * 3


def test_what_people_put_on_hold_stays_so_and_nobody_resumes_it_meanwhile(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/hold")
    becomes(association, made.mentor, "suspended")
    assert made.call(made.mentee, "POST", "/resume").status_code == 409
    assert association.coordinator("POST", f"{made.path}/resume").status_code == 409
    becomes(association, made.mentor, "active")
    assert standing(association, made.mentorship) == ("on_hold", "member")
    assert made.call(made.mentee, "POST", "/resume").json["state"] == "active"


@pytest.mark.parametrize("mentor_first", [True, False])
def test_a_mentorship_of_two_who_are_suspended_rests_until_both_are_back(
    association: Association, mentor_first: bool
) -> None:
    made = pair_at_work(association)
    for member in (made.mentor, made.mentee):
        becomes(association, member, "suspended")
    first, second = (made.mentor, made.mentee) if mentor_first else (made.mentee, made.mentor)
    becomes(association, first, "active")
    looked_again(association)
    assert standing(association, made.mentorship) == ON_HOLD
    becomes(association, second, "active")
    assert standing(association, made.mentorship) == ("active", None)


def test_an_unsigned_mentorship_is_not_signed_while_one_is_suspended(association: Association) -> None:
    made = pair(association)
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    made.call(made.mentor, "POST", "/agreement/sign", {"version": 1})
    becomes(association, made.mentor, "suspended")
    assert standing(association, made.mentorship) == ("agreement_pending", None)
    assert made.call(made.mentee, "POST", "/agreement/sign", {"version": 1}).status_code == 409
    becomes(association, made.mentor, "active")
    assert made.call(made.mentee, "POST", "/agreement/sign", {"version": 1}).json["state"] == "active"


def test_what_began_before_and_ended_after_is_found_by_the_second_look(association: Association) -> None:
    made = pair_at_work(association)
    becomes(association, made.mentor, "suspended")
    database = association.foundation.database
    # As a resumption that had not seen the suspension.
    database["mentorships"].update_one({"_id": made.mentorship}, {"$set": {"state": "active"}, "$inc": {"version": 1}})
    association.do_due_work()
    assert standing(association, made.mentorship)[0] == "active"
    looked_again(association)
    assert standing(association, made.mentorship) == ON_HOLD


def test_more_than_fits_one_transaction_is_done_all_the_same(association: Association) -> None:
    program = association.program()
    many = AT_ONCE + 2
    mentor = association.mentor(program, many)
    pairs = [at_work(association, program, mentor, association.mentee(program)) for _ in range(many)]
    becomes(association, mentor, "suspended")
    assert {standing(association, each.mentorship) for each in pairs} == {ON_HOLD}
    becomes(association, mentor, "active")
    assert {standing(association, each.mentorship) for each in pairs} == {("active", None)}


def test_a_copy_made_anew_repeats_nothing(association: Association) -> None:
    made = pair_at_work(association)
    [members] = [each for each in association.service.reactions if each.name == "members"]
    assert members.projection is not None
    keep = members.projection.keep
    message = reading.opened(told(association, made.mentor, "suspended"))
    association.in_transaction(lambda current: keep([(current, message)]))
    association.do_due_work()
    copy = association.store.copies.get(TENANT, made.mentor)
    assert copy.membership is Membership.SUSPENDED
    assert standing(association, made.mentorship) == ("active", None)


def test_another_tenant_s_suspension_changes_nothing_here(association: Association) -> None:
    made = pair_at_work(association)
    tell(association, told(association, made.mentor, "suspended", tenant="b"))
    association.do_due_work()
    assert standing(association, made.mentorship) == ("active", None)
    assert association.store.copies.get(TENANT, made.mentor).membership is Membership.ACTIVE


@pytest.mark.parametrize("suspended", [True, False])
def test_what_comes_by_a_merge_goes_by_the_survivor_s_standing(association: Association, suspended: bool) -> None:
    made = pair_at_work(association)
    into = association.member()
    becomes(association, into if suspended else made.mentor, "suspended")
    merged = {"id": made.mentor, "merged_into": into}
    at = association.clock.now()
    tell(association, record("member.merged.v1", merged, key=made.mentor, version=next(_versions), at=at))
    association.do_due_work()
    assert standing(association, made.mentorship) == (ON_HOLD if suspended else ("active", None))


def test_a_suspension_raced_by_acceptances_leaves_no_request_open(
    association: Association,
) -> None:
    for _ in range(3):
        program = association.program()
        mentor = association.mentor(program, 6)
        requests = [asked(association, program, association.mentee(program), mentor)[0] for _ in range(6)]
        works: list[Any] = [partial(becomes, association, mentor, "suspended")]
        answers = at_once([*works, *(partial(accept, association, mentor, each) for each in requests)])
        codes = [answer.status_code for answer in answers[1:]]
        looked_again(association)
        assert set(codes) <= {200, 409}
        expected = {200: ("accepted", None), 409: ("invalidated", "suspended")}
        assert [outcome(association, each) for each in requests] == [expected[code] for code in codes]
        load = association.store.loads.find_of(TENANT, program.id, mentor)
        assert load is not None
        assert load.active == codes.count(200)
        assert ask(association, program, association.mentee(program), mentor).status_code == 409


def test_a_suspension_raced_by_resumptions_ends_on_hold(association: Association) -> None:
    for _ in range(3):
        program = association.program()
        mentor = association.mentor(program, 4)
        pairs = [at_work(association, program, mentor, association.mentee(program)) for _ in range(4)]
        for each in pairs:
            each.call(each.mentee, "POST", "/hold")
        works: list[Any] = [partial(becomes, association, mentor, "suspended")]
        answers = at_once([*works, *(partial(each.call, each.mentee, "POST", "/resume") for each in pairs)])
        codes = [answer.status_code for answer in answers[1:]]
        assert set(codes) <= {200, 409}
        looked_again(association)
        reasons = {200: "suspended", 409: "member"}
        assert [standing(association, each.mentorship) for each in pairs] == [
            ("on_hold", reasons[code]) for code in codes
        ]
