"""Whether all flows: a record of its own goes through every service, every web answers, every outbox is carried."""

import json
import time
from collections.abc import Callable, Mapping
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
    begun: float = field(default_factory=time.monotonic)
    through: dict[str, float] = field(default_factory=dict)
    """The stages that it is through, and after how many seconds it was."""


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
            for stage, passed in self._stages().items():
                if stage not in probe.through and passed(probe):
                    probe.through[stage] = time.monotonic() - probe.begun
        except PyMongoError:
            return False
        return probe.through.keys() == self._stages().keys()

    def _stages(self) -> Mapping[str, Callable[[Probe], bool]]:
        return {
            "linked to its member by events": lambda probe: self._member(probe) is not None,
            "known to matching": lambda probe: self._has("matching", "copies", "_id", probe),
            "told by notifications": lambda probe: self._has("notifications", "notifications", "member_id", probe),
            "outboxes carried": self._carried,
            "webs ready": lambda _probe: self._webs_answer(),
        }

    def close(self) -> None:
        if self._producer is not None:
            self._producer.close(timeout=5)

    def _member(self, probe: Probe) -> str | None:
        """Whom events knows the record's registration to be of."""
        registration = probe.record.registration
        place = {"source": SOURCE, "source_event_id": SOURCE_EVENT, "source_registration_id": registration}
        where = {"tenant": self.tenant, **{f"origin.{name}": value for name, value in place.items()}}
        found = self.ground.database("events")["registrations"].find_one(where, {"member_id": 1})
        return None if found is None else found["member_id"]

    def _has(self, service: str, collection: str, field_name: str, probe: Probe) -> bool:
        member = self._member(probe)
        where = {"tenant": self.tenant, field_name: member}
        return member is not None and self.ground.database(service)[collection].find_one(where, {"_id": 1}) is not None

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
