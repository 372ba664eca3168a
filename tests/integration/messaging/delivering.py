"""One service's messages on their way, step by step: the real relay, worker, handling and database, a log in memory."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

from shared.messaging import barred, breaker, claim, inbox, lease, letters, outbox, parking, replay
from shared.messaging.breaker import Breakers
from shared.messaging.claim import Claim
from shared.messaging.consumer import Worker
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message
from shared.messaging.handling import Handling
from shared.messaging.lease import LeaseLost
from shared.messaging.letters import Letter
from shared.messaging.patience import Patience
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.reading import Refused, read
from shared.messaging.relay import Relay
from shared.messaging.retrying import retries
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import Bench, copy_member, member, registration
from tests.integration.messaging.memory_log import Answer, Logged, MemoryCarrier, MemoryGroup, MemoryLog

ORDERED, STATES = "registrations.v1", "members.v1"
FIRST, SECOND = "first", "second"
"""Two consumers of the ordered messages: what one of them fails for, the other does not."""

SLOT = 0
KEYS = {
    topic: [
        key for key in (f"018f0000-0000-7000-8000-{n:012}" for n in range(40)) if outbox.slot_of(topic, key) == SLOT
    ][:2]
    for topic in (ORDERED, STATES)
}


class Carrying:
    """A relay that holds the slot, or believes to."""

    def __init__(self, relay: Relay, held: lease.Lease, carrier: MemoryCarrier) -> None:
        self.relay = relay
        self.held = held
        self.carrier = carrier
        self.found: Claim | None = None
        self.fenced = False


class Working:
    """A worker that has the partitions, or believes to, with what it has polled."""

    def __init__(self, worker: Worker, consumer: Any) -> None:
        self.worker = worker
        self.consumer = consumer
        self.in_hand: dict[str, Sequence[Logged]] = {}


class Delivering:
    """The world of one example; `forget` begins the next."""

    def __init__(self, bench: Bench) -> None:
        self._ground = bench.foundation
        self._settings = bench.settings
        self.database = bench.database
        self.publish = bench.publish
        self.forget()

    def forget(self) -> None:
        names = (outbox.COLLECTION, outbox.COUNTERS, inbox.COLLECTION, inbox.VERSIONS, letters.COLLECTION)
        for name in (*names, parking.COLLECTION, breaker.COLLECTION, lease.COLLECTION, "followed", "copies"):
            self.database[name].delete_many({})
        self.log, self.group = MemoryLog(), MemoryGroup()
        self.committed: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.dropped: set[tuple[str, str, int]] = set()
        self.broken: set[str] = set()
        """The keys for which the first consumer fails."""

    # What is published.

    def commit(self, topic: str, key: str) -> None:
        told = self.committed[topic, key]
        told.append(len(told) + 1)
        self.publish(*self._next(topic, key, told[-1]))

    def roll_back(self, topic: str, key: str) -> None:
        type_name, _, version, data = self._next(topic, key, len(self.committed[topic, key]) + 1)

        def fail(transaction: Transaction) -> None:
            transaction.publish(type_name, key=key, version=version, data=data)
            transaction.flush()
            raise LookupError

        try:
            self._ground.unit_of_work.run(fail, tenant="acme")
        except LookupError:
            return

    def _next(self, topic: str, key: str, version: int) -> tuple[str, str, int, dict[str, Any]]:
        if topic == ORDERED:
            return "registration.cancelled.v1", key, version, registration(key, version)
        return "member.updated.v1", key, version, member(key, f"v{version}")

    # How it is sent.

    def take_slot(self) -> Carrying:
        """As a relay does that finds the lease run out, whoever had it and believes to have it still."""
        leases, name = self.database[lease.COLLECTION], f"relay/{SLOT}"
        leases.update_one({"_id": name}, [{"$set": {"expires_at": "$$NOW"}}])
        relay = Relay(self._settings, self._ground.client, self.database, "events")
        held = lease.acquire(leases, name, relay._owner, 600)
        assert held is not None
        return Carrying(relay, held, MemoryCarrier(self.log, SLOT))

    def read_claim(self, carrying: Carrying) -> None:
        if not carrying.fenced:
            carrying.carrier.fence()
            carrying.fenced = True
        carrying.found = claim.read(self._ground.client, self.database, SLOT)

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
        """The broker takes the next unsent message of the key never, until it does."""
        waiting = self.database[outbox.COLLECTION].find_one(
            {"topic": topic, "key": key, "pending": True}, sort=[("version", 1)]
        )
        if waiting is not None:
            self.log.refused.add(waiting["_id"])

    def mend_broker(self) -> None:
        self.log.refused.clear()
        for row in barred.listed(self.database, limit=100):
            self._run(lambda transaction, row=row: barred.try_again(transaction, row.id))

    # How it is handled.

    def handling(self) -> Handling:
        reactions = [
            Reaction(FIRST, ("registration.cancelled.v1",), Kind.EFFECT, self._follow(FIRST)),
            Reaction(SECOND, ("registration.cancelled.v1",), Kind.EFFECT, self._follow(SECOND)),
            Reaction("copy", ("member.updated.v1",), Kind.PROJECTION, copy_member),
        ]
        return Handling(
            self._ground.unit_of_work,
            reactions,
            "events",
            patience=Patience(attempts=4, first_pause=0),
            breakers=Breakers(self.database, limit=1000),
        )

    def _follow(self, reaction: str) -> Callable[[Transaction, Message], None]:
        def follow(transaction: Transaction, message: Message) -> None:
            if reaction == FIRST and message.key in self.broken:
                raise RuntimeError
            transaction.database["followed"].update_one(
                {"_id": f"{reaction}/{message.key}"},
                {"$push": {"order": message.version}},
                upsert=True,
                session=transaction.session,
            )

        return follow

    def join(self) -> Working:
        """The worker that has the partitions from now on, whoever believes to have them still."""
        worker = Worker(self._settings, "events", self.handling())
        return Working(worker, self.group.let_in(self.log))

    def poll(self, working: Working, most: int) -> None:
        for topic in (ORDERED, STATES):
            working.in_hand[topic] = [*working.in_hand.get(topic, ()), *working.consumer.poll(topic, most)]

    def handle(self, working: Working) -> None:
        """All it has in hand; without saying so yet."""
        in_hand, working.in_hand = working.in_hand, {}
        for topic, records in in_hand.items():
            if records:
                assert working.worker._handle(working.consumer, TopicPartition(topic, 0), records)

    def store(self, working: Working) -> None:
        working.worker._store(working.consumer)

    def letters(self, *states: str) -> Sequence[Letter]:
        return letters.listed(self.database, {"state": {"$in": list(states or letters.OPEN)}}, limit=1000)

    def retry(self) -> bool:
        """What a worker does with a letter that is due; whether there was one."""
        work = retries(self.handling())
        return DueLoop(self._ground.unit_of_work, [work], self._ground.clock).step(work)

    def replay(self, letter: Letter) -> None:
        self._run(lambda transaction: replay.replay(transaction, letter.id))

    def drop(self, letter: Letter) -> None:
        self._run(lambda transaction: replay.drop(transaction, letter.id))
        message = read(letter.record, self.handling()._reactions)
        assert message is not None
        assert not isinstance(message, Refused)
        self.dropped.add((letter.reaction or "", message.key, message.version or 0))

    def _run(self, work: Callable[[Transaction], None]) -> None:
        self._ground.unit_of_work.run(work, tenant="acme")

    # What came of it.

    def order(self, reaction: str, key: str) -> list[int]:
        found = self.database["followed"].find_one({"_id": f"{reaction}/{key}"})
        return [] if found is None else list(found["order"])

    def copied(self, key: str) -> list[int]:
        found = self.database["copies"].find_one({"_id": key})
        return [] if found is None else list(found["applied"])

    def sent(self, topic: str, key: str) -> list[int]:
        """The versions on the log, each where it stands first."""
        found = [dict(each.headers) for each in self.log.read(topic, 0) if each.key == key.encode()]
        return list(dict.fromkeys(int(each["ce_aggregateversion"]) for each in found))

    def settle(self) -> None:
        """Everything is mended, and whatever is on its way arrives."""
        self.broken.clear()
        self.mend_broker()
        carrying, working = self.take_slot(), self.join()
        while True:
            self.read_claim(carrying)
            assert carrying.found is not None
            done = not (carrying.found.rows or carrying.found.behind)
            assert self.send(carrying)
            if done:
                break
        self.poll(working, 10_000)
        self.handle(working)
        self.store(working)
        while True:
            for letter in self.letters(letters.DEAD):
                self.replay(letter)
            if not self.retry():
                return
