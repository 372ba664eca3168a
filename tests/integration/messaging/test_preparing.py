"""What a reaction does before its transaction, since it takes long."""

from collections.abc import Sequence

from shared.messaging import letters
from shared.messaging.envelope import Message
from shared.messaging.handling import Handling
from shared.messaging.projections import one_by_one, projection
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import Bench, copy_member
from tests.integration.messaging.states import KEYS, states


class Copies:
    """A copy of members, each prepared for; `failing` are the keys for which that fails."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.prepared: list[tuple[str, int | None]] = []
        self.failing: set[str] = set()
        self.unprepared: list[tuple[str, int | None]] = []
        reaction = projection(
            "copy", ["member.updated.v1"], {"copies": "_id"}, one_by_one(self._copy), prepare=self._prepare
        )
        self.handling = Handling(bench.foundation.unit_of_work, [reaction], "events")

    def _prepare(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.key in self.failing:
                raise RuntimeError("no answer")
            self.prepared.append((message.key, message.version))

    def _copy(self, transaction: Transaction, message: Message) -> None:
        if (message.key, message.version) not in self.prepared:
            self.unprepared.append((message.key, message.version))
        copy_member(transaction, message)


def test_the_newest_state_of_each_key_is_prepared_and_one_that_is_known_is_not(still: Bench) -> None:
    copies = Copies(still)
    copies.handling.handle([*states(1, 3), *states(2, 2)])
    assert copies.prepared == [(KEYS[0], 2), (KEYS[1], 2), (KEYS[2], 1)]
    copies.handling.handle([*states(1, 3), *states(2, 3)])
    assert copies.prepared[3:] == [(KEYS[2], 2)]
    assert not copies.unprepared


def test_what_cannot_be_prepared_is_handled_all_the_same(still: Bench) -> None:
    copies = Copies(still)
    copies.failing = {KEYS[3]}
    copies.handling.handle(states(1, 8))
    assert {copy["_id"] for copy in still.database["copies"].find()} == {*KEYS[:8]}
    assert still.database[letters.COLLECTION].count_documents({}) == 0
    assert copies.unprepared == [(key, 1) for key in KEYS[3:8]]
