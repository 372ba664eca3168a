"""What a program goes by until its coordinator says otherwise: the association's numbers, else those for all."""

from services.matching.domain.program import Settings
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def default_settings(transaction: Transaction, store: Store) -> Settings:
    """As the association has them now; a program keeps those that it was planned with."""
    numbers = store.association_defaults.of(transaction.tenant, transaction.session)
    return Settings(
        open_request_limit=numbers["open_request_limit"],
        request_expiry_days=numbers["request_expiry_days"],
        request_reminder_days=numbers["request_reminder_days"],
        flash_expiry_hours=numbers["flash_expiry_hours"],
        expired_in_a_row=numbers["expired_in_a_row"],
        flash_days=numbers["flash_days"],
        late_cancel_hours=numbers["late_cancel_hours"],
        no_show_minutes=numbers["no_show_minutes"],
        attendance_hours=numbers["attendance_hours"],
        feedback_reveal_days=numbers["feedback_reveal_days"],
        fewest_ratings=numbers["fewest_ratings"],
        new_days=numbers["new_days"],
        unsigned_days=numbers["unsigned_days"],
        quiet_percent=numbers["quiet_percent"],
        at_risk_percent=numbers["at_risk_percent"],
        missed_in_a_row=numbers["missed_in_a_row"],
        overdue_days=numbers["overdue_days"],
        nudge_both_days=numbers["nudge_both_days"],
        nudge_coordinator_days=numbers["nudge_coordinator_days"],
    )
