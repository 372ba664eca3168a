"""The mails of the local mailbox: an .eml file each, named by the moment it came."""

import codecs
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

from cli.embedded.atomic import write_atomically

_NAME = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is neither the text nor the HTML; calendar parts among them."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was received. `to` are the envelope's recipients, whatever the headers say."""

    id: str
    to: tuple[str, ...]
    sender: str
    subject: str
    received_at: datetime
    text: str
    html: str
    attachments: tuple[Attachment, ...]


class MailboxStore:
    """Mails in a folder. Several threads may write and read."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def keep(self, content: bytes, recipients: Sequence[str]) -> str:
        """Stores a mail with its envelope's recipients, as an MTA's `Delivered-To`; gives its id."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{uuid.uuid4().hex[:8]}"
        envelope = "".join(f"Delivered-To: {recipient}\r\n" for recipient in recipients)
        write_atomically(self._path(name), envelope.encode("utf-8", "replace") + content)
        return name

    def newest_first(self, to: str | None = None) -> list[Mail]:
        """All mails, or those for one address, compared case-folded."""
        names = sorted((path.stem for path in self._folder.glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True)
        mails = (_parsed(self._path(name)) for name in names)
        return [mail for mail in mails if to is None or to.casefold() in (address.casefold() for address in mail.to)]

    def find(self, name: str) -> Mail | None:
        """A mail by its id; None where there is none."""
        return _parsed(self._path(name)) if self.raw(name) is not None else None

    def raw(self, name: str) -> bytes | None:
        """The bytes as stored; None where there is no such mail. Safe for any text."""
        if _NAME.fullmatch(name) is None or not self._path(name).exists():
            return None
        return self._path(name).read_bytes()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"


@lru_cache(maxsize=10_000)
def _parsed(path: Path) -> Mail:
    """A stored mail never changes, so parsing it once will do."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    attachments = [part for part in message.walk() if not part.is_multipart() and _is_attachment(part)]
    return Mail(
        id=path.stem,
        to=tuple(str(value) for value in message.get_all("Delivered-To", [])),
        sender=_header(message, "From"),
        subject=_header(message, "Subject"),
        received_at=datetime.strptime(path.stem.split("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(
            Attachment(part.get_filename() or f"part-{number}", part.get_content_type(), _content(part))
            for number, part in enumerate(attachments, start=1)
        ),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, TypeError):  # the parser of the standard library gives up on some broken headers
        return "(unreadable)"


def _is_attachment(part: EmailMessage) -> bool:
    return part.is_attachment() or part.get_content_type() not in {"text/plain", "text/html"}


def _body(message: EmailMessage, subtype: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and not part.is_attachment():
            return _content(part).decode(_charset(part), "replace")
    return ""


def _charset(part: EmailMessage) -> str:
    try:
        return codecs.lookup(part.get_content_charset("utf-8")).name
    except LookupError:
        return "utf-8"


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
