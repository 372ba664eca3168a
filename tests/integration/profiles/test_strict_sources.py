"""With ITHACA_STRICT_SOURCES nobody becomes a member by a record of a stranger's, and no record of ours is lost."""

import dataclasses
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.profiles.commands.take_attendee_record import WAITING
from services.profiles.store.registrations import COLLECTION
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.record import Record
from shared.settings import Settings
from tests.integration.profiles.conftest import ARRIVED, Office


class Gatherings:
    """What events announces of gatherings; the summit is one of them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.event = new_id()
        self.version = 0

    def announce(self, *sources: str, configured: bool | None = True, tenant: str = "acme", **fields: Any) -> None:
        """The event is also the `summit` of these sources; `configured` None: it is not said whether they are."""
        self.version += 1
        said = {} if configured is None else {"configured": configured}
        data = {
            "id": self.event,
            "name": "Annual Summit",
            "starts_at": "2099-05-04T07:00:00Z",
            "ends_at": "2099-05-06T16:00:00Z",
            "time_zone": "Europe/Rome",
            "state": "published",
            "sources": [{"source": each, "source_event_id": "summit"} | said for each in sources],
        } | fields
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": new_id(),
            "ce_source": f"/tenants/{tenant}/services/events",
            "ce_type": "org.ithaca.event.updated.v1",
            "ce_tenant": tenant,
            "ce_aggregateversion": str(self.version),
            "content-type": "application/json",
        }
        headers = [(name, value.encode()) for name, value in attributes.items()]
        record = Record("events.v1", 0, self.version, ARRIVED, self.event.encode(), orjson.dumps(data), headers)
        self.office.service.handling().handle([record])


def work(office: Office) -> None:
    loop = DueLoop(office.foundation.unit_of_work, office.service.due, office.foundation.clock)
    while any(loop.step(each) for each in office.service.due):
        pass


def ticket(
    number: str = "A-1", source: str = "pretix", at: str = "2026-05-01T10:00:00Z", **fields: Any
) -> dict[str, Any]:
    return {
        "source": source,
        "source_event_id": "summit",
        "source_registration_id": number,
        "person": {"name": "Ada Okafor", "email": f"{number.lower()}@example.org"},
        "status": "confirmed",
        "updated_at": at,
    } | fields


def emails(office: Office, tenant: str = "acme") -> set[str | None]:
    return {member.email for member in office.members(tenant)}


@pytest.fixture
def strict(own_settings: Settings) -> Iterator[Office]:
    office = Office(dataclasses.replace(own_settings, strict_sources=True))
    yield office
    office.foundation.close()


@pytest.fixture
def gatherings(strict: Office) -> Gatherings:
    return Gatherings(strict)


def test_a_stranger_makes_nobody_a_member(strict: Office, gatherings: Gatherings) -> None:
    gatherings.announce("pretix")
    gatherings.announce("pretix", "shop", configured=False)
    strict.hear(ticket(), ticket(source="shop"), ticket(source="nobodys"))
    work(strict)
    assert strict.members() == []
    assert strict.announced() == []
    assert strict.foundation.database["dead"].count_documents({}) == 0


def test_a_record_of_a_configured_source_makes_its_member_at_once(strict: Office, gatherings: Gatherings) -> None:
    gatherings.announce("pretix")
    strict.hear(ticket())
    assert emails(strict) == {"a-1@example.org"}


def test_records_that_came_first_wait_and_are_taken_in_as_they_are_by_then(
    strict: Office, gatherings: Gatherings
) -> None:
    later = "2026-05-02T10:00:00Z"
    strict.hear(ticket("A-1"), ticket("A-2"), ticket("A-3"), ticket("B-1", source="shop"))
    changed = {"name": "Ada Lee", "email": "lee@example.org"}
    strict.hear(ticket("A-2", at=later, person=changed), ticket("A-2"))
    strict.hear({name: ticket("A-3")[name] for name in ticket() if name.startswith("source")} | {"updated_at": later})
    gatherings.announce("pretix", configured=False)
    work(strict)
    assert strict.members() == []
    gatherings.announce("pretix")
    work(strict)
    assert emails(strict) == {"a-1@example.org", "lee@example.org"}
    assert {each["type"] for each in strict.announced()} == {"member.registered.v1"}
    strict.hear(ticket("A-3"), ticket("A-1"))
    assert len(strict.announced()) == 2


def test_two_tickets_of_one_person_that_waited_are_one_member(strict: Office, gatherings: Gatherings) -> None:
    same = {"name": "Ada Okafor", "email": "ada@example.org"}
    strict.hear(*(ticket(f"A-{number}", person=same) for number in range(60)))
    gatherings.announce("pretix")
    work(strict)
    [member] = strict.members()
    assert sum(each.of_registration for each in member.identifiers) == 60


def test_who_was_let_in_is_followed_after_the_source_is_gone(strict: Office, gatherings: Gatherings) -> None:
    gatherings.announce("pretix")
    strict.hear(ticket())
    gatherings.announce("pretix", configured=False)
    moved = {"name": "Ada Okafor", "email": "new@example.org"}
    strict.hear(ticket(at="2026-05-02T10:00:00Z", person=moved), ticket("A-2"))
    assert "new@example.org" in emails(strict)
    assert "a-2@example.org" not in emails(strict)


def test_events_that_older_versions_announced_admit_their_sources(strict: Office, gatherings: Gatherings) -> None:
    gatherings.announce("pretix", configured=None)
    strict.hear(ticket())
    assert emails(strict) == {"a-1@example.org"}


def test_a_source_of_one_tenant_is_none_of_anothers(strict: Office, gatherings: Gatherings) -> None:
    strict.hear(ticket(), tenant="acme")
    gatherings.announce("pretix", tenant="other")
    work(strict)
    assert strict.members() == []
    strict.hear(ticket(), tenant="other")
    assert emails(strict, "other") == {"a-1@example.org"}


def test_a_record_waits_for_7_days_and_leaves_nothing(strict: Office) -> None:
    strict.hear(ticket())
    [waiting] = strict.foundation.database[COLLECTION].find()
    assert timedelta() <= strict.foundation.clock.now() + WAITING - waiting["expire_at"] < timedelta(minutes=1)
    [index] = [each for each in strict.foundation.database[COLLECTION].list_indexes() if "expireAfterSeconds" in each]
    assert (list(index["key"]), index["expireAfterSeconds"]) == (["expire_at"], 0)


def test_who_waited_is_known_once_all_sources_count(own_settings: Settings, strict: Office) -> None:
    strict.hear(ticket())
    open_to_all = Office(own_settings)
    open_to_all.hear(ticket(at="2026-05-02T10:00:00Z"))
    assert emails(open_to_all) == {"a-1@example.org"}
    [kept] = open_to_all.foundation.database[COLLECTION].find()
    assert (kept["awaits"], kept["expire_at"]) == (None, None)
    open_to_all.foundation.close()


def test_a_record_and_the_event_that_admits_it_never_pass_each_other(strict: Office) -> None:
    for number in range(8):
        gatherings = Gatherings(strict)
        source = f"shop-{number}"
        together = [
            threading.Thread(target=gatherings.announce, args=(source,)),
            threading.Thread(target=strict.hear, args=(ticket(f"T-{number}", source=source),)),
            threading.Thread(target=work, args=(strict,)),
        ]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
        work(strict)
        assert f"t-{number}@example.org" in emails(strict)


def test_without_it_every_source_counts(office: Office) -> None:
    Gatherings(office).announce("pretix", configured=False)
    office.hear(ticket(source="nobodys"))
    assert emails(office) == {"a-1@example.org"}
