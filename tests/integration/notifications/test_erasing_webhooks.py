"""Of a member who was erased no webhook tells any more, and the delivery log keeps nothing of them."""

from typing import Any

import pytest

from shared.clock import rfc3339
from shared.storage.identifier_hashes import EMAIL
from tests import erasing
from tests.integration.notifications.conftest import ISSUING, Desk
from tests.integration.notifications.hooked import Hooked
from tests.integration.notifications.receiving import Receiver
from tests.scanning import places_of
from tests.unit.notifications.news import ADA, examples

WORDS = ("ada@", "okafor")
RECORD = "org.ithaca.attendee.published.v1"


@pytest.fixture(autouse=True)
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)


@pytest.fixture
def hooked(desk: Desk, receiver: Receiver) -> Hooked:
    return Hooked(desk, receiver)


def erase_ada(hooked: Hooked) -> None:
    desk = hooked.desk
    now = desk.clock.now()
    for record in (
        erasing.request(
            "acme", ADA, next(desk._offsets), now, tickets=["ABC12-1"], known_by=[(EMAIL, "ada@example.org")]
        ),
        erasing.tombstone("acme", ADA, next(desk._offsets), now),
    ):
        desk._handling.handle([record])
        desk.work("erase_members")


def hear_record(hooked: Hooked, *, message_id: str | None = None, **changes: Any) -> None:
    data = examples("attendee.published.v1")["confirmed-mentee"] | {"updated_at": rfc3339(hooked.desk.clock.now())}
    hooked.desk.hear("attendee.published.v1", data | changes, key="a-ticket", message_id=message_id)


def hear_ada(hooked: Hooked, type_name: str, version: int) -> None:
    data = examples("member.registered.v1")["by-the-association"]
    hooked.desk.hear(type_name, data, version=version)


def test_what_waits_is_not_sent_and_what_was_sent_is_not_kept(hooked: Hooked) -> None:
    sent = hooked.register(["org.ithaca.member.registered.v1", RECORD])
    hooked.desk.know_everybody()
    hear_record(hooked)
    hooked.work()
    assert len(hooked.receiver.received) == 2
    hooked.receiver.answer(503)
    waiting = hooked.register(["org.ithaca.member.unmerged.v1", RECORD])
    hear_ada(hooked, "member.unmerged.v1", 3)
    hear_record(hooked)
    hooked.desk.work("ring_webhooks")
    assert places_of(hooked.desk.foundation.database, *WORDS)
    erase_ada(hooked)
    assert places_of(hooked.desk.foundation.database, *WORDS) == []
    before = len(hooked.receiver.received)
    hooked.receiver.answer(204)
    hooked.later(hours=1)
    assert len(hooked.receiver.received) == before
    assert {each["state"] for each in hooked.log(waiting)} == {"dropped"}
    assert {(each["state"], each["replayable"]) for each in hooked.log(sent)[:2]} == {("delivered", False)}


def test_what_is_not_kept_cannot_be_sent_again(hooked: Hooked) -> None:
    made = hooked.register(["org.ithaca.member.registered.v1"])
    hooked.desk.know_everybody()
    hooked.work()
    erase_ada(hooked)
    [delivery] = hooked.log(made)
    answer = hooked.ask("POST", f"/{made['id']}/deliveries/{delivery['id']}/retry")
    assert answer.status_code == 409
    assert "erased" in answer.get_json()["detail"]


def test_the_end_itself_and_what_names_others_are_told(hooked: Hooked) -> None:
    hooked.register(["*"])
    hooked.desk.know_everybody()
    erase_ada(hooked)
    hooked.desk.hear_example("registration.cancelled.v1", "at-the-ticket-system", member_id=ADA, version=2)
    hooked.work()
    types = hooked.receiver.types()
    assert "member.erased.v1" in types
    assert "member.updated.v1" in types, "Ben is nobody who was erased"
    assert "registration.cancelled.v1" in types
    assert "member.registered.v1" not in types


def test_what_comes_late_of_the_erased_is_left_for_nobody(hooked: Hooked) -> None:
    hooked.register([RECORD, "org.ithaca.member.updated.v1"])
    hooked.desk.know_everybody()
    earlier = rfc3339(hooked.desk.clock.now())
    erase_ada(hooked)
    hooked.work()
    hooked.receiver.received.clear()
    hear_record(hooked, updated_at=earlier)
    hear_ada(hooked, "member.updated.v1", 5)
    hooked.work()
    assert hooked.receiver.received == []


def test_a_record_that_names_the_erased_as_its_buyer_is_sent_without_them(hooked: Hooked) -> None:
    hooked.register([RECORD])
    hooked.desk.know_everybody()
    earlier = rfc3339(hooked.desk.clock.now())
    erase_ada(hooked)
    person = {"name": "Chen Wei", "buyer_email": "ada@example.org"}
    hear_record(hooked, person=person, updated_at=earlier, source_registration_id="XYZ-2")
    hooked.work()
    [came] = hooked.receiver.received
    assert came.event["data"]["person"] == {"name": "Chen Wei"}


def test_records_of_outside_have_an_id_that_fits_a_header_and_no_answers(hooked: Hooked) -> None:
    hooked.register([RECORD])
    hear_record(hooked, message_id="ünï cödé " + "x" * 900)
    hooked.work()
    [came] = hooked.receiver.received
    assert came.id.isascii()
    assert len(came.id) == 32
    assert not {"answers", "goals"} & came.event["data"].keys()


def test_an_export_says_which_outside_systems_were_told(hooked: Hooked) -> None:
    made = hooked.register(["org.ithaca.member.registered.v1"])
    hooked.desk.know_everybody()
    hooked.work()
    headers = ISSUING.headers("member", sub=ADA, tenant="acme")
    share = hooked.desk.client().get(f"/v1/members/{ADA}/export-share", headers=headers).get_json()
    [told] = share["sections"]["webhook_deliveries"]
    assert (told["webhook_id"], told["type"]) == (made["id"], "org.ithaca.member.registered.v1")
