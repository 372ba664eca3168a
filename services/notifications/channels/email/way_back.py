"""What comes back for a mail: its reader's no, and the news that it could not be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address

from services.notifications.domain.catalog import telling_of
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Priority
from services.notifications.domain.tokens import Tokens, Unsubscribing


@dataclass(frozen=True, slots=True)
class WayBack:
    """`address` is where this service answers."""

    sender: Address
    address: str
    tokens: Tokens
    bounce_domain: str | None = None

    def unsubscribing_at(self, delivery: Delivery, notifications: Sequence[Notification]) -> str | None:
        """Where its reader stops all kinds of news in it; None where it says what people have agreed on: that comes in
        any case."""
        tellings = [telling_of(each) for each in notifications]
        categories = {each.category for each in tellings if each.priority is not Priority.FIRM}
        if not categories or not self.tokens.make:
            return None
        token = self.tokens.unsubscribing(Unsubscribing(delivery.tenant, delivery.member_id, categories))
        return f"{self.address}/v1/unsubscribe/{token}"

    def bouncing_at(self, delivery: Delivery) -> str | None:
        """Where to say that it could not be delivered."""
        return f"{self.address}/v1/bounces/{self.tokens.bouncing(delivery.id)}" if self.tokens.make else None

    def envelope_sender(self, delivery: Delivery) -> str:
        """Whom servers send it back to: an address for this delivery alone, where there is a domain for such."""
        if self.bounce_domain is None or not self.tokens.make:
            return self.sender.addr_spec
        return f"bounce+{self.tokens.bouncing(delivery.id)}@{self.bounce_domain}"
