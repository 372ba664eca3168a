"""Handing one mail to an SMTP server (RFC 5321), and what its answer means for the next attempt."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from services.notifications.settings import MailServer

PATIENCE = 15.0
"""Seconds for each step of the conversation."""


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


def send(server: MailServer, mail: EmailMessage, sender: str, recipient: str) -> None:
    """Hands the mail over; when this returns the server has taken it.

    Raises Unreachable, Deferred or Refused. A connection lost after the mail was taken and before we heard so looks
    like Unreachable: the mail comes again, with the same Message-ID.
    """
    try:
        with _conversation(server, sender) as smtp:
            try:
                smtp.send_message(mail, from_addr=sender, to_addrs=[recipient])
            except smtplib.SMTPRecipientsRefused as error:
                [(code, _)] = error.recipients.values()
                raise _judged(code) from error
            except smtplib.SMTPSenderRefused as error:
                raise Unreachable(error.smtp_code) from error
            except smtplib.SMTPDataError as error:
                raise _judged(error.smtp_code) from error
            except smtplib.SMTPNotSupportedError as error:
                # The address needs SMTPUTF8 and the server does not know it.
                raise Refused from error
    except smtplib.SMTPResponseException as error:
        raise Unreachable(error.smtp_code) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable from error


@contextmanager
def _conversation(server: MailServer, sender: str) -> Iterator[smtplib.SMTP]:
    """A connection that is greeted, encrypted and logged in as configured."""
    # Named after the sender's domain: asking the machine for its own full name may wait for DNS.
    name = sender.rpartition("@")[2].encode("idna").decode("ascii")
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
        if server.username is not None and server.password is not None:
            smtp.login(server.username, server.password)
        yield smtp
    finally:
        _leave(smtp)


def _leave(smtp: smtplib.SMTP) -> None:
    """What was taken stays taken, however the goodbye goes."""
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


def _judged(code: int) -> Unsent:
    return Refused(code) if code >= 500 else Deferred(code)
