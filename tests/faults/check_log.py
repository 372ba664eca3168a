"""The topics against the publishers' promises and the outboxes: all there, nothing else, each key in order."""

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.evidence import Evidence
from tests.faults.journal import Entry
from tests.faults.workload import OUTSIDE


def log_violations(evidence: Evidence) -> Iterator[str]:
    """Everything that is wrong with the log."""
    yield from _acknowledged(evidence)
    yield from _repetitions(evidence)
    for service in evidence.ground.services:
        yield from _outbox(evidence, service)


def _acknowledged(evidence: Evidence) -> Iterator[str]:
    sent = {entry.message.id for entry in evidence.on("attendees.v1") if entry.message.source == OUTSIDE}
    yield from (f"message {identifier} from outside is lost" for identifier in evidence.sent.keys() - sent)
    told = {
        (data["source_registration_id"], data["ticket_type"])
        for entry in evidence.on("attendees.v1")
        if entry.message.source != OUTSIDE and (data := entry.message.data)
    }
    for record in evidence.uploaded:
        if (record.registration, record.data["ticket_type"]) not in told:
            yield f"{record.registration} version {record.version} was uploaded and is lost"


def _repetitions(evidence: Evidence) -> Iterator[str]:
    """At least once: a message may stand there twice, but then it is the same one."""
    for entry in evidence.good:
        first = evidence.messages[entry.identity]
        if (first.topic, first.key, first.headers, first.value) != (entry.topic, entry.key, entry.headers, entry.value):
            yield f"{entry} has the id of another message, {first}"


def _outbox(evidence: Evidence, service: str) -> Iterator[str]:
    """What a service left to be told is what the log tells of it, each key in the order it was left in."""
    source = f"/tenants/{evidence.tenant}/services/{service}"
    on_log: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in evidence.messages.values():
        if entry.message.source == source:
            on_log[entry.topic, entry.key].append(entry)
    left: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    for row in evidence.documents(service, "outbox"):
        if row["topic"].startswith("dead."):
            continue  # a letter has the id of the message that it is about
        left[row["topic"], row["key"]].append((row["version"], row["ordinal"], row["_id"]))
    for place in left.keys() | on_log.keys():
        wanted = [identifier for _, _, identifier in sorted(left[place])]
        found = [entry.message.id for entry in on_log[place]]
        if missing := set(wanted) - set(found):
            yield f"{service} left {sorted(missing)} for {place}, and the log has none of them"
        if phantoms := set(found) - set(wanted):
            yield f"the log has {sorted(phantoms)} for {place}, which {service} never left"
        if not missing and not phantoms and found != wanted:
            yield f"{place} of {service} is out of order: {found} instead of {wanted}"
        if len({entry.partition for entry in on_log[place]}) > 1:
            yield f"{place} of {service} is spread over several partitions"
