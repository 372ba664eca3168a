"""Taking a seat and answering who would like to meet, from a mail, without signing in."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.acts import Act
from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import Encounters
from tests.integration.events.test_registering import at_once
from tests.integration.events.test_waitlist import (
    accept,
    cancel,
    owner,
    run_out,
    statuses,
    told_of,
    waiting_event,
)
from tests.visiting import Page, address, press, visit


def link(bench: Bench, act: Act, member: str, subject: str, locale: str = "en") -> str:
    return address(act, bench.tenant, member, subject, datetime.now(UTC), locale=locale)


def opened(bench: Bench, path: str, method: str = "GET") -> Page:
    return visit(bench.app.test_client(), path, method)


def pressed(bench: Bench, path: str, **entry: str) -> Page:
    return press(bench.app.test_client(), path, **entry)


class Offer:
    """A seat that is offered to the first who waits."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.event, (seated,), (self.id, self.next) = waiting_event(bench, capacity=1, waiting=2)
        cancel(bench, seated)
        bench.perform_due()
        self.member = owner(bench, self.id)

    def link(self, locale: str = "en") -> str:
        return link(self.bench, Act.TAKE_SEAT, self.member, self.id, locale)

    def status(self) -> str:
        return statuses(self.bench, self.event)[self.id]


@pytest.fixture
def offer(bench: Bench) -> Offer:
    return Offer(bench)


def test_a_seat_is_taken_from_a_mail_and_once(bench: Bench, offer: Offer) -> None:
    shown = opened(bench, offer.link())
    assert (shown.status, shown.has_form) == (200, True)
    assert "Annual Summit" in shown.text
    assert "9:00" in shown.text, "on the clocks of the place"
    assert offer.status() == "offered"
    assert "The seat is yours" in pressed(bench, offer.link()).text
    assert offer.status() == "confirmed"
    again = pressed(bench, offer.link())
    assert (again.status, again.has_form) == (200, False)
    assert "already" in again.text
    assert told_of(bench, offer.id).count("confirmed") == 1


def test_an_offer_that_ran_out_is_not_taken(bench: Bench, offer: Offer) -> None:
    run_out(bench, offer.id)
    page = pressed(bench, offer.link())
    assert (page.status, page.has_form) == (409, False)
    assert "has passed on" in page.text
    assert offer.status() == "expired"


def test_a_cancelled_registration_takes_no_seat(bench: Bench, offer: Offer) -> None:
    cancel(bench, offer.id)
    assert "was cancelled" in pressed(bench, offer.link()).text
    assert offer.status() == "cancelled"


def test_a_seat_is_taken_by_nobody_else(bench: Bench, offer: Offer) -> None:
    now = datetime.now(UTC)
    for path in (
        link(bench, Act.TAKE_SEAT, new_id(), offer.id),
        link(bench, Act.TAKE_SEAT, offer.member, offer.next),
        link(bench, Act.ACCEPT_REQUEST, offer.member, offer.id),
        address(Act.TAKE_SEAT, bench.neighbor, offer.member, offer.id, now),
        address(Act.TAKE_SEAT, bench.tenant, offer.member, offer.id, now, at="accept-meeting"),
    ):
        assert opened(bench, path, "POST").status == 404
    assert (
        opened(bench, address(Act.TAKE_SEAT, bench.tenant, offer.member, offer.id, now - timedelta(days=15))).status
        == 410
    )
    assert offer.status() == "offered"


@pytest.mark.parametrize("turn", range(3))
def test_pressing_while_the_portal_accepts_takes_one_seat(bench: Bench, offer: Offer, turn: int) -> None:
    path = offer.link()
    answers = at_once(
        [lambda: pressed(bench, path).status] * 2 + [lambda: accept(bench, offer.id, member=offer.member).status_code]
    )
    assert set(answers) == {200}
    assert told_of(bench, offer.id).count("confirmed") == 1


def test_an_event_is_named_from_right_to_left(bench: Bench, offer: Offer) -> None:
    page = opened(bench, offer.link("ar"))
    assert (page.lang, page.direction) == ("ar", "rtl")
    assert "<bdi>Annual Summit</bdi>" in page.html


@pytest.fixture
def encounters(bench: Bench) -> Encounters:
    return Encounters(bench, tables=1)


