"""A member is forgotten by events: tickets without a name, seats given back, and no door by which they come back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.clock import rfc3339
from shared.errors import Fault
from shared.ids import new_id
from shared.messaging import dead, letters, parking
from shared.messaging.due import DueLoop
from shared.messaging.record import Record
from shared.messaging.retrying import retries
from shared.messaging.unit_of_work import Transaction
from tests import erasing
from tests.integration.events.conftest import Bench, ticket
from tests.integration.events.test_hooks import send
from tests.integration.events.test_imports import content, upload
from tests.integration.events.test_registering import register
from tests.integration.events.test_sources import configured
from tests.scanning import places_of


class Person:
    """Somebody whose words are found nowhere else."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        mark = f"w{new_id()[-10:]}"
        self.name, self.surname = f"Ada{mark}", f"Oka{mark}"
        self.email = f"Ada@{mark}.example"
        self.words = (mark,)
        self.tickets = ("A-1", "A-2")
        self.at = datetime.now(UTC)

    def ticket(self, registration: str, **fields: Any) -> dict[str, Any]:
        person = {"email": self.email, "name": f"{self.name} {self.surname}"}
        return ticket(registration, **({"person": person} | fields))

    def request(self, erasure_id: str | None = None, known_by: Sequence[tuple[str, str]] = ()) -> Record:
        known_by = [
            *known_by,
            ("email", self.email),
            ("member_number", f"M-{self.words[0]}"),
            ("buyer", f"{self.email}\n{self.name} {self.surname}"),
        ]
        return erasing.request(
            self.bench.tenant,
            self.bench.ada,
            next(self.bench._offsets),
            self.at,
            tickets=self.tickets,
            known_by=known_by,
            erasure_id=erasure_id,
        )

    def tombstone(self) -> Record:
        return erasing.tombstone(self.bench.tenant, self.bench.ada, next(self.bench._offsets), self.at)

    def erase(self) -> None:
        self.bench.handle([self.tombstone()])
        self.bench.handle([self.request()])
        self.bench.perform_due()


@pytest.fixture
def person(bench: Bench) -> Person:
    return Person(bench)


def hear(bench: Bench, *contents: dict[str, Any], at: datetime | None = None) -> None:
    for each in contents:
        bench.receive("attendees.v1", "attendee.published.v1", each, at=at)


def put_aside(bench: Bench, data: dict[str, Any], state: str) -> None:
    record = bench.message("attendees.v1", "attendee.published.v1", data)

    def put(transaction: Transaction) -> None:
        if state == letters.PARKED:
            soon = transaction.now + timedelta(hours=1)
            parking.park_head(transaction, record, "take_attendee_record", None, reason="?", attempts=3, due_at=soon)
        else:
            faults = [Fault("", "?")]
            dead.bury(transaction, record, reaction="take_attendee_record", reason="?", faults=faults, attempts=1)

    bench.foundation.unit_of_work.run(put, tenant=bench.tenant)


def lived(bench: Bench, person: Person) -> str:
    """The event at which the member has two tickets and bought a third, with traces in every corner."""
    event = bench.event()
    bench.member(bench.ada, *person.tickets, given_name=person.name, family_name=person.surname)
    own = person.ticket("A-1", checked_in_at="2026-11-01T09:00:00Z")
    hear(bench, own, person.ticket("A-2"))
    hear(bench, person.ticket("U-1"))
    hear(bench, ticket("B-1", person={"name": "Ben Lindqvist", "buyer_email": person.email}))
    hear(bench, person.ticket("W-1", source_event_id="nowhere"))
    put_aside(bench, person.ticket("P-1"), letters.PARKED)
    put_aside(bench, ticket("P-2", person={"member_number": f"M-{person.words[0]}"}), letters.DEAD)
    unreadable = bench.message("attendees.v1", "attendee.published.v1", {})
    broken = Record(**{**_fields(unreadable), "value": f'{{"person": {{"email": "{person.email}"'.encode()})
    bench.handle([broken])
    assert bench.call("POST", "/v1/calendars", "member", member=bench.ada).status_code == 201
    assert content(upload(bench, event, [person.ticket("A-3")]))["published"] == 1
    return event


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__dataclass_fields__}


def places(bench: Bench, person: Person) -> list[str]:
    return list(places_of(bench.foundation.database, *person.words))


