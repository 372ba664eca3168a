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
        late_cancel_hours=numbers["late_cancel_hours"],
        no_show_minutes=numbers["no_show_minutes"],
        attendance_hours=numbers["attendance_hours"],
        feedback_reveal_days=numbers["feedback_reveal_days"],
        fewest_ratings=numbers["fewest_ratings"],
    )
