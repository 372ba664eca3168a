"""A real SMTP server on loopback that keeps what it takes and says no when told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.ports import free_port


@dataclass
class Mailbox:
    """aiosmtpd calls its handlers; the replies, where set, are given instead of taking the mail."""

    port: int = field(default_factory=free_port)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    on_recipient: str | None = None
    on_data: str | None = None
    accounts: dict[bytes, bytes] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.accounts and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.on_recipient is not None:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.on_data is not None:
            return self.on_data
        self.raw.append(envelope.original_content)
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and self.accounts.get(given.login) == given.password
        return AuthResult(success=known, handled=False)

    @property
    def mails(self) -> list[EmailMessage]:
        read = [message_from_bytes(content, policy=default) for content in self.raw]
        return [mail for mail in read if isinstance(mail, EmailMessage)]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    @contextmanager
    def answering(self) -> Iterator[None]:
        options: dict[str, Any] = {}
        if self.accounts:
            options = {"auth_require_tls": False, "authenticator": self._authenticate}
        controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=False, **options)
        controller.start()
        try:
            yield
        finally:
            controller.stop()
