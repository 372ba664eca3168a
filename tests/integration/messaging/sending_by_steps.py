"""Messages on their way to the log, step by step: the real outbox, claims, leases and relay, and a log in memory."""

import itertools
from collections import defaultdict
from functools import partial
from typing import Any

from kafka.errors import KafkaError

from shared.messaging import barred, claim, lease, outbox
from shared.messaging.claim import Claim
from shared.messaging.lease import LeaseLost
from shared.messaging.relay import Relay
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import Bench, member, registration
from tests.integration.messaging.memory_log import Answer, MemoryCarrier, MemoryLog

ORDERED, STATES = "registrations.v1", "members.v1"
SLOT = 0


def _keys(topic: str, count: int) -> list[str]:
    """So many that one relay carries."""
    ids = (f"018f0000-0000-7000-8000-{number:012}" for number in itertools.count())
    return list(itertools.islice((key for key in ids if outbox.slot_of(topic, key) == SLOT), count))


KEYS = {ORDERED: _keys(ORDERED, 2), STATES: _keys(STATES, 1)}


class Carrying:
    """A relay that holds the slot, or believes to."""

    def __init__(self, relay: Relay, held: lease.Lease, carrier: MemoryCarrier) -> None:
        self.relay = relay
        self.held = held
        self.carrier = carrier
        self.found: Claim | None = None
        self.fenced = False


class Sending:
    def __init__(self, bench: Bench, log: MemoryLog) -> None:
        self._bench = bench
        self._database = bench.database
        self._client = bench.foundation.client
        self._log = log
        self.committed: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def commit(self, topic: str, key: str) -> None:
        told = self.committed[topic, key]
        told.append(len(told) + 1)
        self._bench.publish(*_news(topic, key, told[-1]))

    def roll_back(self, topic: str, key: str) -> None:
        type_name, _, version, data = _news(topic, key, len(self.committed[topic, key]) + 1)

        def fail(transaction: Transaction) -> None:
            transaction.publish(type_name, key=key, version=version, data=data)
            transaction.flush()
            raise LookupError

        try:
            self._bench.foundation.unit_of_work.run(fail, tenant="acme")
        except LookupError:
            return

    def take_slot(self) -> Carrying:
        """As a relay does that finds the lease run out, whoever had it and believes to have it still."""
        leases, name = self._database[lease.COLLECTION], f"relay/{SLOT}"
        leases.update_one({"_id": name}, [{"$set": {"expires_at": "$$NOW"}}])
        relay = Relay(self._bench.settings, self._client, self._database, "events")
        held = lease.acquire(leases, name, relay._owner, 600)
        assert held is not None
        return Carrying(relay, held, MemoryCarrier(self._log, SLOT))

    def read_claim(self, carrying: Carrying) -> None:
        if not carrying.fenced:
            carrying.carrier.fence()
            carrying.fenced = True
        carrying.found = claim.read(self._client, self._database, SLOT)

    def send(self, carrying: Carrying, answer: Answer = Answer.TAKEN) -> bool:
        """What the relay does with the claim that it has read; whether it goes on holding the slot."""
        found, carrying.found = carrying.found, None
        carrying.carrier.next_answer = answer
        try:
            if found is not None and found.behind:
                carrying.relay._set_aside(found)
            if found is not None and found.rows:
                carrying.relay._send(carrying.held, carrying.carrier, found.rows)  # type: ignore[arg-type]
        except (KafkaError, LeaseLost):
            carrying.held.release()
            return False
        return True

    def refuse_next(self, topic: str, key: str) -> None:
        """The broker will not take the next unsent message of the key."""
        unsent: dict[str, Any] = {"topic": topic, "key": key, "pending": True}
        waiting = self._database[outbox.COLLECTION].find_one(unsent, sort=[("version", 1)])
        if waiting is not None:
            self._log.refused.add(waiting["_id"])

    def mend(self) -> None:
        """It takes everything again, and what it had refused is to be sent."""
        self._log.refused.clear()
        for row in barred.listed(self._database, limit=100):
            self._bench.foundation.unit_of_work.run(partial(barred.try_again, identifier=row.id), tenant="acme")

    def flow(self) -> None:
        """Whatever can be sent is sent."""
        carrying, moving = self.take_slot(), True
        while moving:
            self.read_claim(carrying)
            assert carrying.found is not None
            moving = bool(carrying.found.rows or carrying.found.behind)
            assert self.send(carrying)

    def sent(self, topic: str, key: str) -> list[int]:
        """The versions on the log, each where it stands first."""
        found = [dict(each.headers) for each in self._log.read(topic, 0) if each.key == key.encode()]
        return list(dict.fromkeys(int(each["ce_aggregateversion"]) for each in found))


def _news(topic: str, key: str, version: int) -> tuple[str, str, int, dict[str, Any]]:
    if topic == ORDERED:
        return "registration.cancelled.v1", key, version, registration(key, version)
    return "member.updated.v1", key, version, member(key, f"v{version}")
