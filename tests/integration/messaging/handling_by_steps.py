"""Messages on their way from the log to their effects, step by step: the real worker, handling and letters."""

from collections.abc import Callable, Sequence
from functools import partial

from kafka import TopicPartition

from shared.messaging import letters, replay
from shared.messaging.breaker import Breakers
from shared.messaging.consumer import Worker
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message
from shared.messaging.handling import Handling
from shared.messaging.letters import Letter
from shared.messaging.patience import Patience
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.retrying import retries
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import Bench, copy_member
from tests.integration.messaging.memory_group import MemoryConsumer, MemoryGroup
from tests.integration.messaging.memory_log import Logged, MemoryLog
from tests.integration.messaging.sending_by_steps import ORDERED, STATES

FIRST, SECOND = "first", "second"
"""Two consumers of the ordered messages: what one of them fails for, the other does not."""


class Working:
    """A worker that has the partitions, or believes to, with what it has polled."""

    def __init__(self, worker: Worker, consumer: MemoryConsumer) -> None:
        self.worker = worker
        self.consumer = consumer
        self.in_hand: dict[str, Sequence[Logged]] = {}


class Receiving:
    def __init__(self, bench: Bench, log: MemoryLog) -> None:
        self._ground = bench.foundation
        self._settings = bench.settings
        self._database = bench.database
        self._log = log
        self._group = MemoryGroup()
        self.broken: set[str] = set()
        """The keys for which the first consumer fails."""
        self.dropped: set[tuple[str, str, int]] = set()

    def handling(self) -> Handling:
        reactions = [
            Reaction(FIRST, ("registration.cancelled.v1",), Kind.EFFECT, self._follow(FIRST)),
            Reaction(SECOND, ("registration.cancelled.v1",), Kind.EFFECT, self._follow(SECOND)),
            Reaction("copy", ("member.updated.v1",), Kind.PROJECTION, copy_member),
        ]
        patience, breakers = Patience(attempts=4, first_pause=0), Breakers(self._database, limit=1000)
        return Handling(self._ground.unit_of_work, reactions, "events", patience=patience, breakers=breakers)

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
        return Working(Worker(self._settings, "events", self.handling()), self._group.let_in(self._log))

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
        return letters.listed(self._database, {"state": {"$in": list(states or letters.OPEN)}}, limit=1000)

    def retry(self) -> bool:
        """What a worker does with a letter that is due; whether there was one."""
        work = retries(self.handling())
        return DueLoop(self._ground.unit_of_work, [work], self._ground.clock).step(work)

    def replay(self, letter: Letter) -> None:
        self._ground.unit_of_work.run(partial(replay.replay, identifier=letter.id), tenant="acme")

    def drop(self, letter: Letter) -> None:
        self._ground.unit_of_work.run(partial(replay.drop, identifier=letter.id), tenant="acme")
        version = int(dict(letter.record.headers)["ce_aggregateversion"] or 0)
        self.dropped.add((letter.reaction or "", (letter.record.key or b"").decode(), version))

    def mend(self) -> None:
        """No handler fails any more, and what is dead is to be tried again."""
        self.broken.clear()
        for letter in self.letters(letters.DEAD):
            self.replay(letter)

    def flow(self) -> None:
        """Whatever was sent is handled, as far as it can be."""
        working = self.join()
        self.poll(working, 10_000)
        self.handle(working)
        self.store(working)
        while self.retry():
            pass

    def order(self, reaction: str, key: str) -> list[int]:
        found = self._database["followed"].find_one({"_id": f"{reaction}/{key}"})
        return [] if found is None else list(found["order"])

    def copied(self, key: str) -> list[int]:
        found = self._database["copies"].find_one({"_id": key})
        return [] if found is None else list(found["applied"])
