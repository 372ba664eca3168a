"""An enrollment is decided on, paused, resumed, given up, or gets another capacity."""

from dataclasses import replace

from services.matching.commands.write_enrollment import write_enrollment
from services.matching.domain.enrollment import BY_COORDINATOR, BY_MEMBER, Enrollment, EnrollmentState
from services.matching.store import Store
from shared.errors import Forbidden
from shared.messaging.unit_of_work import Transaction

_VERBS = {
    EnrollmentState.REJECTED: "reject",
    EnrollmentState.PAUSED: "pause",
    EnrollmentState.WITHDRAWN: "withdraw",
    EnrollmentState.APPLIED: "apply",
}
_TYPES = {
    "approve": "enrollment.approved.v1",
    "reject": "enrollment.rejected.v1",
    "pause": "enrollment.paused.v1",
    "resume": "enrollment.resumed.v1",
    "withdraw": "enrollment.withdrawn.v1",
    "apply": "enrollment.applied.v1",
}
_OWN = frozenset({"pause", "resume", "withdraw"})
"""What members do with their own enrollment; the rest is decided about them."""


def change_enrollment(
    transaction: Transaction,
    store: Store,
    enrollment: Enrollment,
    *,
    state: EnrollmentState | None = None,
    capacity: int | None = None,
    by_coordinator: bool,
) -> Enrollment:
    """The enrollment in this state and with this capacity; what is as wanted already stays as it is.

    Raises IllegalTransition, Forbidden where the step is not the member's own to take.
    """
    changed, type_name = enrollment, None
    if state is not None and state is not enrollment.state:
        verb = _verb(enrollment, state)
        if not by_coordinator:
            _require_own(enrollment, verb)
        changed = changed.moved(verb, transaction.now, BY_COORDINATOR if by_coordinator else BY_MEMBER)
        type_name = _TYPES[verb]
    if capacity is not None and capacity != enrollment.capacity:
        changed = replace(changed, capacity=capacity, updated_at=transaction.now)
    if changed is enrollment:
        return enrollment
    return write_enrollment(transaction, store, changed, type_name)


def _verb(enrollment: Enrollment, state: EnrollmentState) -> str:
    if state is EnrollmentState.APPROVED:
        return "resume" if enrollment.state is EnrollmentState.PAUSED else "approve"
    return _VERBS[state]


def _require_own(enrollment: Enrollment, verb: str) -> None:
    if verb not in _OWN:
        raise Forbidden(f"Only a coordinator may {verb} an enrollment.")
    if verb == "resume" and enrollment.reason == BY_COORDINATOR:
        raise Forbidden("A coordinator has paused this enrollment.")