def test_a_meeting_is_accepted_from_a_mail_and_gets_a_table(bench: Bench, encounters: Encounters) -> None:
    ada, ben = encounters.attendee(given_name="Ada"), encounters.attendee(given_name="Ben")
    meeting = encounters.asked(ada, ben, message="About <b>bridges</b>")
    path = link(bench, Act.ACCEPT_MEETING, ben, meeting)
    shown = opened(bench, path)
    for said in ("Ada Okafor would like to meet you at Annual Summit", "About <b>bridges</b>"):
        assert said in shown.text
    assert opened(bench, link(bench, Act.ACCEPT_MEETING, new_id(), meeting), "POST").status == 404
    assert "at table Table 1" in pressed(bench, path).text
    assert encounters.state(meeting) == "accepted"
    assert "agreed already" in pressed(bench, path).text
    late = pressed(bench, link(bench, Act.DECLINE_MEETING, ben, meeting))
    assert (late.status, late.has_form) == (409, False)
    encounters.require_consistent()


def test_a_meeting_is_declined_from_a_mail(bench: Bench, encounters: Encounters) -> None:
    ada, ben = encounters.attendee(given_name="Ada"), encounters.attendee(given_name="Ben")
    meeting = encounters.asked(ada, ben)
    assert "You have declined." in pressed(bench, link(bench, Act.DECLINE_MEETING, ben, meeting)).text
    assert encounters.state(meeting) == "declined"
    encounters.require_consistent()


def test_whoever_asked_waits_for_the_answer(bench: Bench, encounters: Encounters) -> None:
    ada, ben = encounters.attendee(given_name="Ada"), encounters.attendee(given_name="Ben")
    meeting = encounters.asked(ada, ben)
    page = pressed(bench, link(bench, Act.ACCEPT_MEETING, ada, meeting))
    assert (page.status, page.has_form) == (409, False)
    assert "You have proposed this time" in page.text
    assert encounters.state(meeting) == "pending"


def test_a_meeting_is_accepted_at_the_time_that_was_shown(bench: Bench, encounters: Encounters) -> None:
    ada, ben = encounters.attendee(given_name="Ada"), encounters.attendee(given_name="Ben")
    meeting = encounters.asked(ada, ben)
    path = link(bench, Act.ACCEPT_MEETING, ben, meeting)
    shown = opened(bench, path)
    encounters.done("counter", meeting, ben, slot_id=encounters.slot_ids[1])
    encounters.done("counter", meeting, ada, slot_id=encounters.slot_ids[2])
    stale = visit(bench.app.test_client(), path, "POST", data=shown.hidden)
    assert (stale.status, stale.has_form) == (409, True)
    assert "has changed since you opened the page" in stale.text
    assert encounters.state(meeting) == "pending"


def test_where_no_table_is_left_a_place_may_be_named(bench: Bench, encounters: Encounters) -> None:
    ada, ben, cleo = (encounters.attendee(given_name=name) for name in ("Ada", "Ben", "Cleo"))
    dora = encounters.attendee(given_name="Dora")
    meeting = encounters.asked(ada, ben)
    encounters.agreed(cleo, dora)
    path = link(bench, Act.ACCEPT_MEETING, ben, meeting)
    refused = pressed(bench, path)
    assert (refused.status, refused.has_form) == (409, True)
    assert refused.fields == ["place", "without_table"]
    assert "No table is left" in refused.text
    assert pressed(bench, path, place="x" * 201).status == 422
    assert "by the fountain" in pressed(bench, path, place="by the fountain").text
    assert encounters.state(meeting) == "accepted"
    encounters.require_consistent()


def test_a_request_that_ran_out_is_not_accepted(bench: Bench, encounters: Encounters) -> None:
    ada, ben = encounters.attendee(given_name="Ada"), encounters.attendee(given_name="Ben")
    meeting = encounters.asked(ada, ben)
    bench.foundation.database["meetings"].update_one(
        {"_id": meeting}, {"$set": {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}}
    )
    page = pressed(bench, link(bench, Act.ACCEPT_MEETING, ben, meeting))
    assert (page.status, page.has_form) == (409, False)
    assert encounters.state(meeting) == "pending"


def test_a_meeting_called_off_is_not_accepted(bench: Bench, encounters: Encounters) -> None:
    ada, ben = encounters.attendee(given_name="Ada"), encounters.attendee(given_name="Ben")
    meeting = encounters.asked(ada, ben)
    encounters.done("cancel", meeting, ada)
    page = pressed(bench, link(bench, Act.ACCEPT_MEETING, ben, meeting))
    assert (page.status, page.has_form) == (409, False)
    assert "was called off" in page.text
