"""A delivery as a mail: text, HTML and, where it tells of an appointment, a calendar part."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from services.notifications.channels.email.deliverable import deliverable
from services.notifications.channels.email.headers import ASCII, literal
from services.notifications.channels.email.invitation import invitation
from services.notifications.channels.email.layout import Around, Layout
from services.notifications.channels.email.way_back import WayBack
from services.notifications.domain.copies import Person
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.branding import branding
from services.notifications.rendering.letter import Letters
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Wording


class Letterhead:
    """Writes mails for one sender. One for a process; safe to share between threads."""

    def __init__(self, wording: Wording, links: Links, way_back: WayBack) -> None:
        self.sender = way_back.sender
        self.way_back = way_back
        self._layout = Layout(wording)
        self._letters = Letters(wording, links)

    def write(
        self,
        delivery: Delivery,
        notifications: Sequence[Notification],
        known: Known,
        person: Person,
        email: str,
        now: datetime,
    ) -> EmailMessage:
        """The mail to this person; its Message-ID is the delivery's for good, so that a second copy is known as one.

        `notifications` are the delivery's, in its order; one with a calendar part always comes alone.
        """
        recipient = _address(email, person.name)
        text = self._letters.letter(notifications, known, digest=delivery.digest)
        html = self._letters.letter(notifications, known, digest=delivery.digest, markup=True)
        unsubscribe = self.way_back.unsubscribing_at(delivery, notifications)
        around = Around(person.name, text.title, branding(known.association), unsubscribe)

        mail = EmailMessage(policy=ASCII)
        mail["Subject"] = literal(text.title)
        mail["From"] = self.sender
        mail["To"] = recipient
        if known.association is not None and known.association.reply_to is not None:
            mail["Reply-To"] = _address(known.association.reply_to, known.association.name)
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{delivery.id}@{self.sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        self._say_the_way_back(mail, delivery, unsubscribe)
        mail.set_content(self._layout.text(text, around))
        mail.add_alternative(self._layout.html(html, around), subtype="html")
        if len(notifications) == 1:
            self._invite(mail, notifications[0], known, text.items[0].words.calendar or "", recipient, now)
        mail["Content-Language"] = text.language
        return mail

    def _say_the_way_back(self, mail: EmailMessage, delivery: Delivery, unsubscribe: str | None) -> None:
        if unsubscribe is not None:  # RFC 8058
            mail["List-Unsubscribe"] = f"<{unsubscribe}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        bounce = self.way_back.bouncing_at(delivery)
        if bounce is not None:
            mail["Ithaca-Bounce"] = f"<{bounce}>"

    def _invite(
        self,
        mail: EmailMessage,
        notification: Notification,
        known: Known,
        summary: str,
        attendee: Address,
        now: datetime,
    ) -> None:
        part = invitation(notification, known, summary=summary, organizer=self.sender, attendee=attendee, now=now)
        if part is not None and notification.calendar is not None:
            method = {"method": notification.calendar.value}
            mail.add_alternative(part.decode(), subtype="calendar", charset="utf-8", params=method)


def _address(email: str, name: str) -> Address:
    local, _, domain = deliverable(email).rpartition("@")
    return Address(display_name=literal(name), username=local, domain=domain)
