"""How pretix is read: all of it, page by page, as far as the token may."""

import uuid
from collections.abc import Iterator

import pytest

from tests.e2e.running import eventually
from tests.pretix.arrivals import Arrivals, called, configure, open_event
from tests.pretix.office import EVENT, Office
from tests.pretix.selling import Order, attendee

_PAGE = 50
"""Orders that pretix gives at once."""

_GONE = "gone"
"""An event that pretix does not have."""


@pytest.fixture
def later(office: Office, arrivals: Arrivals) -> Iterator[Arrivals]:
    """Another source at the same pretix, configured only now, whose event is read for the first time.

    It shows the token that the first one shows, and is forgotten afterwards.
    """
    for _ in range(_PAGE + 1 - office.at_event("GET", "orders/")["count"]):
        Order.paid(office, attendee("Uma"))
    platform, name = arrivals.platform, f"pretix-{uuid.uuid4().hex[:10]}"
    source = configure(platform, name, office.url, token_for_both(office, arrivals))
    sold = [{"source": name, "source_event_id": each} for each in (EVENT, _GONE)]
    yield Arrivals(platform, source["id"], open_event(platform, "Summit, again", *sold))
    called(platform, "DELETE", "events", f"/v1/sources/{source['id']}", "integrator")


def token_for_both(office: Office, arrivals: Arrivals) -> str:
    """A new token, given to the first source; the one that it had is revoked."""
    token = office.reader_token()
    called(arrivals.platform, "PATCH", "events", f"/v1/sources/{arrivals.source_id}", "integrator", {"token": token})
    return token


def test_all_pages_are_read_and_an_event_that_is_not_there_holds_up_no_other(
    office: Office, arrivals: Arrivals, later: Arrivals
) -> None:
    orders = [each for each in office.everything("orders/") if not each["testmode"]]
    assert len(orders) > _PAGE
    later.sync()
    codes = {each["code"] for each in orders}
    eventually(lambda: codes <= {ticket.partition("-")[0] for ticket in later.registrations()})
    assert later.state(EVENT)["error"] is None
    assert f"no event {_GONE}" in eventually(lambda: later.state(_GONE)["stopped"])
    assert later.source()["error"] is None


def test_a_ticket_read_by_two_sources_is_one_member_s(office: Office, arrivals: Arrivals, later: Arrivals) -> None:
    order = Order.paid(office, attendee("Vera"))
    later.sync()
    members = {each.arrived(order.ticket())["member_id"] for each in (arrivals, later)}
    assert len(members) == 1


def test_a_revoked_token_is_told_of_until_there_is_another(office: Office, arrivals: Arrivals) -> None:
    token = office.reader_token()
    called(arrivals.platform, "POST", "events", f"/v1/sources/{arrivals.source_id}/sync", "integrator")
    assert "refuses the token" in eventually(lambda: arrivals.source()["error"])
    order = Order.paid(office, attendee("Wanda"))
    called(arrivals.platform, "PATCH", "events", f"/v1/sources/{arrivals.source_id}", "integrator", {"token": token})
    arrivals.sync()
    arrivals.arrived(order.ticket())
    assert arrivals.source()["error"] is None
