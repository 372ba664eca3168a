"""What stands in the outbox is there with its change or not at all, and its order is decided by who commits."""

from collections import Counter

import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from shared.errors import Unavailable
from shared.messaging import outbox
from shared.messaging.unit_of_work import Transaction
from shared.storage import run_transaction
from tests.integration.messaging.conftest import Bench, attendee

PLACE = ("attendees.v1", "the-key")


def test_what_was_flushed_goes_with_a_transaction_that_fails_after_it(still: Bench) -> None:
    def fail(transaction: Transaction) -> None:
        transaction.publish("attendee.published.v1", key="k", version=1, data=attendee("A-1"))
        transaction.flush()
        raise LookupError

    with pytest.raises(LookupError):
        still.foundation.unit_of_work.run(fail, tenant="acme")
    assert still.database[outbox.COLLECTION].count_documents({}) == 0


def test_nobody_takes_a_number_of_a_key_while_the_one_before_is_not_committed(still: Bench) -> None:
    """Else the later number could be on its way before the earlier one is there to be seen."""
    client = still.foundation.client

    def take(session: ClientSession) -> int:
        return outbox.next_versions(still.database, session, Counter([PLACE]))[PLACE]

    def take_first(session: ClientSession) -> int:
        first = take(session)
        with pytest.raises(Unavailable):
            run_transaction(client, take, within_seconds=0)
        return first

    assert [run_transaction(client, each) for each in (take, take_first, take)] == [1, 2, 3]


def test_who_was_held_up_for_longer_than_there_is_time_tries_once_more(still: Bench) -> None:
    client, attempts = still.foundation.client, 0

    def take(session: ClientSession) -> int:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            still.database["held_up"].find_one({}, session=session)  # from here on it sees what there is now
            run_transaction(client, lambda other: outbox.next_versions(still.database, other, Counter([PLACE])))
        return outbox.next_versions(still.database, session, Counter([PLACE]))[PLACE]

    assert (run_transaction(client, take, within_seconds=0), attempts) == (2, 2)


def test_two_messages_of_a_key_never_have_the_same_place(still: Bench) -> None:
    still.publish("attendee.published.v1", "k", 1, attendee("A-1"))
    with pytest.raises(BulkWriteError, match="order"):
        still.publish("attendee.published.v1", "k", 1, attendee("A-2"))
