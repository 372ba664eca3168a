"""Settings: the environment, read once, validated with an error that names the variable.

A variable whose name ends in `_FILE` gives the path of a file that holds the value, for secrets mounted as files.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

BROKERS = ("auto", "kafka", "noida")
SERVICES = ("profiles", "matching", "events", "notifications")
LOCAL_ISSUER = "https://ithaca.local"
"""The issuer of `ithaca token`, for development."""

SHORTEST_SECRET_KEY = 16
"""Characters. A key is stretched, which makes up for its form and not for its being guessable."""

_SASL = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
"""What a user and a password are enough for."""


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A variable is missing or wrong; the message names it and says what it takes."""


@dataclass(frozen=True, slots=True)
class Kafka:
    """How to reach the brokers. Field names follow kafka-python's."""

    bootstrap_servers: tuple[str, ...]
    security_protocol: str
    sasl_mechanism: str | None
    sasl_username: str | None
    sasl_password: str | None
    ssl_cafile: str | None
    ssl_certfile: str | None
    ssl_keyfile: str | None
    transactions: bool
    """Whether the broker fences abandoned transactions and rebalances cooperatively: noida does neither."""

    def client_options(self) -> dict[str, object]:
        """Keyword arguments that every kafka-python client takes."""
        options: dict[str, object] = {
            "bootstrap_servers": list(self.bootstrap_servers),
            "security_protocol": self.security_protocol,
        }
        for name in ("sasl_mechanism", "ssl_cafile", "ssl_certfile", "ssl_keyfile"):
            if (value := getattr(self, name)) is not None:
                options[name] = value
        if self.sasl_username is not None:
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests a minute: far above what people and well-behaved systems need, far below what hurts.

    A caller is a tenant's subject; of public addresses, the network address.
    """

    read: int = 6000
    write: int = 3000
    upload: int = 120
    public: int = 1200


@dataclass(frozen=True, slots=True)
class Settings:
    """What every service reads. A service's own variables live in its `settings.py`."""

    kafka: Kafka
    mongodb_uri: str
    database_prefix: str
    topic_prefix: str
    issuer: str
    jwks_url: str
    member_claim: str
    audience: str | None
    """Of an issuer that serves other applications, too: whom tokens must be made for. None: nobody is asked for."""
    secret_keys: tuple[str, ...]
    instance: str | None
    public_url: str
    link_template: str | None
    strict_sources: bool
    allowed_networks: tuple[Network, ...]
    """Private networks that sources and outgoing webhooks may reach; of public addresses nothing is said here."""
    smtp_url: str | None
    log_format: str
    host: str
    port: int
    health_port: int | None
    otlp_endpoint: str | None
    rate_limits: RateLimits | None
    """None: nobody is limited."""
    request_seconds: int
    """How long the database may take for one request."""
    largest_upload: int
    """Bytes of a file as it was before it was compressed."""
    proxies: int
    """How many reverse proxies of ours stand in front and add to `X-Forwarded-For`."""
    data: Path
    test_clock: Path | None = None
    """A file that says how far ahead of the machine's clock everything is; with the local issuer only."""

    def database_name(self, service: str) -> str:
        """The service's own database."""
        return f"{self.database_prefix}{service}"

    def topic(self, name: str) -> str:
        """A topic's name on the broker: `members.v1` -> `ithaca.members.v1`."""
        return f"{self.topic_prefix}{name}"


def default_data_folder(environment: Mapping[str, str]) -> Path:
    """`ITHACA_DATA`, else the user's data folder (XDG base directory specification)."""
    if named := environment.get("ITHACA_DATA"):
        return Path(named).expanduser()
    base = environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "ithaca"


def with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with each `NAME_FILE` read into `NAME`. Raises SettingsError naming the variable."""
    merged = dict(environment)
    for variable, path in environment.items():
        name = variable.removesuffix("_FILE")
        if name == variable or not name.startswith(("ITHACA_", "KAFKA_", "MONGODB_", "SMTP_")):
            continue
        if name in environment:
            raise SettingsError(f"{name} and {variable} are both set: keep one of them.")
        try:
            merged[name] = Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{variable} names {path}, which cannot be read: {error.strerror}.") from error
    return merged


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads and validates the settings every service shares. Raises SettingsError naming the variable."""
    return _read(with_files(os.environ if environment is None else environment))


