"""What a worker leaves open in the database holds up nobody who has its partitions next."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pymongo.client_session import ClientSession

from shared.errors import Unavailable
from shared.messaging.holders import COLLECTION, Holder, holding
from shared.storage.transaction import run_transaction
from tests.integration.messaging.conftest import Bench

PLACE = ("attendees.v1", 3)


@contextmanager
def worker(bench: Bench) -> Iterator[Holder]:
    with holding(bench.foundation.client, bench.database) as holder:
        yield holder


def write(bench: Bench, session: ClientSession) -> None:
    bench.database["rows"].update_one({"_id": "the row"}, {"$inc": {"written": 1}}, upsert=True, session=session)


@contextmanager
def left_open(bench: Bench, *places: tuple[str, int]) -> Iterator[ClientSession]:
    """A worker that has these places stands still in the middle of a transaction."""
    bench.database["rows"].insert_one({"_id": "the row"})
    with bench.foundation.client.start_session() as session:
        Holder(bench.database, session).take(places)
        session.start_transaction()
        write(bench, session)
        yield session


def test_whoever_takes_a_partition_ends_what_its_last_holder_has_left_open(still: Bench) -> None:
    with left_open(still, PLACE, ("attendees.v1", 4)), worker(still) as holder:
        with pytest.raises(Unavailable):
            run_transaction(still.foundation.client, lambda session: write(still, session), within_seconds=0)
        holder.take([PLACE])
        run_transaction(still.foundation.client, lambda session: write(still, session), within_seconds=0)
    assert still.database["rows"].find_one() == {"_id": "the row", "written": 1}


def test_who_has_given_a_partition_up_is_left_alone(still: Bench) -> None:
    with left_open(still, PLACE) as session, worker(still) as holder:
        Holder(still.database, session).leave([PLACE])
        holder.take([PLACE])
        session.commit_transaction()
    assert still.database["rows"].find_one() == {"_id": "the row", "written": 1}


def test_who_takes_up_again_what_it_has_ends_nothing_of_its_own(still: Bench) -> None:
    with left_open(still, PLACE) as session:
        Holder(still.database, session).take([PLACE])
        session.commit_transaction()
    assert still.database["rows"].find_one() == {"_id": "the row", "written": 1}


def test_all_transactions_of_a_worker_are_in_the_session_it_names_but_one_within_another(still: Bench) -> None:
    client, seen = still.foundation.client, []

    def note(session: ClientSession) -> None:
        seen.append(session.session_id["id"])

    def nest(session: ClientSession) -> None:
        note(session)
        run_transaction(client, note)

    with worker(still) as holder:
        run_transaction(client, nest)
        run_transaction(client, note)
        holder.take([PLACE])
        [named] = still.database[COLLECTION].distinct("session")
    run_transaction(client, note)
    assert [each == named for each in seen[:3]] == [True, False, True]
    assert still.database[COLLECTION].distinct("session") == [None], "the driver gives it to others"
