"""A reaction that fails for one key parks that key, in order, whatever workers and operators do meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Conflict, Fault, Invalid, Unavailable
from shared.ids import new_id
from shared.messaging import inbox, letters, parking, replay
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message, headers, value
from shared.messaging.handling import Handling
from shared.messaging.letters import Letter
from shared.messaging.patience import Patience
from shared.messaging.record import Record
from shared.messaging.retrying import retries
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import (
    Bench,
    attendee,
    eventually,
    follow_registration,
    member,
    note_attendee,
    registration,
)
from tests.integration.messaging.test_journey import read_topic

KEY = new_id()


class Failing:
    """A handler that fails for some messages of one key while it is told to."""

    def __init__(self, key: str, *ordinals: int) -> None:
        self._key = key
        self._reasons = {f"m{ordinal}" for ordinal in ordinals}
        self.broken = True
        self.tried: list[str] = []

    def __call__(self, transaction: Transaction, message: Message) -> None:
        assert message.data is not None
        if message.key == self._key and message.data["reason"] in self._reasons:
            self.tried.append(message.data["reason"])
            if self.broken:
                raise RuntimeError
        follow_registration(transaction, message)


def records(key: str, *ordinals: int) -> list[Record]:
    """What a worker polls for such messages; the offset is the ordinal."""
    found = []
    for ordinal in ordinals:
        name = "org.ithaca.registration.cancelled.v1"
        data = registration(key, ordinal)
        message = Message(f"{key}/{ordinal}", name, "/test", key, None, "acme", key, ordinal, "c", None, None, data)
        found.append(Record("registrations.v1", 0, ordinal, None, key.encode(), value(message), headers(message)))
    return found


def letters_of(bench: Bench, *states: str) -> list[Letter]:
    return letters.listed(bench.database, {"state": {"$in": list(states or letters.OPEN)}}, limit=100)


def try_again(bench: Bench, handling: Handling | None = None) -> bool:
    """What a worker does about one letter that is due; whether there was one."""
    unit_of_work = bench.foundation.unit_of_work
    work = retries(handling or bench.service().handling())
    return DueLoop(unit_of_work, [work], bench.foundation.clock).step(work)


def make_due(bench: Bench) -> None:
    bench.database["dead"].update_many(
        {"state": "parked", "due_at": {"$ne": None}}, {"$set": {"due_at": bench.foundation.clock.now()}}
    )


@pytest.fixture
def parked(still: Bench) -> Failing:
    """The first message of the key is parked."""
    failing = still.on_registration = Failing(KEY, 1)
    still.service().handling().handle(records(KEY, 1))
    [letter] = letters_of(still)
    assert (letter.state, letter.attempts, letter.reaction) == ("parked", 3, "follow")
    return failing


def test_only_the_failing_key_parks_and_goes_dead_and_a_replay_applies_it_and_those_behind_it_in_order(
    bench: Bench,
) -> None:
    poison, others = new_id(), [new_id() for _ in range(12)]
    failing = bench.on_registration = Failing(poison, 1)
    bench.patience = Patience(attempts=5, first_pause=0.1, factor=1)
    with bench.running(workers=2):
        bench.tell(poison, 1, 2)
        for other in others:
            bench.tell(other, 1, 2, 3)
        eventually(lambda: all(bench.order(other) == [1, 2, 3] for other in others))
        eventually(lambda: [each.attempts for each in letters_of(bench, "dead")] == [5])
        with bench.running(relays=0):  # a third worker comes, and goes again
            bench.tell(poison, 3)
            bench.tell(others[0], 4)
            eventually(lambda: bench.order(others[0]) == [1, 2, 3, 4])
            eventually(lambda: len(letters_of(bench)) == 3)
        bench.tell(poison, 4)
        eventually(lambda: len(letters_of(bench)) == 4)
        assert bench.order(poison) == []
        [dead, *behind] = letters_of(bench)
        assert (dead.state, [each.state for each in behind]) == ("dead", ["parked"] * 3)
        assert dead.id in bench.ithaca("dead", "list").stdout
        assert "m1" not in bench.ithaca("dead", "show", dead.id).stdout
        assert "m1" in bench.ithaca("dead", "show", dead.id, "--reveal").stdout
        assert bench.database["audit"].count_documents({"ids.letter_id": dead.id, "outcome": "revealed"}) == 1
        in_vain = bench.ithaca("dead", "replay", dead.id, "--service", "events")
        assert (in_vain.returncode, "RuntimeError" in in_vain.stderr, bench.order(poison)) == (1, True, [])
        failing.broken = False
        replayed = bench.ithaca("dead", "replay", dead.id)
        assert replayed.stdout == f"{dead.id} was handled. 3 of its key follow in order.\n"
        eventually(lambda: bench.order(poison) == [1, 2, 3, 4])
        bench.tell(poison, 5)
        eventually(lambda: bench.order(poison) == [1, 2, 3, 4, 5])
        eventually(lambda: letters_of(bench) == [])
        announced = read_topic(bench, "dead.events")
    assert letters.get(bench.database, dead.id).state == "replayed"
    assert [dict(each.headers)["x-dead-attempts"] for each in announced] == [b"5"]
    assert bench.database["barriers"].count_documents({}) == 0


def test_a_parked_message_is_tried_again_by_itself_and_those_behind_it_follow_in_order(bench: Bench) -> None:
    failing = bench.on_registration = Failing(KEY, 1)
    bench.patience = Patience(first_pause=0.1, factor=1, attempts=1000)
    with bench.running():
        bench.tell(KEY, 1, 2, 3)
        eventually(lambda: len(letters_of(bench)) == 3 and len(failing.tried) > 4)
        failing.broken = False
        eventually(lambda: bench.order(KEY) == [1, 2, 3] and letters_of(bench) == [])


def test_what_follows_in_the_same_batch_waits_behind_the_one_that_failed(still: Bench) -> None:
    other = new_id()
    still.on_registration = Failing(KEY, 2)
    mixed = [*records(KEY, 1, 2), *records(other, 3), *records(KEY, 4)]
    still.service().handling().handle(mixed)
    assert (still.order(KEY), still.order(other)) == ([1], [3])
    assert [(each.record.offset, each.due_at is not None) for each in letters_of(still)] == [(2, True), (4, False)]


def test_records_that_come_again_change_nothing(still: Bench, parked: Failing) -> None:
    for _ in range(2):
        still.service().handling().handle(records(KEY, 1, 2))
    assert [each.record.offset for each in letters_of(still)] == [1, 2]
    parked.broken = False
    make_due(still)
    assert [try_again(still) for _ in range(3)] == [True, True, False]
    still.service().handling().handle(records(KEY, 1, 2))
    assert still.order(KEY) == [1, 2]


def about_to_park(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
    """Has something happen between a worker's last try and its parking of the message, once."""
    park, done = Handling._park, []

    def parked(self: Handling, *arguments) -> None:
        if not done:
            done.append(True)
            meanwhile()
        park(self, *arguments)

    monkeypatch.setattr(Handling, "_park", parked)


