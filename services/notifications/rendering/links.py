"""Where a notification's link leads: the association's portal, or this service's plain pages."""

from dataclasses import dataclass

from services.notifications.domain.notification import Notification


@dataclass(frozen=True, slots=True)
class Links:
    """`template` holds `{kind}` and `{id}`."""

    template: str

    def to(self, notification: Notification) -> str:
        """The address of what the notification is about."""
        address = self.template.replace("{kind}", notification.subject.value)
        return address.replace("{id}", notification.subject_id)
