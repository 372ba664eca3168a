"""A real SMTP server on loopback that keeps what it takes, says no when told to, and has every fault of one."""

import asyncio
import ssl
from collections import Counter
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
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    on_recipient: str | None = None
    on_data: str | None = None
    accounts: dict[bytes, bytes] = field(default_factory=dict)
    starttls: ssl.SSLContext | None = None
    implicit_tls: ssl.SSLContext | None = None
    hangs_up_at_recipient: int = 0
    """So many times it is gone in the middle of a mail."""
    hangs_up_after_data: int = 0
    """So many times it takes a mail and is gone before it says so."""
    holds: set[str] = field(default_factory=set)
    """It thinks about mails to these domains for as long as they stand here."""
    conversations: int = 0
    _transports: set[asyncio.Transport] = field(default_factory=set)
    under_way: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    """How many mails to a domain it had in hand at a time, at most."""

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.conversations += session.host_name is None
        session.host_name = hostname
        self._transports.add(server.transport)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.accounts and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.hangs_up_at_recipient:
            self.hangs_up_at_recipient -= 1
            server.transport.abort()
        if self.on_recipient is not None:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        domain = envelope.rcpt_tos[0].rpartition("@")[2]
        self.under_way[domain] += 1
        self.most_at_once[domain] = max(self.most_at_once[domain], self.under_way[domain])
        while domain in self.holds:
            await asyncio.sleep(0.01)
        self.under_way[domain] -= 1
        if self.on_data is not None:
            return self.on_data
        self.raw.append(envelope.original_content)
        self.senders.append(envelope.mail_from)
        self.recipients.extend(envelope.rcpt_tos)
        if self.hangs_up_after_data:
            self.hangs_up_after_data -= 1
            server.transport.abort()
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

    @property
    def domains(self) -> Counter[str]:
        """How many mails it has taken for each."""
        return Counter(each.rpartition("@")[2] for each in self.recipients)

    @property
    def copies(self) -> Counter[str]:
        """How often each mail came, by its Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    @contextmanager
    def answering(self) -> Iterator[None]:
        options: dict[str, Any] = {}
        if self.accounts:
            options = {"auth_require_tls": False, "authenticator": self._authenticate}
        if self.starttls is not None:
            options |= {"tls_context": self.starttls, "require_starttls": True}
        controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            enable_SMTPUTF8=False,
            ssl_context=self.implicit_tls,
            **options,
        )
        controller.start()
        try:
            yield
        finally:
            for transport in self._transports:
                controller.loop.call_soon_threadsafe(transport.abort)
            self._transports.clear()
            controller.stop()
