"""What versions that were released left in their databases, and what they read there: one file a version.

A line is a collection: its indexes, documents that the code of that version wrote, and, where it kept aggregates in
it, the JSON Schema by which that code read them: what it needs, and the values that it knows. Written once, by a
platform of that version that had played the demo and some more, and never changed.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from bson import json_util
from pymongo import IndexModel

_FOLDER = Path(__file__).parent / "released" / "documents"
_LEFT_AT = datetime(2026, 11, 27, 8, 57, tzinfo=UTC)
_ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TENANT = "acme"
"""Of all documents, as long as they are no copies."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One collection of one service."""

    service: str
    collection: str
    indexes: Sequence[Mapping[str, Any]]
    reads: Mapping[str, Any] | None
    documents: Sequence[Mapping[str, Any]]

    def index_models(self) -> list[IndexModel]:
        """The indexes as that version made them."""
        return [IndexModel(**{**each, "keys": [(key, order) for key, order in each["keys"]]}) for each in self.indexes]

    def unread(self, documents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """What that version would not find in these documents, each with the id of one that lacks it."""
        found: dict[str, str] = {}
        for each in documents:
            for fault in self._faults(each):
                found.setdefault(fault, str(each["_id"]))
        return found

    def _faults(self, document: Mapping[str, Any]) -> list[str]:
        if self.reads is None:
            return [f"{name}: gone, or of another type" for name in self._always() if not self._has(document, name)]
        faults = jsonschema_rs.validator_for(dict(self.reads)).iter_errors(_plain(document))
        return ["/".join(str(step) for step in each.instance_path) + f": {each.message}" for each in faults]

    def _always(self) -> set[str]:
        """The fields that all documents of that version have."""
        return set.intersection(*(set(each) for each in self.documents)) if self.documents else set()

    def _has(self, document: Mapping[str, Any], name: str) -> bool:
        kinds = {type(each[name]) for each in self.documents} | {type(document.get(name))}
        return name in document and len(kinds - {type(None)}) < 2


@cache
def kept(version: str) -> tuple[Kept, ...]:
    """The collections of a version, their dates as they were."""
    lines = (_FOLDER / f"{version}.ndjson").read_text("utf-8").splitlines()
    return tuple(Kept(**json_util.loads(line, json_options=_OPTIONS)) for line in lines)


def copied(version: str, now: datetime, tenant: str = TENANT) -> list[Kept]:
    """The same as if it had been left now; for another tenant with ids of its own, so that both fit in one database."""
    copy = _Copy(now.replace(microsecond=0), tenant)
    return [replace(each, documents=[copy.of(document) for document in each.documents]) for each in kept(version)]


_OPTIONS = json_util.JSONOptions(json_mode=json_util.JSONMode.RELAXED, tz_aware=True)


@dataclass(frozen=True, slots=True)
class _Copy:
    now: datetime
    tenant: str

    def of(self, value: Any) -> Any:
        match value:
            case dict():
                return {self.of(key): self.of(each) for key, each in value.items()}
            case list():
                return [self.of(each) for each in value]
            case datetime():
                return value + (self.now - _LEFT_AT)
            case str() if self.tenant != TENANT:
                return _ID.sub(self._id, value.replace(TENANT, self.tenant))
            case bytes() if self.tenant != TENANT:
                return self.of(value.decode("latin-1")).encode("latin-1")
            case _:
                return value

    def _id(self, found: re.Match[str]) -> str:
        other = hashlib.sha256(f"{found[0]}{self.tenant}".encode()).hexdigest()
        return f"{found[0][:24]}{other[:12]}"


def _plain(document: Mapping[str, Any]) -> Any:
    return orjson.loads(
        orjson.dumps(document, default=lambda value: value.decode("latin-1"), option=orjson.OPT_NON_STR_KEYS)
    )
