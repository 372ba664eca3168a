"""A conversation with an SMTP server (RFC 5321), and what its answers mean for the next attempt."""

import smtplib
import ssl
from email.message import EmailMessage

from services.notifications.channels.email.headers import ASCII, INTERNATIONAL
from services.notifications.settings import MailServer

PATIENCE = 15.0
"""Seconds for each step of the conversation but the last."""

PATIENCE_AT_THE_END = 100.0
"""Seconds for the server's yes: whoever gives up while it still works sends the mail twice."""


class Unsent(Exception):
    """The mail was not taken. `code` is the server's reply code, where it gave one."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__("no reply" if code is None else str(code))
        self.code = code


class Unreachable(Unsent):
    """Nobody answers, or the server will not work for us at all: nothing is wrong with this mail."""


class Deferred(Unsent):
    """The server asks to try this mail later."""


class Refused(Unsent):
    """The server will never take this mail for this recipient."""


class Conversation:
    """One connection: greeted, encrypted and logged in as configured. For one thread at a time."""

    def __init__(self, server: MailServer, name: str) -> None:
        """`name` is who we say we are: asking the machine for its own full name may wait for DNS.

        Raises Unreachable.
        """
        self.usable = True
        """Whether another mail may follow."""
        try:
            self._smtp = _connected(server, name)
        except smtplib.SMTPResponseException as error:
            raise Unreachable(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable from error

    def hand_over(self, mail: EmailMessage, sender: str, recipient: str) -> None:
        """Hands the mail over; when this returns the server has taken it.

        Raises Unreachable, Deferred or Refused. A connection lost after the mail was taken and before we heard so
        looks like Unreachable: the mail comes again, with the same Message-ID.
        """
        international = not f"{sender}{recipient}".isascii()
        if international and not self._smtp.has_extn("smtputf8"):
            raise Refused
        try:
            self._envelope(sender, recipient, international=international)
            content = mail.as_bytes(policy=INTERNATIONAL if international else ASCII)
            self._timeout(PATIENCE_AT_THE_END)
            code, _ = self._smtp.data(content)
            self._timeout(PATIENCE)
        except smtplib.SMTPDataError as error:
            raise self._judged(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            self.usable = False
            raise Unreachable from error
        if code != 250:
            raise self._judged(code)

    def begin_anew(self) -> bool:
        """Whether the server is still there and has forgotten the last mail, whatever came of that."""
        try:
            code, _ = self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.usable = False
        else:
            self.usable = code == 250
        return self.usable

    def leave(self) -> None:
        """What was taken stays taken, however the goodbye goes."""
        try:
            if self.usable:
                self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self._smtp.close()

    def _envelope(self, sender: str, recipient: str, *, international: bool) -> None:
        code, _ = self._smtp.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if international else [])
        if code != 250:
            self.usable = False
            raise Unreachable(code)
        code, _ = self._smtp.rcpt(recipient)
        if code not in {250, 251}:
            raise self._judged(code)

    def _judged(self, code: int) -> Unsent:
        if code == 421:
            self.usable = False
            return Unreachable(code)
        return Refused(code) if code >= 500 else Deferred(code)

    def _timeout(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)


def _connected(server: MailServer, name: str) -> smtplib.SMTP:
    context = ssl.create_default_context() if server.implicit_tls or server.starttls else None
    if server.implicit_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=PATIENCE, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=PATIENCE)
    try:
        if server.starttls:
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if server.username is not None and server.password is not None:
            smtp.login(server.username, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp
