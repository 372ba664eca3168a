"""A reaction that fails for everything is stopped instead of emptying its topics into the letters."""

from types import SimpleNamespace

import pytest
from kafka import TopicPartition

from shared.errors import Unavailable
from shared.ids import new_id
from shared.messaging import consumer, letters, replay
from shared.messaging.breaker import BreakerOpen, Breakers, opened
from shared.messaging.consumer import Worker
from shared.messaging.due import DueLoop
from shared.messaging.handling import Handling
from shared.messaging.retrying import retries
from tests.integration.messaging.conftest import Bench, eventually, follow_registration, member
from tests.integration.messaging.test_parking import Failing, records

LIMIT = 3


class Broken:
    """A handler of a bad deploy: it fails for everything until it is mended."""

    def __init__(self) -> None:
        self.mended = False
        self.tried = 0

    def __call__(self, transaction, message) -> None:
        self.tried += 1
        if not self.mended:
            raise RuntimeError
        follow_registration(transaction, message)


@pytest.fixture
def broken(still: Bench) -> Broken:
    handler = still.on_registration = Broken()
    return handler


def started(bench: Bench, *, first_pause: float = 1000.0) -> Handling:
    """A worker's handling as it is after a start of the process."""
    breakers = Breakers(bench.database, limit=LIMIT, first_pause=first_pause)
    return Handling(bench.foundation.unit_of_work, bench.service().reactions, "events", breakers=breakers)


def many(number: int) -> list:
    """One message each of so many keys, at rising offsets."""
    return [records(new_id(), offset)[0] for offset in range(number)]


def make_trial_due(bench: Bench) -> None:
    bench.database["breakers"].update_one({}, [{"$set": {"try_at": "$$NOW"}}])


def kept(bench: Bench) -> int:
    return int(bench.database["dead"].count_documents({}))


def test_it_opens_after_so_many_in_a_row_and_tells_where_to_go_on(still: Bench, broken: Broken) -> None:
    with pytest.raises(BreakerOpen) as stopped:
        started(still).handle(many(LIMIT + 4))
    assert (stopped.value.reaction, stopped.value.record.offset) == ("follow", LIMIT)
    assert (kept(still), opened(still.database)) == (LIMIT, ["follow"])


def test_it_stays_open_through_a_restart_and_touches_no_further_message(still: Bench, broken: Broken) -> None:
    polled = many(LIMIT + 4)
    with pytest.raises(BreakerOpen):
        started(still).handle(polled)
    tried = broken.tried
    for _ in range(3):
        with pytest.raises(BreakerOpen):
            started(still).handle(polled[LIMIT:])
    assert (kept(still), broken.tried) == (LIMIT, tried)


def test_restarts_in_between_do_not_begin_the_count_anew(still: Bench, broken: Broken) -> None:
    polled = many(LIMIT + 1)
    for record in polled[:LIMIT]:
        started(still).handle([record])
    with pytest.raises(BreakerOpen):
        started(still).handle(polled[LIMIT:])


def test_a_success_in_between_begins_the_count_anew(still: Bench) -> None:
    polled = many(4 * LIMIT)
    failing = [record for number, record in enumerate(polled) if number % LIMIT]
    keys = {record.key for record in failing}

    def fails_mostly(transaction, message) -> None:
        if message.key.encode() in keys:
            raise RuntimeError
        follow_registration(transaction, message)

    still.on_registration = fails_mostly
    started(still).handle(polled)
    assert (kept(still), opened(still.database)) == (len(failing), [])


def test_one_message_that_succeeds_closes_it_and_all_others_follow(still: Bench, broken: Broken) -> None:
    polled = many(LIMIT + 4)
    with pytest.raises(BreakerOpen):
        started(still, first_pause=0).handle(polled)
    tried = broken.tried
    with pytest.raises(BreakerOpen):  # it is tried with one, which fails, and which is not parked
        started(still).handle(polled[LIMIT:])
    assert (kept(still), broken.tried) == (LIMIT, tried + 1)
    make_trial_due(still)
    broken.mended = True
    started(still).handle(polled[LIMIT:])
    assert (still.database["followed"].count_documents({}), opened(still.database)) == (4, [])


def test_of_two_workers_one_tries(still: Bench, broken: Broken) -> None:
    with pytest.raises(BreakerOpen):
        started(still).handle(many(LIMIT + 1))
    make_trial_due(still)
    first, second = started(still)._breakers, started(still)._breakers
    assert [first.take_trial("follow"), second.take_trial("follow")] == [True, False]


