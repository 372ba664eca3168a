"""Registrations as they stand in their member's calendar."""

from datetime import timedelta

import pytest

from services.events.domain.agenda import CANCELLED_SHOWN, Told, agenda
from services.events.domain.event import Event
from services.events.domain.registration import LIVE, Registration, Status
from shared.calendar import Standing
from tests.unit.notifications.news import NOW

SUMMIT = Event("e", "acme", 3, NOW, "Annual Summit", NOW, NOW + timedelta(hours=1), "Europe/Rome")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_place_in_a_calendar(status: Status) -> None:
    registration = Registration("r", "acme", 1, NOW, NOW, "e", status, member_id="m")
    [shown] = agenda([SUMMIT], [registration], {"e": Told(2, NOW)}, NOW)
    assert shown.sequence == 3 + 2
    assert (shown.standing is not Standing.CANCELLED) is (status in LIVE or status is Status.NO_SHOW)
    gone = list(agenda([SUMMIT], [registration], {}, NOW + CANCELLED_SHOWN))
    assert (gone == []) is (shown.standing is Standing.CANCELLED)
