"""What a copy of a state takes: what is newer than what it has."""

import pytest

from tests.integration.messaging.conftest import Bench
from tests.integration.messaging.states import states


@pytest.mark.parametrize("count", [1, 20])
def test_an_older_state_that_comes_later_changes_nothing(still: Bench, count: int) -> None:
    """One alone is written without a look at what is known, many are not."""
    for version in (2, 1, 2, 3):
        still.service().handling().handle(states(version, count))
    applied = [copy["applied"] for copy in still.database["copies"].find()]
    assert applied == [[2, 3]] * count
