"""This service's own variables, and the shared ones that it takes apart."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.contracts.acts import OWNERS
from shared.contracts.fields import EMAIL_PATTERN
from shared.settings import Settings, SettingsError, with_files
from shared.web.streams import Limits

DEFAULT_SENDER = "Ithaca <mentoring@ithaca.example>"
DEFAULT_GATHER_SECONDS = "30"
LONGEST_GATHER_SECONDS = 3600
_PORTS = {"smtp": 25, "smtps": 465}
_LINK_DAYS, _MOST_LINK_DAYS = 14, 90


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `starttls`: encrypt before anything is said, or do not speak at all."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`server` is None where SMTP_URL is not set: mail then waits."""

    server: MailServer | None
    sender: Address
    senders: int
    """Mails under way at a time, in each worker."""
    pace: float | None
    """Mails a second to one domain, from all workers together; None: as fast as it goes."""
    bounce_domain: str | None
    """Where mail that comes back is sent to, at an address for each delivery; None: to the sender."""
    gather: timedelta
    """How long news about one thing gathers before a mail goes out."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How outgoing webhooks are sent."""

    threads: int = 8
    """So many receivers are waited for at once, by each worker."""
    timeout_seconds: int = 15
    """For the whole of an answer."""
    give_up_days: int = 5
    """Of nothing but failures, until a webhook is disabled."""
    log_days: int = 30
    """That deliveries are kept, and can be sent again."""
    rotation_hours: int = 24
    """That the secret before signs beside a new one."""


_WEBHOOKS = {
    "ITHACA_WEBHOOK_THREADS": ("threads", 1, 64),
    "ITHACA_WEBHOOK_TIMEOUT_SECONDS": ("timeout_seconds", 1, 60),
    "ITHACA_WEBHOOK_GIVE_UP_DAYS": ("give_up_days", 1, 30),
    "ITHACA_WEBHOOK_LOG_DAYS": ("log_days", 5, 365),
    "ITHACA_WEBHOOK_ROTATION_HOURS": ("rotation_hours", 1, 24 * 30),
}
"""Each with the least and the most that it takes."""


def read_webhooks(environment: Mapping[str, str] | None = None) -> WebhookSettings:
    """The settings of outgoing webhooks. Raises SettingsError naming the variable."""
    values = with_files(os.environ if environment is None else environment)
    given: dict[str, int] = {}
    for variable, (name, least, most) in _WEBHOOKS.items():
        text = values.get(variable, "").strip()
        if not text:
            continue
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            raise SettingsError(f"{variable} is {text!r}: it takes a whole number from {least} to {most}.")
        given[name] = int(text)
    return WebhookSettings(**given)


def read(settings: Settings, environment: Mapping[str, str] | None = None) -> MailSettings:
    """The settings of mail. Raises SettingsError naming the variable and never showing a password."""
    values = with_files(os.environ if environment is None else environment)
    server = None if settings.smtp_url is None else _server(settings.smtp_url)
    return MailSettings(
        server,
        sender=_sender(values.get("ITHACA_MAIL_FROM") or DEFAULT_SENDER),
        senders=_senders(values.get("ITHACA_MAIL_SENDERS") or "8"),
        pace=_pace(values.get("ITHACA_MAIL_PACE") or "20"),
        bounce_domain=_bounce_domain(values.get("ITHACA_BOUNCE_DOMAIN")),
        gather=_gather(values),
    )


def _gather(values: Mapping[str, str]) -> timedelta:
    text = values.get("ITHACA_MAIL_GATHER_SECONDS") or DEFAULT_GATHER_SECONDS
    if not text.isdecimal() or len(text) > 4 or int(text) > LONGEST_GATHER_SECONDS:
        raise SettingsError(
            f"ITHACA_MAIL_GATHER_SECONDS takes whole seconds from 0 to {LONGEST_GATHER_SECONDS}; it is {text!r}."
        )
    return timedelta(seconds=int(text))


