"""Whether all flows: a record of its own goes through every service, every web answers, every outbox is carried."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from kafka import KafkaProducer
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared.clock import rfc3339
from shared.ids import new_id
from tests.faults.evidence import Ground
from tests.faults.fleet import Fleet
from tests.faults.stream import FIRST_SAID, SOURCE, SOURCE_EVENT, Record
from tests.faults.workload import attendee_headers

_LOOK_SECONDS = 0.25


@dataclass(slots=True)
class Probe:
    """One record on its way, and what else has to come through."""

    record: Record
    pending: Mapping[str, list[str]]
    """By service, what waited in its outbox when the record was sent."""
    arrived: bool = False
    carried: bool = False


@dataclass(slots=True)
class Flow:
    """Sends probes past the network that fails. One at a time, from one thread."""

    ground: Ground
    fleet: Fleet
    tenant: str
    sent: dict[str, Record] = field(default_factory=dict)
    """The probes, by the id of their message: good records as any."""
    _producer: KafkaProducer | None = None
    _looked_at: float = 0.0

    def probe(self) -> Probe | None:
        """A new one, acknowledged by the broker; None where that, or the database, does not answer."""
        try:
            pending = {
                name: [row["_id"] for row in self.ground.database(name)["outbox"].find({"pending": True}, {"_id": 1})]
                for name in self.ground.services
            }
            if self._producer is None:
                options = self.ground.settings.kafka.client_options()
                self._producer = KafkaProducer(**options, acks="all", enable_idempotence=True, max_block_ms=5_000)
            number = len(self.sent) + 1
            record = _record(number)
            identifier = new_id()
            self._producer.send(
                self.ground.settings.topic("attendees.v1"),
                key=record.key.encode(),
                value=json.dumps(record.data).encode(),
                headers=attendee_headers(identifier, self.tenant),
            ).get(timeout=130)
        except (KafkaError, PyMongoError):
            return None
        self.sent[identifier] = record
        return Probe(record, pending)

    def through(self, probe: Probe) -> bool:
        """Whether all of it has come through; looks at most a few times a second."""
        if time.monotonic() - self._looked_at < _LOOK_SECONDS:
            return False
        self._looked_at = time.monotonic()
        try:
            probe.arrived = probe.arrived or self._arrived(probe.record)
            probe.carried = probe.carried or (probe.arrived and self._carried(probe))
        except PyMongoError:
            return False
        return probe.carried and self._webs_answer()

    def close(self) -> None:
        if self._producer is not None:
            self._producer.close(timeout=5)

    def _arrived(self, record: Record) -> bool:
        """Its person is a member, has the registration, is known to matching, and was told."""
        place = {"source": SOURCE, "source_event_id": SOURCE_EVENT, "source_registration_id": record.registration}
        where = {"tenant": self.tenant, **{f"origin.{name}": value for name, value in place.items()}}
        registration = self.ground.database("events")["registrations"].find_one(where, {"member_id": 1})
        member = registration and registration["member_id"]
        return bool(
            member
            and self.ground.database("matching")["copies"].find_one({"_id": member}, {"_id": 1})
            and self.ground.database("notifications")["notifications"].find_one(
                {"tenant": self.tenant, "member_id": member}, {"_id": 1}
            )
        )

    def _carried(self, probe: Probe) -> bool:
        return not any(
            self.ground.database(name)["outbox"].find_one({"_id": {"$in": ids}, "pending": True}, {"_id": 1})
            for name, ids in probe.pending.items()
            if ids
        )

    def _webs_answer(self) -> bool:
        webs = [member for member in self.fleet.members.values() if member.role.role == "web"]
        return all(_ready(f"{web.url}/health/ready") for web in webs)


def _ready(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, timeout=5).status_code == 200
        except requests.RequestException:
            return False


def _record(number: int) -> Record:
    data = {
        "source": SOURCE,
        "source_event_id": SOURCE_EVENT,
        "source_registration_id": f"P{number}",
        "person": {"email": f"probe{number}@example.org", "given_name": "Noor", "family_name": f"Probe {number}"},
        "ticket_type": "version 1",
        "status": "confirmed",
        "mentoring": [],
        "updated_at": rfc3339(FIRST_SAID),
    }
    return Record(f"P{number}", 1, data)
