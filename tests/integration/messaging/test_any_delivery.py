"""Whatever crashes, comes twice, comes late or fails: each committed message has its effect once, in its key's order.

Relay, worker, handling and database are the real ones. The log is in memory, so that hypothesis decides what the
broker answers and who reads what when: some hundreds of ways of going wrong, in a few seconds.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.messaging import breaker, inbox, lease, letters, outbox, parking
from shared.messaging.handling import Handling
from tests.examples import tried
from tests.integration.messaging.conftest import Bench
from tests.integration.messaging.handling_by_steps import FIRST, SECOND, Receiving, Working
from tests.integration.messaging.memory_log import Answer, MemoryLog
from tests.integration.messaging.sending_by_steps import KEYS, ORDERED, STATES, Carrying, Sending

PLACES = [(topic, key) for topic, keys in KEYS.items() for key in keys]
places = st.sampled_from(PLACES)
ordered_keys = st.sampled_from(KEYS[ORDERED])
answers = st.sampled_from(Answer)
few = st.integers(1, 4)

_COLLECTIONS = (
    *(outbox.COLLECTION, outbox.COUNTERS, inbox.COLLECTION, inbox.VERSIONS, letters.COLLECTION),
    *(parking.COLLECTION, breaker.COLLECTION, lease.COLLECTION, "followed", "copies"),
)


class Delivery(RuleBasedStateMachine):
    bench: ClassVar[Bench]
    meanwhile: ClassVar[list[Callable[[], object]]]
    """What happens the next time a worker has looked and not yet written."""

    def __init__(self) -> None:
        super().__init__()
        for name in _COLLECTIONS:
            self.bench.database[name].delete_many({})
        self.meanwhile.clear()
        log = MemoryLog()
        self.sending, self.receiving = Sending(self.bench, log), Receiving(self.bench, log)
        self.relay: Carrying | None = None
        self.worker: Working | None = None
        self.paused_relays: list[Carrying] = []
        self.paused_workers: list[Working] = []
        """They have been overtaken, and do not know it."""

    @initialize(broken=st.sampled_from([KEYS[ORDERED], KEYS[ORDERED][:1], KEYS[ORDERED][1:], []]))
    def there_is_something_to_tell(self, broken: list[str]) -> None:
        for place in PLACES * 3:
            self.sending.commit(*place)
        self.receiving.broken.update(broken)

    @rule(place=places)
    def a_change_is_committed(self, place: tuple[str, str]) -> None:
        self.sending.commit(*place)

    @rule(place=places)
    def a_change_is_rolled_back(self, place: tuple[str, str]) -> None:
        self.sending.roll_back(*place)

    @rule(answer=answers)
    def a_relay_carries(self, answer: Answer) -> None:
        relay = self._holder()
        self.sending.read_claim(relay)
        if not self.sending.send(relay, answer):
            self.relay = None

    @rule()
    def a_relay_is_overtaken_with_a_claim_in_hand(self) -> None:
        relay = self._holder()
        self.sending.read_claim(relay)
        self.paused_relays.append(relay)
        self.relay = self.sending.take_slot()

    @precondition(lambda self: self.paused_relays)
    @rule(answer=answers)
    def an_overtaken_relay_wakes(self, answer: Answer) -> None:
        self.sending.send(self.paused_relays.pop(0), answer)

    @rule(place=places)
    def the_broker_refuses_a_message(self, place: tuple[str, str]) -> None:
        self.sending.refuse_next(*place)

    @rule()
    def the_broker_is_mended(self) -> None:
        self.sending.mend()

    @rule(most=few, says_so=st.booleans())
    def a_worker_works(self, most: int, says_so: bool) -> None:
        worker = self._member()
        self.receiving.poll(worker, most)
        self.receiving.handle(worker)
        if says_so:
            self.receiving.store(worker)

    @rule(most=few, says_so=st.booleans())
    def a_worker_is_stopped_or_overtaken_with_records_in_hand(self, most: int, says_so: bool) -> None:
        worker = self._member()
        self.receiving.poll(worker, most)
        if says_so:  # of what it has handled before
            self.receiving.store(worker)
        self.paused_workers.append(worker)
        self.worker = self.receiving.join()

    @precondition(lambda self: self.paused_workers)
    @rule()
    def an_overtaken_worker_wakes(self) -> None:
        worker = self.paused_workers.pop(0)
        self.receiving.handle(worker)
        self.receiving.store(worker)

    @rule(most=few)
    def two_workers_handle_what_they_have_at_once(self, most: int) -> None:
        one, self.worker = self._member(), self.receiving.join()
        for each in (one, self.worker):
            self.receiving.poll(each, most)
        self._at_once(one, lambda: self.receiving.handle(self._member()))

    @rule(most=few)
    def a_worker_handles_while_a_letter_is_tried_again(self, most: int) -> None:
        self.receiving.poll(self._member(), most)
        self._at_once(self._member(), self.receiving.retry)

    @rule(key=ordered_keys, broken=st.booleans())
    def a_handler_breaks_or_is_mended(self, key: str, broken: bool) -> None:
        (self.receiving.broken.add if broken else self.receiving.broken.discard)(key)

    @rule(times=few)
    def letters_are_tried_again(self, times: int) -> None:
        for _ in range(times):
            self.receiving.retry()

    @rule(drop=st.booleans())
    def an_operator_decides_about_what_is_dead_in_the_end(self, drop: bool) -> None:
        self._flow()
        self.relay = self.worker = None
        for letter in self.receiving.letters(letters.DEAD)[:1]:
            (self.receiving.drop if drop else self.receiving.replay)(letter)

    def _flow(self) -> None:
        self.sending.flow()
        self.receiving.flow()

    def _holder(self) -> Carrying:
        self.relay = self.relay or self.sending.take_slot()
        return self.relay

    def _member(self) -> Working:
        self.worker = self.worker or self.receiving.join()
        return self.worker

    def _at_once(self, worker: Working, other: Callable[[], object]) -> None:
        self.meanwhile.append(other)
        self.receiving.handle(worker)
        while self.meanwhile:  # there was nothing to handle
            self.meanwhile.pop()()

    @invariant()
    def nothing_was_done_twice_or_out_of_order(self) -> None:
        for topic, key in PLACES:
            committed = self.sending.committed[topic, key]
            sent = self.sending.sent(topic, key)
            assert sent == committed[: len(sent)]
            if topic == STATES:
                assert _rises(self.receiving.copied(key))
                continue
            for reaction in (FIRST, SECOND):
                done = self.receiving.order(reaction, key)
                assert _rises(done)
                assert set(done) <= set(sent)

    def teardown(self) -> None:
        self._flow()
        self.nothing_was_done_twice_or_out_of_order()
        self.sending.mend()
        self.receiving.mend()
        self._flow()
        self.nothing_was_done_twice_or_out_of_order()
        for (topic, key), committed in self.sending.committed.items():
            assert self.sending.sent(topic, key) == committed
            if topic == STATES:
                assert self.receiving.copied(key)[-1:] == committed[-1:]
                continue
            for reaction in (FIRST, SECOND):
                expected = [each for each in committed if (reaction, key, each) not in self.receiving.dropped]
                assert self.receiving.order(reaction, key) == expected
        waiting: dict[str, Any] = {"$or": [{"pending": True}, {"barred": {"$exists": True}}, {"behind": True}]}
        assert self.bench.database[outbox.COLLECTION].count_documents({**waiting, "slot": 0}) == 0
        assert self.receiving.letters() == []
        assert self.bench.database[parking.COLLECTION].count_documents({}) == 0


def _rises(versions: list[int]) -> bool:
    return versions == sorted(set(versions))


def test_each_committed_message_has_its_effect_once_whatever_goes_wrong(
    still: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    Delivery.bench, Delivery.meanwhile = still, []
    remember, park = inbox.remember_ids, Handling._park

    def remembered_too_late(database: Any, session: Any, *arguments: Any) -> None:
        if Delivery.meanwhile:
            database["inbox"].find_one({}, session=session)  # what this transaction sees is settled from here on
            Delivery.meanwhile.pop()()
        remember(database, session, *arguments)

    def parked_too_late(self: Handling, *arguments: Any) -> None:
        if Delivery.meanwhile:
            Delivery.meanwhile.pop()()
        park(self, *arguments)

    monkeypatch.setattr(inbox, "remember_ids", remembered_too_late)
    monkeypatch.setattr(Handling, "_park", parked_too_late)
    run_state_machine_as_test(
        Delivery,
        settings=settings(
            max_examples=tried(60),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        ),
    )