def stream_limits(environment: Mapping[str, str] | None = None) -> Limits:
    """How many live streams a web process carries. Raises SettingsError naming the variable."""
    values = with_files(os.environ if environment is None else environment)
    usual = Limits()
    return Limits(
        most=_number(values, "ITHACA_STREAMS", usual.most, 0, 100_000),
        most_of_a_member=_number(values, "ITHACA_STREAMS_OF_A_MEMBER", usual.most_of_a_member, 1, 100),
        heartbeat_seconds=_number(values, "ITHACA_STREAM_HEARTBEAT_SECONDS", int(usual.heartbeat_seconds), 1, 300),
    )


def _number(values: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    raw = values.get(name) or str(default)
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 10 and least <= int(raw) <= most):
        raise SettingsError(f"{name} is {raw!r}: it takes a number from {least} to {most}.")
    return int(raw)


def link_template(settings: Settings) -> str:
    """Where links lead: an address with `{kind}` and `{id}`. Raises SettingsError naming the variable."""
    if settings.link_template is None:
        return f"{settings.public_url}/pages/{{kind}}/{{id}}"
    if not settings.link_template.startswith(("https://", "http://")) or "{id}" not in settings.link_template:
        raise SettingsError(
            "ITHACA_LINK_TEMPLATE takes an http or https address with {id} and, for the kind of thing, {kind}: "
            "https://portal.example.org/{kind}/{id}."
        )
    return settings.link_template


def page_addresses(settings: Settings, environment: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Where people reach the pages of each service that owns acts. Raises SettingsError naming the variable."""
    values = with_files(os.environ if environment is None else environment)
    found = {}
    for service in sorted(set(OWNERS.values())):
        variable = f"ITHACA_{service.upper()}_PUBLIC_URL"
        address = values.get(variable) or settings.public_url
        if re.fullmatch(r"https?://[!-~]+", address) is None:
            raise SettingsError(f"{variable} is {address!r}: it takes an address, as https://{service}.example.org.")
        found[service] = address.rstrip("/")
    return found


def link_days(environment: Mapping[str, str] | None = None) -> int:
    """How many days a link in a mail lets a person act. Raises SettingsError naming the variable."""
    values = with_files(os.environ if environment is None else environment)
    raw = values.get("ITHACA_LINK_DAYS") or str(_LINK_DAYS)
    if re.fullmatch(r"[0-9]{1,3}", raw) is None or not 1 <= int(raw) <= _MOST_LINK_DAYS:
        raise SettingsError(f"ITHACA_LINK_DAYS is {raw!r}: it takes a number of days from 1 to {_MOST_LINK_DAYS}.")
    return int(raw)


def _server(url: str) -> MailServer:
    wrong = SettingsError(
        "SMTP_URL takes smtp://[user:password@]host[:port][?starttls=true] or smtps://[user:password@]host[:port]."
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    starttls = options.pop("starttls", "false")
    if parts.scheme not in _PORTS or not parts.hostname or options or starttls not in ("true", "false"):
        raise wrong
    if starttls == "true" and parts.scheme == "smtps":
        raise SettingsError("SMTP_URL: smtps is encrypted from the first byte, starttls does not go with it.")
    if (parts.username is None) != (parts.password is None):
        raise SettingsError("SMTP_URL has a user without a password, or a password without a user.")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        implicit_tls=parts.scheme == "smtps",
        starttls=starttls == "true",
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _senders(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise SettingsError(f"ITHACA_MAIL_SENDERS is {text!r}: it takes how many mails go at a time, 1 to 64.")
    return int(text)


def _pace(text: str) -> float | None:
    if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text) is None:
        raise SettingsError(
            f"ITHACA_MAIL_PACE is {text!r}: it takes mails a second to one domain, as 20 or 0.5; 0 is no limit."
        )
    return float(text) or None


def _bounce_domain(text: str | None) -> str | None:
    if not text:
        return None
    if re.fullmatch(r"(?=.{1,190}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}", text) is None:
        raise SettingsError(f"ITHACA_BOUNCE_DOMAIN is {text!r}: it takes the name of a domain, as bounces.example.org.")
    return text.lower()


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    if not text.isprintable() or re.fullmatch(EMAIL_PATTERN, address) is None:
        raise SettingsError(f"ITHACA_MAIL_FROM is {text!r}: it takes an address, as {DEFAULT_SENDER!r}.")
    try:
        return Address(display_name=name, addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise SettingsError(f"ITHACA_MAIL_FROM is {text!r}, which cannot stand in a header: {error}.") from None
