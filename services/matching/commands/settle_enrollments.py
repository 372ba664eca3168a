"""A person enrolled by several ids takes part once in each role: one enrollment stays, others give way to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.matching.commands.write_enrollment import announce_enrollment
from services.matching.domain.enrollment import Enrollment, EnrollmentState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

_TYPES = {
    EnrollmentState.APPLIED: "enrollment.applied.v1",
    EnrollmentState.APPROVED: "enrollment.approved.v1",
    EnrollmentState.PAUSED: "enrollment.paused.v1",
    EnrollmentState.REJECTED: "enrollment.rejected.v1",
    EnrollmentState.WITHDRAWN: "enrollment.withdrawn.v1",
}


def settle_enrollments(
    transaction: Transaction, store: Store, enrollments: Iterable[Enrollment], member_id: str
) -> None:
    """Makes these enrollments the member's, who all that were enrolled in them are now.

    Where the member has one already it stays, with the better state and the larger capacity of the two, and the other
    gives way; when they are two people again both are as they were, as far as nobody has changed that since. Loads and
    requests are the caller's to settle.
    """
    settling = _Settling(transaction, store, member_id)
    # Whoever gave way before comes last: there may be nobody to give way to any more.
    for enrollment in sorted(enrollments, key=lambda each: (each.set_aside is not None, each.id)):
        settling.settle(enrollment)


@dataclass(frozen=True, slots=True)
class _Settling:
    transaction: Transaction
    store: Store
    member_id: str

    def settle(self, enrollment: Enrollment) -> None:
        if enrollment.set_aside is None and enrollment.member_id == self.member_id:
            return
        session, now = self.transaction.session, self.transaction.now
        taken = self.store.enrollments.find_of(
            enrollment.tenant, enrollment.program_id, self.member_id, enrollment.role, session
        )
        if taken is not None and taken.id != enrollment.id:
            if enrollment.set_aside is None:
                self._write(enrollment, enrollment.given_way(now))
                self._write(taken, taken.taking_over(enrollment, now))
            return
        keeper = self.store.enrollments.raised_by(session, enrollment)
        self._write(enrollment, enrollment.there_again(self.member_id, now))
        if keeper is not None:
            self._write(keeper, keeper.without(enrollment, now))

    def _write(self, before: Enrollment, after: Enrollment) -> None:
        if after is before:
            return
        saved = self.store.enrollments.save(self.transaction.session, replace(after, updated_at=self.transaction.now))
        if saved.state is not before.state:
            announce_enrollment(self.transaction, saved, _TYPES[saved.state])
