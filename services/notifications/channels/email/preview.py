"""A mail to look at, written as the service writes it and sent to nobody."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from services.notifications.channels.email.mail import Letterhead
from services.notifications.channels.email.way_back import WayBack
from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.tokens import Tokens
from services.notifications.rendering.links import Links
from services.notifications.rendering.specimen import NOW, Specimen
from services.notifications.rendering.words import Wording

_WAY_BACK = WayBack(Address("Ithaca", "mentoring", "example.org"), "https://ithaca.example.org", Tokens(["preview"]))
_LINKS = Links("https://portal.example.org/{kind}/{id}")


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail's parts as its reader sees them."""

    subject: str
    text: str
    html: str


def preview(specimen: Specimen, wording: Wording) -> Preview:
    """The mail that the specimen becomes."""
    notification, reader = specimen.notification, specimen.reader
    delivery = Delivery(
        notification.id,
        notification.tenant,
        1,
        NOW,
        NOW,
        (notification.id,),
        reader.id,
        "email",
        DeliveryState.PENDING,
        NOW,
    )
    letterhead = Letterhead(wording, _LINKS, _WAY_BACK)
    mail = letterhead.write(delivery, [notification], specimen.known, reader, reader.email or "", NOW)
    return Preview(str(mail["Subject"]), _part(mail, "plain"), _part(mail, "html"))


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    return "" if found is None else str(found.get_content())
