"""Where a notification leads: to the association's portal, or to this service's plain pages and those of acts."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain.notification import Notification
from services.notifications.rendering.act_links import ActLinks, Link
from services.notifications.rendering.words import Words


@dataclass(frozen=True, slots=True)
class Links:
    """`template` holds `{kind}` and `{id}`; without `acts`, as where there is a portal, nothing is done from mails."""

    template: str
    acts: ActLinks | None = None

    def to(self, notification: Notification) -> str:
        """The address of what the notification is about, which lets nobody do anything."""
        address = self.template.replace("{kind}", notification.subject.value)
        return address.replace("{id}", notification.subject_id)

    def buttons(self, notification: Notification, words: Words, locale: str) -> Sequence[Link]:
        """What stands below the news in a mail, at least one: its acts, or else the link, named as the words have it.

        `locale` is how the person reads. Whoever is given these can act for that person: they go to their address
        and nowhere else.
        """
        acts = () if self.acts is None else self.acts.of(notification, words.language, locale)
        return acts or [Link(words.action, self.to(notification))]
