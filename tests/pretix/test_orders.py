"""What happens to an order in pretix happens to the registrations of its positions."""

from tests.e2e.running import eventually
from tests.pretix.arrivals import Arrivals
from tests.pretix.office import Office
from tests.pretix.selling import Order, attendee, unique_address


def test_an_order_is_pending_until_it_is_paid(office: Office, arrivals: Arrivals) -> None:
    address = unique_address("ada")
    order = Order.placed(office, attendee("Ada", address))
    pending = arrivals.arrived(order.ticket())
    assert (pending["status"], pending["attending"]) == ("pending", False)
    order.mark("paid")
    paid = arrivals.arrived(order.ticket(), lambda each: each["status"] == "confirmed")
    assert (paid["id"], paid["attending"]) == (pending["id"], True)
    member = arrivals.member(paid)
    assert (member["email"], member["given_name"], member["family_name"]) == (address, "Ada", "Okafor")


def test_answers_opt_in_and_become_goals(office: Office, arrivals: Arrivals) -> None:
    asked = office.questions
    mentor = next(each["id"] for each in asked["MENTOR"]["options"] if each["answer"]["en"] == "As a mentor")
    answers = [
        {"question": asked["MENTOR"]["id"], "answer": "As a mentor", "options": [mentor]},
        {"question": asked["GOALS"]["id"], "answer": "Help newer engineers into leadership", "options": []},
    ]
    order = Order.paid(office, attendee("Bruno", answers=answers))
    registration = arrivals.arrived(order.ticket())
    assert registration["mentoring"] == ["mentor"]
    member = arrivals.member(registration)
    assert "mentor" in member["roles"]
    assert [goal["text"] for goal in member["goals"]] == ["Help newer engineers into leadership"]


def test_two_tickets_under_one_address_are_one_member_s(office: Office, arrivals: Arrivals) -> None:
    address = unique_address("chen")
    first, second = (Order.paid(office, attendee("Chen", address)) for _ in range(2))
    members = {arrivals.arrived(each.ticket())["member_id"] for each in (first, second)}
    assert len(members) == 1


def test_a_changed_name_and_address_move_the_ticket_to_another_member(office: Office, arrivals: Arrivals) -> None:
    order = Order.paid(office, attendee("Dana"))
    before = arrivals.arrived(order.ticket())
    other = attendee("Elif")
    order.change(**other)
    after = arrivals.arrived(order.ticket(), lambda each: each["member_id"] != before["member_id"])
    assert after["id"] == before["id"]
    member = arrivals.member(after)
    assert (member["email"], member["given_name"]) == (other["attendee_email"], "Elif")


def test_a_buyer_s_address_is_the_ticket_s_only_one_where_the_attendee_has_none(
    office: Office, arrivals: Arrivals
) -> None:
    order = Order.paid(office, {"attendee_name_parts": {"_scheme": "full", "full_name": "Olu Adeyemi"}})
    bought = eventually(lambda: arrivals.registration(order.ticket()))
    assert (bought["name"], bought["email"]) == ("Olu Adeyemi", None)
    address = unique_address("new.office")
    office.at_event("PATCH", f"orders/{order.code}/", {"email": address})
    eventually(lambda: (arrivals.registration(order.ticket()) or bought)["buyer_email"] == address)


def test_a_position_canceled_inside_a_paid_order_is_cancelled_alone(office: Office, arrivals: Arrivals) -> None:
    order = Order.paid(office, attendee("Farid"), attendee("Grace"))
    arrivals.arrived(order.ticket(2), lambda each: each["attending"])
    order.cancel_position(2)
    cancelled = arrivals.arrived(order.ticket(2), lambda each: each["status"] == "cancelled")
    assert cancelled["attending"] is False
    assert arrivals.arrived(order.ticket(1))["status"] == "confirmed"


def test_a_canceled_order_is_cancelled_until_it_is_reactivated(office: Office, arrivals: Arrivals) -> None:
    order = Order.paid(office, attendee("Hiro"))
    before = arrivals.arrived(order.ticket())
    order.mark("canceled")
    cancelled = arrivals.arrived(order.ticket(), lambda each: each["status"] == "cancelled")
    assert (cancelled["id"], cancelled["attending"]) == (before["id"], False)
    order.do("reactivate")
    again = arrivals.arrived(order.ticket(), lambda each: each["status"] == "confirmed")
    assert (again["id"], again["attending"]) == (before["id"], True)


def test_an_order_that_expired_unpaid_is_cancelled(office: Office, arrivals: Arrivals) -> None:
    order = Order.placed(office, attendee("Ines"))
    arrivals.arrived(order.ticket())
    order.mark("expired")
    arrivals.arrived(order.ticket(), lambda each: each["status"] == "cancelled")


def test_an_order_that_needs_approval_is_pending_and_cancelled_when_it_is_denied(
    office: Office, arrivals: Arrivals
) -> None:
    order = Order.placed(office, attendee("Jonas"), require_approval=True)
    assert arrivals.arrived(order.ticket())["status"] == "pending"
    order.do("deny")
    arrivals.arrived(order.ticket(), lambda each: each["status"] == "cancelled")


def test_an_add_on_is_a_registration_only_where_it_names_somebody(office: Office, arrivals: Arrivals) -> None:
    nobody = {"attendee_name_parts": {}, "attendee_email": None}
    order = Order.paid(
        office,
        attendee("Mira", positionid=1),
        {"positionid": 2, "addon_to": 1, **nobody},
        attendee("Nils", positionid=3, addon_to=1),
    )
    arrivals.arrived(order.ticket(1))
    arrivals.arrived(order.ticket(3))
    assert arrivals.registration(order.ticket(2)) is None


def test_a_ticket_split_off_into_an_order_of_its_own_leaves_nothing_behind(office: Office, arrivals: Arrivals) -> None:
    order = Order.paid(office, attendee("Kofi"), attendee("Lena"))
    before = arrivals.arrived(order.ticket(2))
    moved = order.split(2)
    after = arrivals.arrived(moved.ticket(2), lambda each: each["attending"])
    assert after["member_id"] == before["member_id"]
    arrivals.arrived(order.ticket(2), lambda each: each["status"] == "cancelled")
    assert arrivals.arrived(order.ticket(1))["status"] == "confirmed"
