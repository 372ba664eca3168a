"""Messages of an older and of a later version at the real services: none is refused, and none makes a handler fail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.ids import new_id
from shared.messaging import envelope, inbox, letters
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from shared.service import lay
from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate
from tests.contract.releases import released, versions
from tests.integration.messaging.services import TENANT, build_of


class Writer:
    """Writes records as they lie on the log, with versions that rise."""

    def __init__(self) -> None:
        self._offset = 0
        self._versions: dict[tuple[str, str], int] = {}

    def record(self, topic: str, type_name: str, data: dict[str, Any] | None) -> Record:
        key = str((data or {}).get("id") or (data or {}).get("mentorship_id") or new_id())
        self._offset += 1
        self._versions[topic, key] = self._versions.get((topic, key), 0) + 1
        version = None if topic == "attendees.v1" else self._versions[topic, key]
        now = datetime.now(UTC)
        message = Message(
            new_id(),
            type_name,
            f"/tenants/{TENANT}/services/x",
            key,
            now,
            TENANT,
            key,
            version,
            new_id(),
            None,
            None,
            data,
        )
        value = None if data is None else orjson.dumps(data)
        return Record(topic, 0, self._offset, now, key.encode(), value, envelope.headers(message))


def of_before(writer: Writer) -> Iterator[Record]:
    for version in versions():
        for was in released(version):
            for data in was.examples:
                yield writer.record(registry.get(was.type).topic.name, was.type, data)


def of_later(writer: Writer) -> Iterator[Record]:
    """Every example with fields that nobody knows yet, and types that nobody knows on every topic of ours."""
    for kind in registry.all_types():
        for example in examples_of(kind):
            data = None if example.data is None else {**example.data, "added_later": {"any": ["thing"]}}
            yield writer.record(kind.topic.name, kind.name, data)
    for topic in registry.all_topics():
        if registry.OUTSIDE not in topic.written_by:  # there an unknown type is a fault of its publisher
            yield writer.record(topic.name, "org.ithaca.added.later.v1", {"id": new_id()})


@pytest.mark.parametrize("service", SERVICES)
def test_messages_of_older_and_of_later_versions_are_handled_and_none_is_put_aside(
    settings: Settings, service: str
) -> None:
    ground = lay(settings, service)
    described = build_of(service)(ground)
    migrate(ground.database, described.all_indexes())
    handling, writer = described.handling(), Writer()
    heard = sorted(handling.topics())
    try:
        for records in (list(of_before(writer)), list(of_later(writer))):
            for topic in heard:
                handling.handle([record for record in records if record.topic == topic])
            put_aside = list(ground.database[letters.COLLECTION].find({}, {"reaction": 1, "reason": 1, "topic": 1}))
            assert put_aside == []
        assert ground.database[inbox.COLLECTION].estimated_document_count() > 0
    finally:
        ground.close()
