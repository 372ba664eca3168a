"""An aggregate is written over what it was read at, by whoever comes first."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from shared.errors import PreconditionFailed
from shared.storage import Repository, run_transaction
from tests.integration.messaging.conftest import Bench


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    tenant: str
    version: int
    updated_at: datetime
    text: str


def test_what_was_read_before_another_wrote_is_not_written_over_it(still: Bench) -> None:
    plans, client = Repository(still.database["plans"], Plan, "plan"), still.foundation.client
    read = Plan("p", "acme", 1, datetime(2026, 11, 1, tzinfo=UTC), "as it was")
    run_transaction(client, lambda session: plans.insert(session, read))
    run_transaction(client, lambda session: plans.save(session, dataclasses.replace(read, text="by the first")))
    with pytest.raises(PreconditionFailed):
        run_transaction(client, lambda session: plans.save(session, dataclasses.replace(read, text="by the second")))
    assert plans.get("acme", "p") == dataclasses.replace(read, version=2, text="by the first")
