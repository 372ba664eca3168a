"""Every copy of every service against the log: built anew from it, it is what it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cli.environment import build
from shared.errors import IthacaError
from shared.messaging.reactions import Projection
from shared.service import rebuilding
from shared.storage import Document
from tests.faults.evidence import Ground

_NOT_COPIED = frozenset({"updated_at", "awaited"})
"""When it was written, and how often somebody looked whether it had come."""

_SHOWN = 5


def projection_violations(ground: Ground, told: Callable[[str], None] = lambda _: None) -> Iterator[str]:
    """Everything that a copy has and the log does not give, or the other way round. Leaves the copies built anew."""
    for service, described in ground.services.items():
        for reaction in described.reactions:
            if reaction.projection is None:
                continue
            name = f"{service}'s {reaction.name}"
            kept = _kept(ground, service, reaction.projection)
            try:
                rebuilding(partial(build, service), described.foundation).run(reaction.name, lambda *_: None)
            except IthacaError as error:
                yield f"{name} cannot be built anew: {error.detail}"
                continue
            anew = _kept(ground, service, reaction.projection)
            told(f"{name}: {sum(len(documents) for documents in anew.values())} documents")
            for collection, documents in kept.items():
                yield from _different(f"{name}, in {collection},", documents, anew[collection])


def _kept(ground: Ground, service: str, projection: Projection) -> Mapping[str, Mapping[Any, Document]]:
    """By collection and id what is copied, without what is nobody's."""
    return {
        collection: {
            each["_id"]: {field: value for field, value in each.items() if field not in _NOT_COPIED}
            for each in ground.database(service)[collection].find({key: {"$ne": None}})
        }
        for collection, key in projection.collections.items()
    }


def _different(where: str, kept: Mapping[Any, Document], anew: Mapping[Any, Document]) -> Sequence[str]:
    found = [
        f"{where} has {kept.get(key)} where the log gives {anew.get(key)}"
        for key in sorted(kept.keys() | anew.keys(), key=str)
        if kept.get(key) != anew.get(key)
    ]
    return found[:_SHOWN]
