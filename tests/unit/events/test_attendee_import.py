"""An upload counts all of its rows and keeps the first thousand faults."""

from services.events.domain.attendee_import import MOST_FAULTS, AttendeeImport
from shared.errors import RowFault
from tests.unit.events.registrations import LATER, NOW


def test_batches_add_up_and_faults_beyond_the_limit_are_counted() -> None:
    upload = AttendeeImport("i", "acme", 1, NOW, "e", LATER)
    faults = [RowFault(number, "/status", "wrong") for number in range(1, 601)]
    first = upload.after_batch(400, 300, faults, NOW)
    assert (len(first.faults), first.faults_omitted) == (600, 0)
    second = first.after_batch(0, 500, faults, LATER)
    assert (second.received, second.published, second.rejected) == (1200, 400, 800)
    assert (len(second.faults), second.faults_omitted) == (MOST_FAULTS, 200)
    third = second.after_batch(0, 1, faults[:1], LATER)
    assert (len(third.faults), third.faults_omitted) == (MOST_FAULTS, 201)
