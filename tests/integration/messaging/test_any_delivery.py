"""Whatever crashes, comes twice, comes late or fails: each committed message has its effect once, in its key's order.

Relay, worker, handling and database are the real ones. The log is in memory, so that hypothesis decides what the
broker answers and who reads what when: some hundreds of ways of going wrong, in a few seconds.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from shared.messaging import inbox, letters, outbox, parking
from shared.messaging.handling import Handling
from tests.integration.messaging.conftest import Bench
from tests.integration.messaging.delivering import FIRST, KEYS, ORDERED, SECOND, STATES, Carrying, Delivering, Working
from tests.integration.messaging.memory_log import Answer

places = st.sampled_from([(topic, key) for topic, keys in KEYS.items() for key in keys])
ordered_keys = st.sampled_from(KEYS[ORDERED])
any_one = st.integers(0, 99)
_AT_ONCE = 2
"""Relays, and workers, that believe to have what one of them has."""


class Delivery(RuleBasedStateMachine):
    world: ClassVar[Delivering]
    meanwhile: ClassVar[list[Callable[[], object]]]
    """What happens the next time a worker has looked and not yet written."""

    def __init__(self) -> None:
        super().__init__()
        self.world.forget()
        self.meanwhile.clear()
        self.relays: list[Carrying] = []
        self.workers: list[Working] = []

    @rule(place=places, count=st.integers(1, 3))
    def changes_are_committed(self, place: tuple[str, str], count: int) -> None:
        for _ in range(count):
            self.world.commit(*place)

    @rule(place=places)
    def a_change_is_rolled_back(self, place: tuple[str, str]) -> None:
        self.world.roll_back(*place)

    @rule()
    def a_relay_takes_the_slot(self) -> None:
        self.relays = [*self.relays, self.world.take_slot()][-_AT_ONCE:]

    @precondition(lambda self: self.relays)
    @rule(who=any_one)
    def a_relay_reads_a_claim(self, who: int) -> None:
        self.world.read_claim(self.relays[who % len(self.relays)])

    @precondition(lambda self: any(each.found for each in self.relays))
    @rule(who=any_one, answer=st.sampled_from(Answer))
    def a_relay_sends_its_claim(self, who: int, answer: Answer) -> None:
        relay = self.relays[who % len(self.relays)]
        if not self.world.send(relay, answer):
            self.relays.remove(relay)

    @rule(place=places)
    def the_broker_refuses_a_message(self, place: tuple[str, str]) -> None:
        self.world.refuse_next(*place)

    @rule()
    def the_broker_is_mended(self) -> None:
        self.world.mend_broker()

    @rule()
    def a_worker_is_given_the_partitions(self) -> None:
        self.workers = [*self.workers, self.world.join()][-_AT_ONCE:]

    @precondition(lambda self: self.workers)
    @rule(who=any_one, most=st.integers(1, 5))
    def a_worker_polls(self, who: int, most: int) -> None:
        self.world.poll(self.workers[who % len(self.workers)], most)

    @precondition(lambda self: self.workers)
    @rule(who=any_one)
    def a_worker_handles_what_it_has(self, who: int) -> None:
        self.world.handle(self.workers[who % len(self.workers)])

    @precondition(lambda self: len(self.workers) == _AT_ONCE)
    @rule(who=any_one)
    def two_workers_handle_what_they_have_at_once(self, who: int) -> None:
        one, other = self.workers[who % _AT_ONCE], self.workers[(who + 1) % _AT_ONCE]
        self.meanwhile.append(lambda: self.world.handle(other))
        self.world.handle(one)
        self._nothing_more_meanwhile()

    @precondition(lambda self: self.workers)
    @rule(who=any_one)
    def a_worker_handles_while_a_letter_is_tried_again(self, who: int) -> None:
        self.meanwhile.append(self.world.retry)
        self.world.handle(self.workers[who % len(self.workers)])
        self._nothing_more_meanwhile()

    @precondition(lambda self: self.workers)
    @rule(who=any_one)
    def a_worker_says_how_far_it_came(self, who: int) -> None:
        self.world.store(self.workers[who % len(self.workers)])

    @precondition(lambda self: self.workers)
    @rule(who=any_one)
    def a_worker_is_killed(self, who: int) -> None:
        self.workers.pop(who % len(self.workers))

    @rule(key=ordered_keys)
    def a_handler_breaks_for_a_key(self, key: str) -> None:
        self.world.broken.add(key)

    @rule(key=ordered_keys)
    def a_handler_is_mended(self, key: str) -> None:
        self.world.broken.discard(key)

    @rule()
    def a_letter_is_tried_again(self) -> None:
        self.world.retry()

    @rule(which=any_one, drop=st.booleans())
    def an_operator_decides_about_a_dead_letter(self, which: int, drop: bool) -> None:
        if dead := self.world.letters(letters.DEAD):
            letter = dead[which % len(dead)]
            (self.world.drop if drop else self.world.replay)(letter)

    def _nothing_more_meanwhile(self) -> None:
        while self.meanwhile:
            self.meanwhile.pop()()

    @invariant()
    def nothing_was_done_twice_or_out_of_order(self) -> None:
        for topic, key in ((topic, key) for topic, keys in KEYS.items() for key in keys):
            committed = self.world.committed[topic, key]
            sent = self.world.sent(topic, key)
            assert sent == committed[: len(sent)]
            if topic == STATES:
                assert _rises(self.world.copied(key))
                continue
            for reaction in (FIRST, SECOND):
                done = self.world.order(reaction, key)
                assert _rises(done)
                assert set(done) <= set(sent)

    def teardown(self) -> None:
        self.world.settle()
        self.nothing_was_done_twice_or_out_of_order()
        for (topic, key), committed in self.world.committed.items():
            assert self.world.sent(topic, key) == committed
            if topic == STATES:
                assert self.world.copied(key)[-1:] == committed[-1:]
                continue
            for reaction in (FIRST, SECOND):
                expected = [each for each in committed if (reaction, key, each) not in self.world.dropped]
                assert self.world.order(reaction, key) == expected
        waiting: dict[str, Any] = {"$or": [{"pending": True}, {"barred": {"$exists": True}}, {"behind": True}]}
        assert self.world.database[outbox.COLLECTION].count_documents({**waiting, "slot": 0}) == 0
        assert self.world.letters() == []
        assert self.world.database[parking.COLLECTION].count_documents({}) == 0


def _rises(versions: list[int]) -> bool:
    return versions == sorted(set(versions))


def test_each_committed_message_has_its_effect_once_whatever_goes_wrong(
    still: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    Delivery.world, Delivery.meanwhile = Delivering(still), []
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
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        ),
    )