def test_a_worker_that_lost_its_partition_does_not_park_what_the_next_owner_applied(
    still: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = still.on_registration = Failing(KEY, 1)

    def next_owner() -> None:
        failing.broken = False
        still.service().handling().handle(records(KEY, 1, 2))
        failing.broken = True

    about_to_park(monkeypatch, next_owner)
    still.service().handling().handle(records(KEY, 1))
    assert (still.order(KEY), letters_of(still), len(failing.tried)) == ([1, 2], [], 4)
    assert still.database["barriers"].count_documents({}) == 0


def test_two_workers_that_park_the_same_message_leave_one_letter(still: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    still.on_registration = Failing(KEY, 1)
    about_to_park(monkeypatch, lambda: still.service().handling().handle(records(KEY, 1, 2)))
    still.service().handling().handle(records(KEY, 1))
    assert [each.record.offset for each in letters_of(still)] == [1, 2]


def test_a_message_that_arrives_while_the_one_before_it_is_being_parked_waits_behind_it(
    still: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The arriving worker has looked, and found nothing in the way, before the parking commits."""
    still.on_registration = Failing(KEY, 1)
    remember = inbox.remember_ids
    parked: list[bool] = []

    def remembered_too_late(database, session, rows, now) -> None:
        if not parked and any(row.endswith("/2") for row, _ in rows):
            parked.append(True)
            database["inbox"].find_one({}, session=session)  # what this transaction sees is settled from here on
            still.service().handling().handle(records(KEY, 1))
        remember(database, session, rows, now)

    monkeypatch.setattr(inbox, "remember_ids", remembered_too_late)
    still.service().handling().handle(records(KEY, 1, 2))
    assert parked == [True]
    assert still.order(KEY) == []
    assert [(each.record.offset, each.due_at is not None) for each in letters_of(still)] == [(1, True), (2, False)]


def test_a_message_that_parks_while_the_last_one_is_released_is_not_left_behind(still: Bench, parked: Failing) -> None:
    """The release has looked, and found nothing waiting, before the message parks behind its barrier."""
    arrived: list[bool] = []

    def arrives_meanwhile(transaction: Transaction, message: Message) -> None:
        if not arrived:
            arrived.append(True)
            still.service().handling().handle(records(KEY, 2))
        follow_registration(transaction, message)

    still.on_registration = arrives_meanwhile
    make_due(still)
    assert try_again(still)
    assert [each.record.offset for each in letters_of(still)] == [2]
    assert try_again(still)
    assert (still.order(KEY), letters_of(still)) == ([1, 2], [])
    assert still.database["barriers"].count_documents({}) == 0


def test_a_message_that_finds_the_barrier_as_it_is_being_lifted_is_applied(
    still: Bench, parked: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The arriving worker has seen the barrier stand before the release commits."""
    behind, lifted = parking.park_behind, []

    def lifted_meanwhile(*arguments, **named) -> None:
        if not lifted:
            parked.broken = False
            make_due(still)
            lifted.append(try_again(still))
        behind(*arguments, **named)

    monkeypatch.setattr(parking, "park_behind", lifted_meanwhile)
    still.service().handling().handle(records(KEY, 2))
    assert lifted == [True]
    assert (still.order(KEY), letters_of(still)) == ([1, 2], [])
    assert still.database["barriers"].count_documents({}) == 0


def test_one_letter_is_tried_by_one_worker_at_a_time(still: Bench, parked: Failing) -> None:
    at_once: list[bool] = []

    def tried(transaction: Transaction, message: Message) -> None:
        at_once.append(try_again(still))
        follow_registration(transaction, message)

    still.on_registration = tried
    make_due(still)
    assert try_again(still)
    assert (at_once, still.order(KEY)) == ([False], [1])


def test_dropping_the_dead_one_lets_those_behind_it_go_on(still: Bench) -> None:
    still.patience = Patience(attempts=4, first_pause=0)
    still.on_registration = Failing(KEY, 1)
    still.service().handling().handle(records(KEY, 1, 2, 3))
    assert try_again(still)
    [dead] = letters_of(still, "dead")
    assert not try_again(still)
    still.decide(replay.drop, dead)
    assert [try_again(still) for _ in range(3)] == [True, True, False]
    assert (still.order(KEY), letters_of(still)) == ([2, 3], [])
    with pytest.raises(Conflict, match="dropped"):
        still.decide(replay.replay, dead)


def test_one_that_waits_behind_another_is_not_replayed_before_it_but_can_be_dropped(
    still: Bench, parked: Failing
) -> None:
    still.service().handling().handle(records(KEY, 2, 3))
    [head, second, _] = letters_of(still)
    with pytest.raises(Conflict, match=head.id):
        still.decide(replay.replay, second)
    still.decide(replay.drop, second)
    parked.broken = False
    still.decide(replay.replay, head)
    assert [try_again(still) for _ in range(3)] == [True, True, False]
    assert still.order(KEY) == [1, 3]


def test_a_message_dropped_while_it_is_tried_stays_dropped_and_unapplied(still: Bench, parked: Failing) -> None:
    [letter] = letters_of(still)
    dropped: list[bool] = []

    def dropped_meanwhile(transaction: Transaction, message: Message) -> None:
        if not dropped:
            dropped.append(True)
            still.decide(replay.drop, letter)
        follow_registration(transaction, message)

    still.on_registration = dropped_meanwhile
    make_due(still)
    assert try_again(still)
    assert (still.order(KEY), letters.get(still.database, letter.id).state) == ([], "dropped")


def test_a_replay_that_fails_leaves_the_key_barred(still: Bench) -> None:
    still.patience = Patience(attempts=4, first_pause=0)
    still.on_registration = Failing(KEY, 1)
    still.service().handling().handle(records(KEY, 1))
    assert try_again(still)
    [dead] = letters_of(still, "dead")
    still.decide(replay.replay, dead)
    assert try_again(still)
    still.service().handling().handle(records(KEY, 2))
    assert [each.state for each in letters_of(still)] == ["dead", "parked"]
    assert still.order(KEY) == []


def test_a_dead_message_that_nobody_decides_about_is_dropped_after_thirty_days(still: Bench) -> None:
    still.patience = Patience(attempts=4, first_pause=0)
    still.on_registration = Failing(KEY, 1)
    still.service().handling().handle(records(KEY, 1, 2))
    assert try_again(still)
    [dead] = letters_of(still, "dead")
    assert dead.due_at == dead.at + timedelta(days=30)
    still.database["dead"].update_one({"_id": dead.id}, {"$set": {"due_at": still.foundation.clock.now()}})
    assert [try_again(still) for _ in range(3)] == [True, True, False]
    assert still.order(KEY) == [2]
    gone = still.database["dead"].find_one({"_id": dead.id})
    assert (gone["state"], gone["expire_at"]) == ("dropped", dead.at + timedelta(days=30))


def test_a_message_that_turns_out_to_be_at_fault_holds_nobody_up(still: Bench, parked: Failing) -> None:
    def refuse(transaction: Transaction, message: Message) -> None:
        assert message.data is not None
        if message.data["reason"] == "m1":
            raise Invalid([Fault("/reason", "Not this one.")])
        follow_registration(transaction, message)

    still.on_registration = refuse
    still.service().handling().handle(records(KEY, 2))
    make_due(still)
    assert [try_again(still) for _ in range(3)] == [True, True, False]
    [dead] = letters_of(still)
    assert (dead.state, dead.barrier, [fault.pointer for fault in dead.faults]) == ("dead", None, ["/reason"])
    assert still.order(KEY) == [2]


def test_where_a_later_state_wins_nothing_waits_and_the_parked_one_is_ignored_once_it_is_older(bench: Bench) -> None:
    key = new_id()

    def fails(transaction: Transaction, message: Message) -> None:
        if message.version == 1:
            raise RuntimeError
        bench.database["copies"].update_one(
            {"_id": message.key}, {"$set": {"version": message.version}}, upsert=True, session=transaction.session
        )

    bench.on_member = fails
    with bench.running():
        bench.publish("member.registered.v1", key, 1, member(key))
        eventually(lambda: len(letters_of(bench, "parked")) == 1)
        bench.publish("member.updated.v1", key, 2, member(key))
        eventually(lambda: bench.database["copies"].count_documents({"_id": key, "version": 2}) == 1)
        make_due(bench)
        eventually(lambda: letters_of(bench) == [])
    assert bench.database["barriers"].count_documents({}) == 0


def test_a_dated_record_that_fails_holds_up_no_other_and_is_tried_again(bench: Bench) -> None:
    broken = [True]

    def fails(transaction: Transaction, message: Message) -> None:
        assert message.data is not None
        if broken and message.data["source_registration_id"] == "A-1":
            raise RuntimeError
        note_attendee(transaction, message)

    bench.on_attendee = fails

    def noted(name: str) -> int:
        return int(bench.database["notes"].count_documents({"registration": name}))

    with bench.running():
        bench.publish("attendee.published.v1", "one-key", None, attendee("A-1"))
        bench.publish("attendee.published.v1", "one-key", None, attendee("A-2"))
        eventually(lambda: noted("A-2") == 1 and len(letters_of(bench)) == 1)
        broken.clear()
        make_due(bench)
        eventually(lambda: noted("A-1") == 1)
    assert letters_of(bench) == []


def at(second: int, *found: Record) -> list[Record]:
    """The records with the time at which the broker got them."""
    return [replace(record, timestamp=datetime(2026, 11, 1, 10, 0, second, tzinfo=UTC)) for record in found]


def test_what_lies_where_an_earlier_message_was_put_aside_is_put_aside_too(still: Bench) -> None:
    """As where a topic was made anew, or the broker lost the end of its log and wrote other messages there."""
    new = new_id()
    still.on_registration = Failing(KEY, 1)
    still.service().handling().handle(at(1, *records(KEY, 1, 2)))
    failing = still.on_registration = Failing(new, 1)
    still.service().handling().handle(at(2, *records(new, 1, 2)))
    assert len(letters_of(still)) == 4
    failing.broken = False
    make_due(still)
    while try_again(still):
        pass
    assert (still.order(KEY), still.order(new), letters_of(still)) == ([1, 2], [1, 2], [])
    assert still.database["barriers"].count_documents({}) == 0


def test_a_version_without_the_reaction_does_not_let_the_next_ones_overtake(still: Bench, parked: Failing) -> None:
    """As an older version does that still runs beside the newer one."""
    still.service().handling().handle(records(KEY, 2))
    older = Handling(still.foundation.unit_of_work, still.service().reactions[:2], "events")
    make_due(still)
    assert try_again(still, older)
    assert not try_again(still, older)
    assert [(each.state, each.attempts) for each in letters_of(still)] == [("parked", 4), ("parked", 0)]
    assert "follow" in letters_of(still)[0].reason
    parked.broken = False
    make_due(still)
    assert [try_again(still) for _ in range(3)] == [True, True, False]
    assert still.order(KEY) == [1, 2]


def test_a_parked_message_that_a_database_which_answers_fails_for_all_the_same_is_dead_in_the_end(
    still: Bench, parked: Failing
) -> None:
    def crowded(transaction: Transaction, message: Message) -> None:
        raise Unavailable("Too many writers want the same thing at once.")

    still.on_registration = crowded
    make_due(still)
    assert try_again(still)
    assert [each.attempts for each in letters_of(still)] == [3]  # it has waited for a moment only
    long_ago = still.foundation.clock.now() - timedelta(seconds=61)
    for attempts in range(4, 9):
        still.database["dead"].update_many({}, {"$set": {"due_at": long_ago}, "$unset": {"claim": ""}})
        assert try_again(still)
        assert [each.attempts for each in letters_of(still)] == [attempts]
    assert [each.state for each in letters_of(still)] == ["dead"]


def test_a_letter_that_takes_long_makes_no_batch_smaller(
    still: Bench, parked: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.handling._LONGEST_BATCH_SECONDS", -1.0)
    worker = still.service().handling()
    parked.broken = False
    make_due(still)
    assert try_again(still, worker)
    assert (still.order(KEY), worker._most) == ([1], 500)


def test_a_message_at_fault_that_another_worker_put_aside_meanwhile_is_dead_once(
    still: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(transaction: Transaction, message: Message) -> None:
        raise Invalid([Fault("/reason", "Not this one.")])

    still.on_registration = refuse
    bury, done = Handling._refuse, []

    def buried(self: Handling, *arguments) -> None:
        if not done:
            done.append(True)
            still.service().handling().handle(records(KEY, 1))
        bury(self, *arguments)

    monkeypatch.setattr(Handling, "_refuse", buried)
    still.service().handling().handle(records(KEY, 1))
    assert [each.state for each in letters_of(still)] == ["dead"]
    assert still.database["outbox"].count_documents({"topic": "dead.events"}) == 1
