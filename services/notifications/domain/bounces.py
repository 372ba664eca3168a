"""Mail that came back: what a report of it says about the address (RFC 3464, RFC 3463)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from enum import StrEnum

SOFT_BOUNCES = 5
"""So many are as good as a hard one."""

REMEMBERED = timedelta(days=180)
"""Then the address has another chance: mailboxes are emptied and repaired."""


class Bounce(StrEnum):
    """What came back."""

    HARD = "hard"
    """The address does not work, and will not by itself."""
    SOFT = "soft"
    """This mail did not get there; another may."""


class NotAReport(Exception):
    """The message says in a sentence what is missing."""


@dataclass(frozen=True, slots=True)
class BouncedAddress:
    """What is known of an address, whose keyed hash the id is: the address itself stands in the member's copy alone."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    member_id: str
    """Whose it was, to be forgotten with them."""
    hard: bool
    soft: int

    @property
    def is_given_up(self) -> bool:
        """Whether no more mail goes there."""
        return self.hard or self.soft >= SOFT_BOUNCES


def judged(status: str) -> Bounce:
    """What a status code of RFC 3463 says of the address: `5.1.1`, no such mailbox, is hard.

    A full mailbox, a mail that is too large and somebody's policy say nothing against the address, for good as they are
    called.
    """
    kind, _, detail = status.partition(".")
    passing = detail in {"2.2", "2.3", "3.4"} or detail.startswith("7.")
    return Bounce.HARD if kind == "5" and not passing else Bounce.SOFT


def reported(content_type: str, content: bytes) -> Bounce | None:
    """What a report says; None where it tells of a mail that is late, or got there.

    `content` is a `message/delivery-status`, or a mail that has one. Raises NotAReport.
    """
    if content_type.partition(";")[0].strip().lower() != "message/rfc822":
        content = b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n" + content
    found = [
        about
        for part in message_from_bytes(content, policy=compat32).walk()
        if part.get_content_type() == "message/delivery-status"
        for about in _blocks(part)
        if about["Action"] is not None
    ]
    if not found:
        raise NotAReport("There is no message/delivery-status in it that names an Action.")
    failed = [judged(str(about["Status"] or "5.0.0").strip()) for about in found if _is_failure(about)]
    return min(failed, default=None)  # in the order of the alphabet, hard comes first


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _is_failure(about: Message) -> bool:
    return str(about["Action"]).strip().lower() == "failed"