def _text(values: Mapping[str, str], name: str, default: str) -> str:
    return values.get(name) or default


def _choice(values: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = _text(values, name, default)
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}: it takes one of {', '.join(allowed)}.")
    return value


def _http_address(values: Mapping[str, str], name: str) -> str | None:
    raw = values.get(name) or None
    if raw is not None and not raw.startswith(("http://", "https://")):
        raise SettingsError(f"{name} is {raw!r}: it takes an http or https address, as http://127.0.0.1:4318.")
    return raw


def _integer(values: Mapping[str, str], name: str, default: int, least: int, most: int, what: str) -> int:
    raw = _text(values, name, str(default))
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 10 and least <= int(raw) <= most):
        raise SettingsError(f"{name} is {raw!r}: it takes {what} from {least} to {most}.")
    return int(raw)


def _rate_limits(values: Mapping[str, str]) -> RateLimits | None:
    text = _text(values, "ITHACA_RATE_LIMITS", "")
    if text == "off":
        return None
    limits: dict[str, int] = {}
    names = [each.name for each in fields(RateLimits)]
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        if name not in names or not (number.isascii() and number.isdecimal() and 0 < len(number) < 10 and int(number)):
            raise SettingsError(
                f"ITHACA_RATE_LIMITS holds {part!r}: it takes off, or requests a minute as in read=6000,write=3000 "
                f"for {', '.join(names)}."
            )
        limits[name] = int(number)
    return RateLimits(**limits)


def _matching(values: Mapping[str, str], name: str, default: str, pattern: str, what: str) -> str:
    value = _text(values, name, default)
    if re.fullmatch(pattern, value) is None:
        raise SettingsError(f"{name} is {value!r}: it takes {what}.")
    return value


def _mongodb_uri(values: Mapping[str, str]) -> str:
    uri = _text(values, "MONGODB_URI", "mongodb://127.0.0.1:27017/?replicaSet=rs0")
    if not uri.startswith(("mongodb://", "mongodb+srv://")):  # it may hold a password, and is never shown
        raise SettingsError(
            "MONGODB_URI takes mongodb://[user:password@]host:port/?replicaSet=NAME, or mongodb+srv://…"
        )
    return uri


def _secret_keys(values: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in _text(values, "ITHACA_SECRET_KEY", "").split(",") if key.strip())
    if any(len(key) < SHORTEST_SECRET_KEY for key in keys):
        raise SettingsError(f"ITHACA_SECRET_KEY holds a key of less than {SHORTEST_SECRET_KEY} characters.")
    return keys