def test_other_reactions_go_on(still: Bench, broken: Broken) -> None:
    handling = started(still)
    with pytest.raises(BreakerOpen):
        handling.handle(many(LIMIT + 1))
    key = new_id()
    still.publish("member.registered.v1", key, 1, member(key))
    row = still.database["outbox"].find_one({"key": key})
    [record] = records(key, 1)
    names = [(name, bytes(content)) for name, content in row["headers"]]
    handling.handle(
        [type(record)("members.v1", 0, 0, None, key.encode(), row["value"], names)],
    )
    assert still.database["copies"].count_documents({"_id": key}) == 1


def test_parked_messages_are_not_used_up_while_it_is_open_and_an_operator_may_try_one(
    still: Bench, broken: Broken
) -> None:
    handling = started(still)
    with pytest.raises(BreakerOpen):
        handling.handle(many(LIMIT + 1))
    still.database["dead"].update_many({}, {"$set": {"due_at": still.foundation.clock.now()}})
    work = retries(handling)
    loop = DueLoop(still.foundation.unit_of_work, [work], still.foundation.clock)
    while loop.step(work):
        pass
    waiting = letters.listed(still.database, {"state": "parked"}, limit=10)
    assert [each.attempts for each in waiting] == [3] * LIMIT
    broken.mended = True
    still.database["dead"].update_one({"_id": waiting[0].id}, {"$set": {"state": "dead", "due_at": None}})
    still.decide(replay.replay, waiting[0])
    assert loop.step(work)
    assert (still.database["followed"].count_documents({}), opened(still.database)) == (1, [])


def test_a_worker_waits_at_the_message_and_goes_on_behind_it_when_the_code_is_mended(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.breaker.LIMIT", LIMIT)
    monkeypatch.setattr(consumer, "_LONGEST_PAUSE", 0.5)
    handler = bench.on_registration = Broken()
    make, keys = Breakers.__init__, [new_id() for _ in range(10)]
    monkeypatch.setattr(Breakers, "__init__", lambda self, database: make(self, database, limit=LIMIT, first_pause=0.2))
    with bench.running():
        for key in keys:
            bench.tell(key, 1)
        eventually(lambda: opened(bench.database) == ["follow"])
        eventually(lambda: handler.tried > 3 * LIMIT)
        assert kept(bench) < len(keys)
        handler.mended = True
        eventually(lambda: all(bench.order(key) == [1] for key in keys))
    assert opened(bench.database) == []


def test_a_single_poisonous_key_never_opens_it(still: Bench) -> None:
    poison = new_id()
    still.on_registration = Failing(poison, *range(1, 3 * LIMIT))
    started(still).handle(records(poison, *range(1, 3 * LIMIT)))
    assert (kept(still), opened(still.database)) == (3 * LIMIT - 1, [])


def test_messages_that_were_handled_before_are_no_trials_and_the_first_new_one_closes_it(
    still: Bench, broken: Broken
) -> None:
    """As they come again to a consumer group that was made anew while the reaction was stopped."""
    broken.mended = True
    handled = many(5)
    started(still).handle(handled)
    broken.mended = False
    with pytest.raises(BreakerOpen):
        started(still).handle(many(LIMIT + 1))
    broken.mended = True
    make_trial_due(still)
    [new] = many(1)
    started(still).handle([*handled, new])
    assert (still.database["followed"].count_documents({}), opened(still.database)) == (6, [])


def test_messages_that_wait_behind_a_parked_one_are_no_trials_either(still: Bench, broken: Broken) -> None:
    stopped = many(LIMIT)
    started(still).handle(stopped)
    key = stopped[0].key.decode()
    make_trial_due(still)
    broken.mended = True
    started(still).handle([*records(key, *range(10, 15)), *many(1)])
    assert (still.database["followed"].count_documents({}), opened(still.database)) == (1, [])
    assert still.database["dead"].count_documents({"due_at": None}) == 5


def test_a_worker_that_waited_for_it_is_patient_with_the_database_as_if_it_had_just_begun(
    still: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience: list[bool] = []
    [record] = records(new_id(), 1)
    raised = iter([BreakerOpen("follow", record), Unavailable("Too many writers want the same thing at once.")])

    def handle(self: Handling, records: object, *, patient: bool) -> None:
        patience.append(patient)
        raise next(raised)

    class Paused:
        pause = resume = staticmethod(lambda _: None)

    monkeypatch.setattr(Handling, "handle", handle)
    worker = Worker(still.settings, "events", still.service().handling())
    place = TopicPartition("registrations.v1", 0)
    polled = SimpleNamespace(partition=0, offset=1, timestamp=0, key=b"", value=b"", headers=[], topic=place.topic)
    worker._backoffs[place] = consumer._Backoff(waiting=[polled], pause=0.0, since=float("-inf"))
    worker._handle(Paused(), place, [])
    worker._handle(Paused(), place, [])
    assert patience == [False, True]
