"""The dead letters against the log: the poison, once, and nothing else."""

from collections import Counter
from collections.abc import Iterator

from shared.messaging import letters
from tests.faults.evidence import Evidence
from tests.faults.poison import BURIED_BY, is_poison

Place = tuple[str, int, int]


def dead_violations(evidence: Evidence) -> Iterator[str]:
    """Everything that was put aside and should not have been, or should have been and was not."""
    poison = {
        (entry.topic, entry.partition, entry.offset)
        for entry in evidence.entries
        if entry.topic == "attendees.v1" and is_poison(entry.key)
    }
    for service in evidence.ground.services:
        wanted = poison if service == BURIED_BY else set()
        kept = Counter[Place]()
        for letter in evidence.documents(service, letters.COLLECTION):
            place = (letter["topic"], letter["partition"], letter["offset"])
            kept[place] += 1
            if letter["state"] != letters.DEAD:
                yield f"{service} has {place} put aside as {letter['state']}: {letter['reason']}"
        told = {_about(dict(entry.headers)) for entry in evidence.entries if entry.topic == f"dead.{service}"}
        yield from (f"{service} has no dead letter of the poison {place}" for place in sorted(wanted - kept.keys()))
        yield from (f"{service} has a dead letter of {place}, which is good" for place in sorted(kept.keys() - wanted))
        yield from (f"{service} has told of {place} as dead, which it keeps no letter of" for place in told - set(kept))
        yield from (f"{service} has told nobody of its dead letter {place}" for place in set(kept) - told)


def _about(headers: dict[str, bytes]) -> Place:
    return headers["x-dead-topic"].decode(), int(headers["x-dead-partition"]), int(headers["x-dead-offset"])
