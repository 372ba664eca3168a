"""What a member points to in a report is copied as it is: it can be changed, or forgotten, before anybody looks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from services.matching.domain.report import Evidence, EvidenceKind
from services.matching.store import Store
from shared.clock import rfc3339
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction
from shared.storage.repository import converter

_FIELDS: Mapping[EvidenceKind, tuple[str, ...]] = {
    EvidenceKind.MENTORSHIP: ("program_id", "mentor_id", "mentee_id", "state", "started_at", "ended_at", "agreement"),
    EvidenceKind.SESSION: (
        *("mentorship_id", "state", "proposed_by", "starts_at", "duration_minutes", "format", "place"),
        *("notes", "notes_by", "actions", "missed_by", "cancelled_by"),
    ),
    EvidenceKind.REQUEST: ("program_id", "mentor_id", "mentee_id", "state", "reason", "goal", "message", "exchanges"),
    EvidenceKind.APPRECIATION: ("mentorship_id", "from_id", "to_id", "text", "sent_at"),
}


def take_evidence(
    transaction: Transaction,
    store: Store,
    reporter_id: str,
    reported_id: str,
    named: Sequence[tuple[EvidenceKind, str]],
) -> tuple[tuple[Evidence, ...], str | None]:
    """Copies of what is named, and the program that the first of it belongs to.

    Raises Invalid where something is not there for the reporter, or is not between the two.
    """
    found: list[Evidence] = []
    faults: list[Fault] = []
    program_id: str | None = None
    for position, (kind, identifier) in enumerate(named):
        seen = _LOOKS[kind](transaction, store, identifier, reporter_id)
        if seen is None or reported_id not in seen[1]:
            faults.append(Fault(f"/evidence/{position}/id", f"There is no such {kind.value} between the two."))
            continue
        thing, _, program = seen
        program_id = program_id or program
        found.append(Evidence(kind, identifier, {name: _plain(getattr(thing, name)) for name in _FIELDS[kind]}))
    if faults:
        raise Invalid(faults)
    return tuple(found), program_id


_Seen = tuple[object, Collection[str], str]
"""The thing, whom it is between, and its program."""


def _mentorship(transaction: Transaction, store: Store, identifier: str, reporter_id: str) -> _Seen | None:
    found = store.mentorships.find(transaction.tenant, identifier, transaction.session)
    if found is None or reporter_id not in found.parties:
        return None
    return found, found.parties, found.program_id


def _request(transaction: Transaction, store: Store, identifier: str, reporter_id: str) -> _Seen | None:
    found = store.requests.find(transaction.tenant, identifier, transaction.session)
    if found is None or not found.is_between(reporter_id):
        return None
    return found, (found.mentor_id, found.mentee_id), found.program_id


def _session(transaction: Transaction, store: Store, identifier: str, reporter_id: str) -> _Seen | None:
    found = store.mentorships.sessions.find(transaction.tenant, identifier, transaction.session)
    return None if found is None else _within(transaction, store, found, found.mentorship_id, reporter_id)


def _appreciation(transaction: Transaction, store: Store, identifier: str, reporter_id: str) -> _Seen | None:
    found = store.mentorships.appreciations.find(transaction.tenant, identifier, transaction.session)
    return None if found is None else _within(transaction, store, found, found.mentorship_id, reporter_id)


def _within(
    transaction: Transaction, store: Store, thing: object, mentorship_id: str, reporter_id: str
) -> _Seen | None:
    pair = _mentorship(transaction, store, mentorship_id, reporter_id)
    return None if pair is None else (thing, pair[1], pair[2])


_LOOKS: Mapping[EvidenceKind, Callable[[Transaction, Store, str, str], _Seen | None]] = {
    EvidenceKind.MENTORSHIP: _mentorship,
    EvidenceKind.SESSION: _session,
    EvidenceKind.REQUEST: _request,
    EvidenceKind.APPRECIATION: _appreciation,
}


def _plain(value: Any) -> Any:
    """The value in JSON's terms."""
    raw = converter.unstructure(value)
    if isinstance(raw, datetime):
        return rfc3339(raw)
    if isinstance(raw, Enum):
        return raw.value
    if isinstance(raw, Mapping):
        return {name: _plain(each) for name, each in raw.items()}
    return [_plain(each) for each in raw] if isinstance(raw, list | tuple) else raw
