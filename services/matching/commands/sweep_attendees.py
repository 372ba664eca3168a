"""A program of an event has opened: attendees who opted in before are enrolled."""

from services.matching.commands.follow_attendance import admit_attendee
from services.matching.store import Store
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork

BATCH = 100
"""Attendees in one transaction."""


def sweep_attendees(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Takes one sweep, in as many transactions as it needs; broken off, it starts over and repeats nothing."""
    sweep = store.attendee_sweeps.from_document(claimed.document)
    after: str | None = None

    def admit(transaction: Transaction) -> str | None:
        program = store.programs.get(sweep.tenant, sweep.program_id, transaction.session)
        event_id = program.event_id or ""
        found = store.attendances.of_event(
            sweep.tenant, event_id, limit=BATCH, after=after, session=transaction.session
        )
        for attendance in found:
            if attendance.attends and attendance.opted_into():
                # Written, not only read: a ticket that is cancelled at this moment meets us here and runs again.
                store.attendances.put(transaction.session, attendance)
                person, names = store.attendances.of_person(
                    sweep.tenant, event_id, attendance.member_id, transaction.session
                )
                admit_attendee(transaction, store, program, attendance.with_others(names, person))
        return found[-1].id if len(found) == BATCH else None

    def finish(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        store.attendee_sweeps.remove(transaction.session, sweep)

    while True:
        after = unit_of_work.run(admit, tenant=sweep.tenant)
        if after is None:
            break
    unit_of_work.run(finish, tenant=sweep.tenant)