def completed(bench: Bench) -> list[dict[str, Any]]:
    return [each.data for each in bench.told("erasure.completed")]


def test_nothing_is_left_of_who_it_was_and_everything_is_counted_as_before(bench: Bench, person: Person) -> None:
    event = lived(bench, person)
    before = bench.shown(event)
    assert {each.partition(" ")[0] for each in places(bench, person)} >= {
        "members",
        "registrations",
        "unmapped",
        "dead",
        "outbox",
    }
    person.erase()
    assert places(bench, person) == []
    after = bench.shown(event)
    names = ("seats_taken", "waiting", "state")
    assert [after.get(each) for each in names] == [before.get(each) for each in names]
    found = {each["source_registration_id"]: each for each in bench.registrations(event)}
    assert {each: (found[each]["status"], found[each]["name"], found[each]["email"]) for each in ("A-1", "A-2")} == {
        "A-1": ("confirmed", None, None),
        "A-2": ("confirmed", None, None),
    }
    assert found["A-1"]["checked_in_at"] == "2026-11-01T09:00:00Z"
    assert (found["B-1"]["name"], found["B-1"]["buyer_email"]) == ("Ben Lindqvist", None)
    (said,) = completed(bench)
    assert said["service"] == "events"
    assert said["counts"]["registrations"] == 1, "the two with a member lost their names by the tombstone"
    assert said["counts"]["letters"] == 3


def test_a_user_name_given_up_before_goes_too(bench: Bench, person: Person) -> None:
    name = person.email.casefold()
    scim = [{"issuer": issuer, "value": name, "version": 1} for issuer in ("scim", "scim.external")]
    bench.member(bench.ada, identifiers=scim)
    bench.member(bench.ada, version=2, identifiers=[])
    assert places(bench, person) != []
    bench.handle([person.tombstone()])
    bench.handle([person.request(known_by=[("subject", f"{each['issuer']}\n{name}") for each in scim])])
    bench.perform_due()
    assert places(bench, person) == []


@pytest.mark.parametrize("order", ["tombstone first", "request first", "repeated"])
def test_one_acknowledgment_goes_out_in_whatever_order_it_is_heard(bench: Bench, person: Person, order: str) -> None:
    lived(bench, person)
    erasure = new_id()
    if order == "tombstone first":
        bench.handle([person.tombstone()])
        bench.perform_due()
        assert completed(bench) == [], "what is asked for is not known yet"
        bench.handle([person.request(erasure)])
    elif order == "request first":
        bench.handle([person.request(erasure)])
        bench.perform_due()
        assert completed(bench) == [], "a copy may come before the tombstone still"
        bench.handle([person.tombstone()])
    else:
        bench.handle([person.tombstone()])
        for _ in range(3):
            bench.handle([person.request(erasure)])
            bench.perform_due()
    bench.perform_due()
    (said,) = completed(bench)
    assert (said["id"], said["member_id"]) == (erasure, bench.ada)
    assert places(bench, person) == []


def test_a_place_taken_here_is_given_back_and_goes_to_the_next_who_waits(bench: Bench, person: Person) -> None:
    event = bench.event(capacity=1)
    register(bench, event, bench.ada)
    waiting = register(bench, event, bench.ben)
    person.erase()
    (cancelled,) = bench.told("registration.cancelled")
    assert (cancelled.data["member_id"], cancelled.data["reason"]) == (bench.ada, "erased")
    (offered,) = bench.told("registration.offered")
    assert (offered.key, offered.data["member_id"]) == (waiting, bench.ben)
    person.erase()
    assert len(bench.told("registration.cancelled")) == 1, "once"


@pytest.mark.parametrize(
    "fields",
    [
        {"registration": "A-1"},
        {"registration": "N-1"},
        {"registration": "N-2", "person": {"member_number": "M-{mark}"}},
        {"registration": "N-3", "person": {"buyer_email": "ADA@{mark}.example", "name": "ada{mark}  oka{mark}"}},
    ],
    ids=["ticket", "address", "number", "buyer and name"],
)
def test_a_record_from_before_is_passed_over_and_a_newer_one_is_not(
    bench: Bench, person: Person, fields: dict[str, Any]
) -> None:
    event = bench.event()
    person.erase()
    given = orjson.loads(orjson.dumps(fields).replace(b"{mark}", person.words[0].encode()))
    record = person.ticket(given.pop("registration"), **given)
    hear(bench, record)
    assert (bench.registrations(event), places(bench, person)) == ([], [])
    later = person.at + timedelta(minutes=2)
    hear(bench, {**record, "updated_at": rfc3339(later)}, at=later)
    assert len(bench.registrations(event)) == 1


