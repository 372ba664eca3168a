"""Whatever comes in whatever order: tickets are as their source last said, and the waitlist keeps its promises."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging.record import Record
from tests.examples import tried
from tests.integration.events.conftest import Bench, Deployment, ticket
from tests.integration.events.test_registering import register
from tests.integration.events.test_waitlist import LONG_AGO

TICKETS = ("A-1", "A-2", "A-3")
STATUSES = ("pending", "confirmed", "waitlisted", "cancelled", "refunded", "no_show")
SEATED = {"pending", "confirmed", "offered", "no_show"}
BEGINNING = datetime(2026, 11, 1, 10, tzinfo=UTC)

tickets = st.sampled_from(TICKETS)
people = st.integers(0, 3)


class Gathering(RuleBasedStateMachine):
    """One event with few seats; a ticket system sells some of them and members take or wait for the others."""

    deployment: ClassVar[Deployment]

    @initialize(capacity=st.integers(0, 3))
    def begin(self, capacity: int) -> None:
        self.bench = Bench(self.deployment)
        self.capacity: int | None = capacity
        self.event = self.bench.event(capacity=capacity)
        self.members = [new_id() for _ in range(4)]
        self.versions = [0] * 4
        self.claims: list[dict[str, int]] = [{} for _ in range(4)]
        self.owner: dict[str, tuple[int, int]] = {}
        self.records: dict[str, list[tuple[datetime, str, str]]] = {}
        self.sent: list[Record] = []
        self.offered: set[str] = set()
        self.held = 0

    @rule(name=tickets, status=st.sampled_from(STATUSES), minute=st.integers(0, 3))
    def the_source_says(self, name: str, status: str, minute: int) -> None:
        moment, identifier = BEGINNING + timedelta(minutes=minute), new_id()
        self.records.setdefault(name, []).append((moment, identifier, status))
        data = ticket(name, status=status, updated_at=rfc3339(moment))
        self._send(self.bench.message("attendees.v1", "attendee.published.v1", data, identifier=identifier))

    @rule(name=tickets, minute=st.integers(0, 3))
    def the_source_removes(self, name: str, minute: int) -> None:
        moment, identifier = BEGINNING + timedelta(minutes=minute), new_id()
        self.records.setdefault(name, []).append((moment, identifier, "cancelled"))
        data = {"source": "pretix", "source_event_id": "summit", "source_registration_id": name}
        data["updated_at"] = rfc3339(moment)
        self._send(self.bench.message("attendees.v1", "attendee.removed.v1", data, identifier=identifier))

    @rule(data=st.data())
    def something_is_delivered_again(self, data: st.DataObject) -> None:
        if self.sent:
            self.bench.handle([data.draw(st.sampled_from(self.sent))])

    @rule(name=tickets, person=people)
    def a_ticket_moves_to(self, name: str, person: int) -> None:
        version = self.owner.get(name, (0, 0))[0] + 1
        self.owner[name] = (version, person)
        self.claims[person][name] = version
        self.versions[person] += 1
        identifiers = [
            {"issuer": "pretix", "value": f"summit/{each}", "version": owned}
            for each, owned in self.claims[person].items()
        ]
        member = self.members[person]
        state = {"id": member, "given_name": "Ada", "family_name": "Okafor", "identifiers": identifiers}
        version = self.versions[person]
        self._send(self.bench.message("members.v1", "member.updated.v1", state, key=member, version=version))

    @rule(person=people)
    def a_member_registers(self, person: int) -> None:
        if not any(each["member_id"] == self.members[person] for each in self._own_live()):
            register(self.bench, self.event, self.members[person])

    @rule(data=st.data())
    def a_member_leaves(self, data: st.DataObject) -> None:
        if live := self._own_live():
            gone = data.draw(st.sampled_from([each["_id"] for each in live]))
            assert self.bench.call("DELETE", f"/v1/registrations/{gone}", "organizer").status_code == 204

    @rule(data=st.data(), accepts=st.booleans())
    def an_offer_ends(self, data: st.DataObject, accepts: bool) -> None:
        offers = [each for each in self._own_live() if each["status"] == "offered"]
        if not offers:
            return
        offer = data.draw(st.sampled_from(sorted(offers, key=lambda each: str(each["_id"]))))
        if accepts:
            path = f"/v1/registrations/{offer['_id']}/accept-offer"
            assert self.bench.call("POST", path, "member", member=offer["member_id"]).status_code == 200
        else:
            self._database["offers"].update_one({"_id": offer["_id"]}, {"$set": {"due_at": LONG_AGO}})

    @rule()
    def what_is_due_is_done(self) -> None:
        self.bench.perform_due()

    @rule(capacity=st.one_of(st.none(), st.integers(0, 4)))
    def the_organizer_changes_the_capacity(self, capacity: int | None) -> None:
        body = {"capacity": capacity}
        assert self.bench.call("PATCH", f"/v1/events/{self.event}", "organizer", json=body).status_code == 200
        self.capacity = capacity

    @invariant()
    def what_the_source_owns_is_a_replay_in_the_source_s_order(self) -> None:
        if not hasattr(self, "bench"):
            return
        found = {
            each["origin"]["source_registration_id"]: each
            for each in self._registrations()
            if each["origin"] is not None
        }
        assert {name: each["status"] for name, each in found.items()} == {
            name: max(said)[2] for name, said in self.records.items()
        }
        for name, each in found.items():
            owner = self.owner.get(name)
            assert each["member_id"] == (None if owner is None else self.members[owner[1]])

    @invariant()
    def seats_and_the_line_are_what_the_registrations_say(self) -> None:
        if not hasattr(self, "bench"):
            return
        found = self._registrations()
        event = self._database["events"].find_one({"_id": self.event})
        assert event is not None
        own = [each for each in found if each["origin"] is None]
        assert event["seats_taken"] == sum(each["status"] in SEATED for each in found)
        assert event["waiting"] == sum(each["status"] == "waitlisted" for each in own)
        held = sum(each["status"] in SEATED for each in own)
        if held > self.held:
            assert self.capacity is None or event["seats_taken"] <= self.capacity, "promoted above the capacity"
        self.held = held
        self.offered |= {each["_id"] for each in own if each["status"] == "offered"}
        places = {each["_id"]: each["place"] for each in own}
        waiting = [each["place"] for each in own if each["status"] == "waitlisted"]
        assert max((places[each] for each in self.offered), default=0) < min(waiting, default=1 << 30)

    def _send(self, record: Record) -> None:
        self.sent.append(record)
        self.bench.handle([record])

    def _registrations(self) -> list[dict[str, Any]]:
        return list(self._database["registrations"].find({"tenant": self.bench.tenant}))

    def _own_live(self) -> list[dict[str, Any]]:
        return [each for each in self._registrations() if each["own_live"]]

    @property
    def _database(self) -> Any:
        return self.bench.foundation.database


@pytest.fixture
def gathering(deployment: Deployment) -> type[Gathering]:
    Gathering.deployment = deployment
    return Gathering


def test_any_interleaving_of_records_members_and_promotions_keeps_every_promise(
    gathering: type[Gathering],
) -> None:
    run_state_machine_as_test(
        gathering,
        settings=settings(
            max_examples=tried(30), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
