"""An event's program enrolls attendees who opted in, whichever is heard of first, and follows their tickets."""

from itertools import permutations
from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Kind, Program, ProgramState
from shared.ids import new_id
from tests.integration.matching.asking import asked, paired, state_of
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.telling import Ticket, record, tell


def event_program(association: Association, event_id: str, state: ProgramState = ProgramState.OPEN) -> Program:
    return association.program(kind=Kind.EVENT, event_id=event_id, state=state)


def places(association: Association, program: Program) -> dict[tuple[str, str], tuple[str, int]]:
    found = association.coordinator("GET", f"/v1/programs/{program.id}/enrollments").json["items"]
    return {(each["member_id"], each["role"]): (each["state"], each["capacity"]) for each in found}


def enrollment_state(association: Association, program: Program, member: str, role: Role = Role.MENTEE) -> str:
    found = association.store.enrollments.find_of(TENANT, program.id, member, role)
    assert found is not None
    return found.state.value


def test_an_attendee_is_approved_at_once_in_every_role_opted_into(association: Association) -> None:
    event, both, neither = new_id(), new_id(), new_id()
    program = event_program(association, event)
    tell(association, Ticket(association, event, both, "mentor", "mentee").confirmed())
    tell(association, Ticket(association, event, neither).confirmed())
    assert places(association, program) == {(both, "mentor"): ("approved", 2), (both, "mentee"): ("approved", 1)}
    told = association.messages("enrollment.approved.v1")
    assert {(each["event_id"], each["reason"]) for each in told} == {(event, "opted_in")}
    assert [each["capacity"] for each in association.messages("mentor.capacity_changed.v1")] == [2]


def test_a_program_opened_later_enrolls_those_known_already(association: Association) -> None:
    event = new_id()
    program = event_program(association, event, ProgramState.DRAFT)
    attending, gone = new_id(), new_id()
    left = Ticket(association, event, gone, "mentee")
    tell(association, Ticket(association, event, attending, "mentor").confirmed(), left.confirmed(), left.cancelled())
    assert places(association, program) == {}
    assert association.coordinator("POST", f"/v1/programs/{program.id}/open").status_code == 200
    association.do_due_work()
    assert places(association, program) == {(attending, "mentor"): ("approved", 2)}


def test_a_registration_handled_while_the_program_opened_is_found_by_the_second_look(association: Association) -> None:
    event, late = new_id(), new_id()
    program = event_program(association, event, ProgramState.DRAFT)
    association.coordinator("POST", f"/v1/programs/{program.id}/open")
    association.do_due_work()
    # As if this had been read before the opening and written after the first look.
    opened = association.store.programs.get(TENANT, program.id)
    association.put(opened, state=ProgramState.DRAFT)
    tell(association, Ticket(association, event, late, "mentee").confirmed())
    association.put(association.store.programs.get(TENANT, program.id), state=ProgramState.OPEN)
    association.do_due_work()
    assert places(association, program) == {}
    association.clock.pass_by(seconds=90)
    association.do_due_work()
    assert places(association, program) == {(late, "mentee"): ("approved", 1)}
    assert association.foundation.database["attendee_sweeps"].count_documents({}) == 0


def test_the_same_message_again_changes_nothing(association: Association) -> None:
    event, member = new_id(), new_id()
    event_program(association, event)
    told = Ticket(association, event, member, "mentee").confirmed()
    tell(association, told, told)
    tell(association, told)
    assert len(association.messages("enrollment.approved.v1")) == 1


def test_a_cancelled_ticket_withdraws_and_a_restored_one_brings_back(association: Association) -> None:
    event, mentee = new_id(), association.member()
    program = event_program(association, event)
    mentor = association.mentor(program)
    ticket = Ticket(association, event, mentee, "mentee")
    tell(association, ticket.confirmed())
    [request] = asked(association, program, mentee, mentor)
    tell(association, ticket.cancelled())
    assert enrollment_state(association, program, mentee) == "withdrawn"
    assert state_of(association, mentee, f"/v1/requests/{request}") == "invalidated"
    assert [each["reason"] for each in association.messages("request.invalidated.v1")] == ["registration_cancelled"]
    association.put(program, state=ProgramState.RUNNING)
    tell(association, ticket.confirmed())
    assert enrollment_state(association, program, mentee) == "approved"


def test_a_live_mentorship_outlives_the_ticket(association: Association) -> None:
    event, mentee = new_id(), association.member()
    program = event_program(association, event)
    mentor = association.mentor(program)
    ticket = Ticket(association, event, mentee, "mentee")
    tell(association, ticket.confirmed())
    mentorship = paired(association, program, mentor, mentee)
    tell(association, ticket.cancelled())
    assert state_of(association, mentee, f"/v1/mentorships/{mentorship}") == "agreement_pending"


def test_whoever_withdrew_is_not_brought_back_by_a_check_in(association: Association) -> None:
    event, member = new_id(), new_id()
    program = event_program(association, event)
    ticket = Ticket(association, event, member, "mentee")
    tell(association, ticket.confirmed())
    enrollment = association.store.enrollments.find_of(TENANT, program.id, member, Role.MENTEE)
    assert enrollment is not None
    association.call(member, "PATCH", f"/v1/enrollments/{enrollment.id}", {"state": "withdrawn"})
    tell(association, ticket.checked_in())
    assert enrollment_state(association, program, member) == "withdrawn"


def test_one_live_ticket_beats_a_cancelled_one_in_every_order(association: Association) -> None:
    """The first ticket is cancelled while the second still counts; keys may overtake each other."""
    for order in permutations(range(3)):
        event, member = new_id(), new_id()
        program = event_program(association, event)
        first, second = Ticket(association, event, member, "mentee"), Ticket(association, event, member, "mentee")
        told = [first.confirmed(), second.confirmed(), first.cancelled(attending=True)]
        if order.index(0) > order.index(2):
            continue  # of one key the order is kept
        for position in order:
            tell(association, told[position])
        assert enrollment_state(association, program, member) == "approved", order


def test_when_both_tickets_are_cancelled_the_member_is_out_in_every_order(association: Association) -> None:
    for late_first in (False, True):
        event, member = new_id(), new_id()
        program = event_program(association, event)
        first, second = Ticket(association, event, member, "mentee"), Ticket(association, event, member, "mentee")
        tell(association, first.confirmed(), second.confirmed())
        association.clock.pass_by(minutes=10)
        earlier = first.cancelled(attending=True)
        association.clock.pass_by(minutes=10)
        later = second.cancelled(attending=False)
        for told in (later, earlier) if late_first else (earlier, later):
            tell(association, told)
        assert enrollment_state(association, program, member) == "withdrawn"


def test_other_events_and_other_associations_are_left_alone(association: Association) -> None:
    program = event_program(association, new_id())
    tell(association, Ticket(association, new_id(), new_id(), "mentee").confirmed())
    assert places(association, program) == {}


@pytest.mark.parametrize("told", [{"membership": "lapsed"}, {"membership": None}])
def test_a_member_may_be_heard_of_after_their_registration(association: Association, told: dict[str, Any]) -> None:
    event, member = new_id(), new_id()
    program = event_program(association, event)
    tell(association, Ticket(association, event, member, "mentor").confirmed())
    data = {"id": member, "given_name": "Ada", "family_name": "Okafor", **told}
    tell(association, record("member.registered.v1", data, key=member, version=1, at=association.clock.now()))
    assert enrollment_state(association, program, member, Role.MENTOR) == "approved"
    copy = association.store.copies.find(TENANT, member)
    assert copy is not None
    assert (copy.name, copy.may_start_something) == ("Ada Okafor", told["membership"] is None)