def _networks(values: Mapping[str, str]) -> tuple[Network, ...]:
    found = []
    for part in filter(None, (part.strip() for part in _text(values, "ITHACA_ALLOWED_NETWORKS", "").split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise SettingsError(
                f"ITHACA_ALLOWED_NETWORKS holds {part!r}: it takes networks as 10.20.0.0/16 or fd00:1::/32, "
                "separated by commas."
            ) from error
    return tuple(found)


def _test_clock(values: Mapping[str, str]) -> Path | None:
    """Where tokens of an association's own issuer are taken, people live by the time that there is."""
    path = _file(values, "ITHACA_TEST_CLOCK")
    if path is None:
        return None
    local = _text(values, "ITHACA_ISSUER", LOCAL_ISSUER) == LOCAL_ISSUER
    if not local or not _text(values, "ITHACA_JWKS_URL", "file:").startswith("file:"):
        raise SettingsError("ITHACA_TEST_CLOCK is set: it is for tests, and refused with any but the local issuer.")
    return Path(path)


def _flag(values: Mapping[str, str], name: str) -> bool:
    return _choice(values, name, "false", ("true", "false")) == "true"


def _read(values: Mapping[str, str]) -> Settings:
    return Settings(
        kafka=_kafka(values),
        mongodb_uri=_mongodb_uri(values),
        database_prefix=_matching(
            values, "ITHACA_DATABASE_PREFIX", "ithaca_", "[A-Za-z0-9_-]{1,40}", "1 to 40 of A-Z a-z 0-9 _ -"
        ),
        topic_prefix=_matching(
            values, "ITHACA_TOPIC_PREFIX", "ithaca.", "[A-Za-z0-9._-]{1,100}", "1 to 100 of A-Z a-z 0-9 . _ -"
        ),
        issuer=_text(values, "ITHACA_ISSUER", LOCAL_ISSUER),
        jwks_url=_matching(
            values,
            "ITHACA_JWKS_URL",
            (default_data_folder(values) / "issuer" / "jwks.json").absolute().as_uri(),
            "(https?|file)://.+",
            "an http, https or file address",
        ),
        member_claim=_text(values, "ITHACA_MEMBER_CLAIM", "sub"),
        audience=values.get("ITHACA_AUDIENCE") or None,
        secret_keys=_secret_keys(values),
        instance=values.get("ITHACA_INSTANCE") or None,
        public_url=(_http_address(values, "ITHACA_PUBLIC_URL") or "http://127.0.0.1:8004").rstrip("/"),
        link_template=values.get("ITHACA_LINK_TEMPLATE") or None,
        strict_sources=_flag(values, "ITHACA_STRICT_SOURCES"),
        allowed_networks=_networks(values),
        smtp_url=values.get("SMTP_URL") or None,
        log_format=_choice(values, "ITHACA_LOG_FORMAT", "json", ("console", "json")),
        host=_text(values, "ITHACA_HOST", "127.0.0.1"),
        port=_integer(values, "ITHACA_PORT", 8000, 1, 65535, "a port"),
        health_port=_integer(values, "ITHACA_HEALTH_PORT", 0, 0, 65535, "a port") or None,
        otlp_endpoint=_http_address(values, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        rate_limits=_rate_limits(values),
        request_seconds=_integer(values, "ITHACA_REQUEST_SECONDS", 30, 1, 600, "whole seconds"),
        largest_upload=_integer(values, "ITHACA_UPLOAD_MEBIBYTES", 1024, 1, 1 << 20, "whole MiB") << 20,
        proxies=_integer(values, "ITHACA_PROXIES", 0, 0, 10, "a number"),
        data=default_data_folder(values),
        test_clock=_test_clock(values),
    )


def _kafka(values: Mapping[str, str]) -> Kafka:
    protocol = _choice(
        values, "KAFKA_SECURITY_PROTOCOL", "PLAINTEXT", ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
    )
    mechanism = values.get("KAFKA_SASL_MECHANISM") and _choice(values, "KAFKA_SASL_MECHANISM", "", _SASL)
    if protocol.startswith("SASL_"):
        for name in ("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"):
            if not values.get(name):
                raise SettingsError(f"{name} is not set, and KAFKA_SECURITY_PROTOCOL is {protocol}, which needs it.")
    return Kafka(
        bootstrap_servers=_servers(values),
        security_protocol=protocol,
        sasl_mechanism=mechanism or None,
        sasl_username=values.get("KAFKA_SASL_USERNAME") or None,
        sasl_password=values.get("KAFKA_SASL_PASSWORD") or None,
        ssl_cafile=_file(values, "KAFKA_SSL_CAFILE"),
        ssl_certfile=_file(values, "KAFKA_SSL_CERTFILE"),
        ssl_keyfile=_file(values, "KAFKA_SSL_KEYFILE"),
        transactions=_choice(values, "ITHACA_BROKER", "auto", BROKERS) != "noida",
    )


def _servers(values: Mapping[str, str]) -> tuple[str, ...]:
    named = tuple(server.strip() for server in _text(values, "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092").split(","))
    for server in named:
        host, _, port = server.rpartition(":")
        if not (host and port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 65536):
            raise SettingsError(f"KAFKA_BOOTSTRAP_SERVERS holds {server!r}: it takes host:port, separated by commas.")
    return named


def _file(values: Mapping[str, str], name: str) -> str | None:
    path = values.get(name) or None
    if path is not None:
        try:
            Path(path).read_bytes()
        except OSError as error:
            raise SettingsError(f"{name} names {path}, which cannot be read: {error.strerror}.") from error
    return path
