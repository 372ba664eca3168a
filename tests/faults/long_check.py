"""All that a long run promised, checked: the log, the inboxes, every effect, every copy, every promise to a client."""

from itertools import chain

from tests.faults.check_pairs import Pairs, pair_violations
from tests.faults.check_projections import projection_violations
from tests.faults.check_seats import seat_violations
from tests.faults.check_selves import self_violations
from tests.faults.check_told import told_violations
from tests.faults.checker import violations
from tests.faults.clients.at_work import Acknowledged
from tests.faults.clients.people import People
from tests.faults.evidence import Evidence


def long_violations(evidence: Evidence, people: People, done: Acknowledged) -> list[str]:
    """Everything that breaks a promise. The copies are built anew by this, so it comes last."""
    [event] = [each for each in evidence.documents("events", "events") if each["_id"] == people.event]
    registrations = [each for each in evidence.documents("events", "registrations") if each["event_id"] == people.event]
    pairs = Pairs(*(evidence.documents("matching", name) for name in ("requests", "mentorships", "mentor_loads")))
    return violations(evidence) + list(
        chain(
            seat_violations(event, registrations, done.seats),
            pair_violations(pairs, done.asked),
            self_violations(evidence.documents("profiles", "members"), done.selves),
            told_violations(
                list(evidence.messages.values()), evidence.documents("notifications", "notifications"), done.inboxes
            ),
            projection_violations(evidence.ground),
        )
    )
