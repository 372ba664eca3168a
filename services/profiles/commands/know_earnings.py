"""A milestone is completed, thanks are sent or shown, feedback is revealed: its owner's profile shows it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.profiles.domain.earned import Earning, Kind
from services.profiles.store import Store
from shared.clock import parse_rfc3339
from shared.contracts import registry
from shared.messaging.envelope import Message
from shared.messaging.reactions import Caused

Data = Mapping[str, Any]
Read = Callable[[Data, int, datetime], Iterator[Earning]]


def know_earnings(store: Store, messages: Sequence[Caused]) -> None:
    """Keeps what each of the messages says, in whatever order and however often they come."""
    session = messages[0][0].session
    said: dict[str, list[Earning]] = {}
    for transaction, message in messages:
        said.setdefault(transaction.tenant, []).extend(_earned(message, transaction.now))
    for tenant, earnings in said.items():
        store.earnings.put(session, tenant, earnings)


def _earned(message: Message, now: datetime) -> Iterator[Earning]:
    return _READ[message.type](message.data or {}, message.version or 0, message.time or now)


def _milestone(data: Data, version: int, at: datetime) -> Iterator[Earning]:
    """The mentee's. An update takes back what a completion gave, where the milestone is completed no more."""
    completed = data["state"] == "completed"
    yield Earning(
        Kind.MILESTONE,
        data["id"],
        data["mentee_id"],
        version,
        parse_rfc3339(data["completed_at"]) if data.get("completed_at") else at,
        counts=completed,
        skill_id=data.get("skill_id"),
        level=data.get("level"),
    )


def _sent(data: Data, version: int, at: datetime) -> Iterator[Earning]:
    """`public` is what the author would have: it is shown only once it is published."""
    yield Earning(Kind.THANKS, data["id"], data["to_id"], version, at, from_id=data["from_id"])


def _published(data: Data, version: int, at: datetime) -> Iterator[Earning]:
    yield Earning(Kind.THANKS, data["id"], data["to_id"], version, at, public=data["public"], from_id=data["from_id"])


def _revealed(data: Data, version: int, at: datetime) -> Iterator[Earning]:
    """Each of the pair whose partner wrote has feedback to read."""
    for writer, reader in (("mentor_id", "mentee_id"), ("mentee_id", "mentor_id")):
        if data[writer] in data["written_by"]:
            yield Earning(Kind.FEEDBACK, data["id"], data[reader], version, at, from_id=data[writer])


_BY_WORD: Mapping[str, Read] = {
    "milestone.completed.v1": _milestone,
    "milestone.updated.v1": _milestone,
    "appreciation.sent.v1": _sent,
    "appreciation.published.v1": _published,
    "feedback.revealed.v1": _revealed,
}
_READ: Mapping[str, Read] = {registry.get(word).name: read for word, read in _BY_WORD.items()}

TYPES = tuple(_BY_WORD)
"""The types that tell of something earned."""
