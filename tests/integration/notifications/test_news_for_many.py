"""News for more people than one page holds: mail goes out meanwhile, and several tickets of one person are one."""

from datetime import timedelta

import pytest

from services.notifications.commands import firm_pages, tell_registered
from services.notifications.domain.copies import Person
from services.notifications.domain.registered import Registered
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.storage.bulk import BulkRepository
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox

CALLED_OFF = f"{PREFIX}event.cancelled.v1"
SUMMIT = "019ab001-7c1e-7b5e-9c55-0000000000e1"


def register_many(desk: Desk, people: int, *, tickets: int = 1) -> None:
    """Members who are known, each with so many tickets for the summit."""
    now, ids = desk.clock.now(), [new_id() for _ in range(people)]
    known = [Person(each, "acme", 1, now, "Ada", "Okafor", f"{each}@example.org") for each in ids]
    registered = [
        Registered(new_id(), "acme", 1, now, SUMMIT, each, live=True, attending=True, heard=1)
        for each in ids
        for _ in range(tickets)
    ]
    people_there = BulkRepository(desk.store.people.collection, Person, "person")
    registrations = BulkRepository(desk.store.registrations.collection, Registered, "registration")
    desk.foundation.unit_of_work.run(
        lambda transaction: registrations.write(transaction.session, [(None, one) for one in registered]),
        tenant="acme",
    )
    desk.foundation.unit_of_work.run(
        lambda transaction: people_there.write(transaction.session, [(None, one) for one in known]), tenant="acme"
    )


def call_off(desk: Desk) -> None:
    desk.hear_example(
        "event.cancelled.v1",
        "by-the-organizer",
        id=SUMMIT,
        version=2,
        starts_at="2126-05-04T07:00:00Z",
        ends_at="2126-05-06T16:00:00Z",
    )


def test_the_first_mail_leaves_before_the_last_item_is_written(
    desk: Desk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tell_registered, "PAGE", 3)
    monkeypatch.setattr(firm_pages, "PAGES", 1)
    desk.know_everybody()
    register_many(desk, 5)
    call_off(desk)
    works = {work.name: work for work in desk.service.due}
    loop = DueLoop(desk.foundation.unit_of_work, desk.service.due, desk.clock)
    with mailbox.answering():
        assert loop.step(works["tell_registered"])
        assert loop.step(works["send_mail"])
    written = {"tenant": "acme", "type": CALLED_OFF}
    assert len(mailbox.raw) == 1
    assert 1 < desk.store.notifications.collection.count_documents(written) < 5
    desk.work("tell_registered")
    assert desk.store.notifications.collection.count_documents(written) == 5


def test_tickets_of_one_person_on_both_sides_of_a_page_are_one_piece_of_news(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.know_everybody()
    monkeypatch.setattr(tell_registered, "PAGE", 5)
    people = 9
    register_many(desk, people, tickets=3)
    call_off(desk)
    desk.work("tell_registered")
    desk.clock.pass_by(timedelta(minutes=2))
    desk.work("tell_registered")
    told = [each["member_id"] for each in desk.store.notifications.collection.find({"type": CALLED_OFF})]
    assert len(told) == len(set(told)) == people
    waiting = {"tenant": "acme", "event_id": SUMMIT}
    assert desk.store.registrations.collection.count_documents(waiting) == 3 * people