def test_the_address_of_an_erased_buyer_is_not_taken_in(bench: Bench, person: Person) -> None:
    event = bench.event()
    person.erase()
    hear(bench, ticket("B-9", person={"name": "Ben Lindqvist", "buyer_email": person.email}))
    (found,) = bench.registrations(event)
    assert (found["name"], found["buyer_email"]) == ("Ben Lindqvist", None)


def test_a_record_that_waited_for_its_event_is_passed_over(bench: Bench, person: Person) -> None:
    hear(bench, person.ticket("W-1"))
    person.erase()
    unmapped = bench.foundation.database["unmapped"]
    assert unmapped.count_documents({"tenant": bench.tenant}) == 0
    event = bench.event()
    bench.perform_due()
    assert bench.registrations(event) == []


def test_a_parked_record_of_the_erased_is_passed_over_when_its_turn_comes(bench: Bench, person: Person) -> None:
    event = bench.event()
    person.erase()
    put_aside(bench, person.ticket("P-1"), letters.PARKED)
    now = bench.foundation.clock.now()
    bench.foundation.database["dead"].update_many({"tenant": bench.tenant}, {"$set": {"due_at": now}})
    work = retries(bench.service.handling())
    loop = DueLoop(bench.foundation.unit_of_work, [work], bench.foundation.clock)
    while loop.step(work):
        pass
    assert bench.registrations(event) == []
    assert places(bench, person) == []


def test_no_door_publishes_what_is_from_before(bench: Bench, person: Person) -> None:
    event = bench.event()
    made = configured(bench, kind="generic", name="pretix")
    person.erase()
    later = rfc3339(datetime.now(UTC) + timedelta(minutes=1))
    rows = [person.ticket("A-1"), ticket("B-1"), person.ticket("A-2", updated_at=later)]
    report = content(upload(bench, event, rows))
    assert (report["received"], report["published"], report["rejected"]) == (3, 2, 1)
    assert [(each["row"], each["detail"].partition(":")[0]) for each in report["faults"]] == [(1, "erased")]
    received = send(bench, made, person.ticket("A-9"))
    assert received.status_code == 202, received.get_data()
    assert {each.data["source_registration_id"] for each in bench.told("attendee.published")} == {"B-1", "A-2"}


def test_a_token_of_the_erased_is_refused(bench: Bench, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)
    event = bench.event()
    person.erase()
    answer = bench.call("POST", f"/v1/events/{event}/registrations", "member", member=bench.ada, json={})
    assert answer.status_code == 401, "at once"
    assert b"erased" in answer.get_data()
    assert bench.call("GET", "/v1/events", "member", member=bench.ada).status_code == 401
    register(bench, event, bench.ben)
    neighbor = bench.call("GET", "/v1/events", "member", member=bench.ada, tenant=bench.neighbor)
    assert neighbor.status_code == 200, "in another tenant the id is somebody else's"


def test_another_tenant_s_tickets_keep_their_names(bench: Bench, person: Person) -> None:
    event = bench.event(tenant=bench.neighbor)
    bench.handle([bench.ticket_message("A-1", person={"email": person.email, "name": "Ada"}, tenant=bench.neighbor)])
    person.erase()
    shown = bench.call("GET", f"/v1/events/{event}/registrations", "organizer", tenant=bench.neighbor).json
    assert shown is not None
    assert [each["email"] for each in shown["items"]] == [person.email]


def test_hundreds_of_tickets_lose_their_names(bench: Bench, person: Person) -> None:
    event = bench.event()
    tickets = [f"T-{number}" for number in range(400)]
    for each in (tickets[:200], tickets[200:]):
        bench.handle([bench.ticket_message(one, person=person.ticket(one)["person"]) for one in each])
    person.tickets = tuple(tickets)
    person.erase()
    assert places(bench, person) == []
    assert bench.shown(event)["seats_taken"] == 400
