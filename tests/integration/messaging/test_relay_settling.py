"""What a relay that lost its slot may still mark as sent: nothing."""

import pytest

from shared.messaging import claim, lease, outbox
from shared.messaging.lease import LeaseLost
from shared.messaging.relay import Relay
from tests.integration.messaging.conftest import Bench, attendee


def test_a_relay_that_lost_its_slot_settles_nothing(still: Bench) -> None:
    still.publish("attendee.published.v1", "k", 1, attendee("A-1"))
    slot = outbox.slot_of("attendees.v1", "k")
    rows = claim.read(still.foundation.client, still.database, slot).rows
    leases = still.database[lease.COLLECTION]
    held = lease.acquire(leases, f"relay/{slot}", "first", 60)
    assert held is not None
    held.release()
    assert lease.acquire(leases, held.name, "second", 60) is not None
    with pytest.raises(LeaseLost):
        Relay(still.settings, still.foundation.client, still.database, "events")._settle(held, rows, [(0, 0)])
    assert still.database[outbox.COLLECTION].count_documents({"pending": True, "value": {"$ne": None}}) == 1
