"""What the demo says of a message."""

from cli.demo.lineage import Lineage
from shared.ids import new_id
from tests.unit.cli.messages import message

ADA, BRUNO = new_id(), new_id()


def registered(lineage: Lineage, member_id: str, given_name: str) -> None:
    lineage.add(message("member.registered.v1", {"id": member_id, "given_name": given_name, "family_name": ""}))


def test_a_message_stands_one_step_below_its_cause() -> None:
    lineage = Lineage()
    ticket = message("attendee.published.v1", {"person": {"name": "Ada"}, "source_registration_id": "A-1"})
    member = message("member.registered.v1", {"id": ADA, "given_name": "Ada"}, cause=ticket)
    seat = message("registration.confirmed.v1", {"member_id": ADA}, cause=member)
    lines = [lineage.add(each) for each in (ticket, member, seat)]
    assert [line.depth for line in lines] == [0, 1, 2]
    assert [line.cause for line in lines] == [None, "attendee.published", "member.registered"]
    assert [line.topic for line in lines] == ["attendees.v1", "members.v1", "registrations.v1"]


def test_a_delivered_mail_stands_below_what_it_tells_of() -> None:
    lineage = Lineage()
    thanks = message("appreciation.sent.v1", {"from_id": BRUNO, "to_id": ADA})
    lineage.add(thanks)
    line = lineage.add(message("notification.delivered.v1", {"member_id": ADA, "message_id": thanks.id}))
    assert (line.depth, line.cause) == (1, "appreciation.sent")


def test_a_cause_that_was_never_seen_is_no_cause() -> None:
    line = Lineage().add(message("event.published.v1", {"name": "Summit"}, causation_id=new_id()))
    assert (line.depth, line.cause, line.about) == (0, None, "Summit")


def test_people_are_named_once_their_member_was_seen() -> None:
    lineage = Lineage()
    pair = message("mentorship.started.v1", {"mentor_id": ADA, "mentee_id": BRUNO})
    before = lineage.add(pair).about
    registered(lineage, ADA, "Ada")
    registered(lineage, BRUNO, "Bruno")
    assert before == f"{BRUNO[-6:]} and {ADA[-6:]}"
    assert lineage.add(pair).about == "Bruno and Ada"


def test_an_outside_system_is_named_by_its_host() -> None:
    line = Lineage().add(message("attendee.published.v1", {}, source="https://tickets.example.org/assoc"))
    assert line.writer == "tickets.example.org"


def test_a_service_is_named_by_itself() -> None:
    assert Lineage().add(message("program.opened.v1", {"name": "Summit mentoring"})).writer == "matching"
