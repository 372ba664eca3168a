"""A delivery as a mail: text, HTML and, where it tells of an appointment, a calendar part."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.notifications.channels.email.invitation import invitation
from services.notifications.domain.copies import Person
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.branding import branding
from services.notifications.rendering.letter import Letters
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Wording

# Pure ASCII on the wire, so that no server on the way has to know 8BITMIME.
_POLICY = SMTP.clone(cte_type="7bit")


class Letterhead:
    """Writes mails for one sender. One for a process; safe to share between threads."""

    def __init__(self, sender: Address, wording: Wording, links: Links) -> None:
        self.sender = sender
        self._wording = wording
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
        given = {"name": person.name, "branding": branding(known.association)}

        mail = EmailMessage(policy=_POLICY)
        mail["Subject"] = text.title
        mail["From"] = self.sender
        mail["To"] = recipient
        if known.association is not None and known.association.reply_to is not None:
            mail["Reply-To"] = _address(known.association.reply_to, known.association.name)
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{delivery.id}@{self.sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        plain = self._wording.template(text.language, "layout.txt.jinja", markup=False)
        mail.set_content(plain.render(letter=text, **given))
        page = self._wording.template(html.language, "layout.html.jinja", markup=True)
        mail.add_alternative(page.render(letter=html, **given), subtype="html")
        if len(notifications) == 1:
            self._invite(mail, notifications[0], known, text.items[0].words.calendar or "", recipient, now)
        mail["Content-Language"] = text.language
        return mail

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
    local, _, domain = email.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)
