"""What a registration that moved to another member is for the one who had it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.events.domain.announcements import announcements
from services.events.domain.registration import Announced, Registration, Status

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("owner", ["ben", None])
def test_for_whom_it_moved_away_from_it_is_cancelled_and_says_whose_it_is(owner: str | None) -> None:
    made = Registration("r", "acme", 1, NOW, NOW, "summit", Status.CONFIRMED, "ada")
    told = replace(made, member_id=owner, announced=Announced("ada", Status.CONFIRMED, False, ()))
    due, _ = announcements(told, None)
    assert (due[0].member_id, due[0].status, due[0].reason, due[0].moved_to) == ("ada", "cancelled", "moved", owner)
    assert [each.member_id for each in due[1:]] == ([owner] if owner else [])
