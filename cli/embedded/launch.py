"""Brings the whole platform up, part after part, and gives its addresses once everything answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cli.embedded import mongodb
from cli.embedded.broker import Kind, prepare_broker
from cli.embedded.folder import DataFolder
from cli.embedded.issuer import ISSUER, ensure_issuer
from cli.embedded.plan import Addresses, mailbox_part, preparations, service_environment, service_parts
from cli.embedded.platform import Platform, this_process
from cli.embedded.ports import PortBook, require_free
from cli.embedded.report import Report
from cli.embedded.secret_key import ensure_secret_key
from cli.embedded.supervisor import Part, Supervisor
from shared.settings import BROKERS, SettingsError, with_files


@dataclass(frozen=True, slots=True)
class _Backends:
    """What the services lean on, ours or named by the user, and the parts of it that are ours to run."""

    broker: Literal["kafka", "noida"]
    bootstrap: str
    mongodb: str
    tiers: tuple[list[Part], ...]


def launch(
    folder: DataFolder, addresses: Addresses, environment: Mapping[str, str], supervisor: Supervisor, report: Report
) -> Platform:
    """Starts broker, database and mailbox, prepares topics and indexes, starts the services.

    The caller holds the folder, and stops the supervisor whatever happens. Raises PortTaken before anything was
    started, NotAvailable, PartFailed, SettingsError, Interrupted.
    """
    values = with_files(environment)
    require_free(addresses.host, addresses.ports())
    backends = _backends(folder, addresses, values, supervisor, report)
    smtp_port = PortBook(folder.ports).claim("smtp", "127.0.0.1")
    supervisor.start(*backends.tiers, [mailbox_part(folder, addresses, smtp_port)])

    issuer = ensure_issuer(folder.issuer)
    ours = {
        "KAFKA_BOOTSTRAP_SERVERS": backends.bootstrap,
        "MONGODB_URI": backends.mongodb,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        # Whoever tries it out waits for each mail.
        "ITHACA_MAIL_GATHER_SECONDS": "0",
        "ITHACA_ISSUER": ISSUER,
        "ITHACA_JWKS_URL": issuer.jwks.as_uri(),
        "ITHACA_SECRET_KEY": ensure_secret_key(folder.secret_key),
    }
    # Logs as JSON whatever the user prefers: the supervisor reads in them when a worker is ready.
    # No port for the health of workers and relays: there are many of them on one machine, and the supervisor watches.
    fixed = {
        "ITHACA_DATA": str(folder.path),
        "ITHACA_BROKER": backends.broker,
        "ITHACA_LOG_FORMAT": "json",
        "ITHACA_HEALTH_PORT": "0",
    }
    of_services = service_environment(environment, ours, fixed)
    supervisor.run_to_end(preparations(folder, of_services))
    supervisor.start(service_parts(folder, addresses, of_services))

    pid, started = this_process()
    effective = {**ours, **values}
    return Platform(
        kafka=backends.bootstrap,
        mongodb=backends.mongodb,
        mailbox=addresses.mailbox,
        profiles=addresses.service("profiles"),
        matching=addresses.service("matching"),
        events=addresses.service("events"),
        notifications=addresses.service("notifications"),
        broker=backends.broker,
        smtp=effective["SMTP_URL"],
        jwks=effective["ITHACA_JWKS_URL"],
        issuer=effective["ITHACA_ISSUER"],
        pid=pid,
        started=started,
    )


def _backends(
    folder: DataFolder, addresses: Addresses, values: Mapping[str, str], supervisor: Supervisor, report: Report
) -> _Backends:
    tiers: list[list[Part]] = []
    uri = values.get("MONGODB_URI")
    if not uri:
        part, uri = mongodb.prepare(folder)
        tiers.append([part])
    kind = _kind(values)
    bootstrap = values.get("KAFKA_BOOTSTRAP_SERVERS")
    if bootstrap:
        return _Backends("noida" if kind == "noida" else "kafka", bootstrap, uri, tuple(tiers))
    broker = prepare_broker(folder, addresses.host, kind, supervisor, report)
    tiers.append([broker.part])
    return _Backends(broker.kind, broker.bootstrap, uri, tuple(tiers))


def _kind(values: Mapping[str, str]) -> Kind:
    match values.get("ITHACA_BROKER") or "auto":
        case "auto" | "kafka" | "noida" as kind:
            return kind
        case other:
            raise SettingsError(f"ITHACA_BROKER is {other!r}: it takes one of {', '.join(BROKERS)}.")
