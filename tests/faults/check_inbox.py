"""The inboxes against the topics: each reaction has handled each message, once, and the newest version of each key."""

from collections.abc import Iterator

from shared.contracts import registry
from shared.messaging import inbox
from tests.faults.evidence import Evidence


def inbox_violations(evidence: Evidence) -> Iterator[str]:
    """Everything that was not handled, or that was handled and never said."""
    for service in evidence.ground.services:
        rows: set[str] = set()
        versions: dict[str, int] = {}
        for reaction in evidence.ground.services[service].reactions:
            types = {registry.get(name).name for name in reaction.types}
            for message in (entry.message for entry in evidence.messages.values()):
                if message.type not in types:
                    continue
                if reaction.guarded_by_version(message):
                    key = inbox.version_id(reaction, message)
                    versions[key] = max(versions.get(key, 0), message.version or 0)
                else:
                    rows.add(inbox.row_id(reaction, message))
        found = {row["_id"] for row in evidence.documents(service, inbox.COLLECTION)}
        yield from (f"{service} has not handled {row!r}" for row in rows - found)
        yield from (f"{service} has handled {row!r}, which is on no topic" for row in found - rows)
        applied = {row["_id"]: row["version"] for row in evidence.documents(service, inbox.VERSIONS)}
        for key in versions.keys() | applied.keys():
            if versions.get(key) != applied.get(key):
                yield f"{service} is at version {applied.get(key)} of {key!r}, the log at {versions.get(key)}"
