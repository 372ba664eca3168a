"""Members take part in an event or a program, or no longer do: who does together may see more of each other."""

from collections.abc import Callable, Iterator, Sequence

from services.profiles.store import Store
from services.profiles.store.participations import PAIR, Participation
from shared.messaging.envelope import Message
from shared.messaging.reactions import Caused

_TAKES_PART = frozenset({"approved", "paused"})
_OVER = frozenset({"completed", "ended_early"})


def know_registrations(store: Store, messages: Sequence[Caused]) -> None:
    """`registration.*`: a confirmed registration is a live one; who waits for a seat sees nothing of those who have."""
    _know(store, messages, _registration)


def know_enrollments(store: Store, messages: Sequence[Caused]) -> None:
    """`enrollment.*`: approved, also while paused."""
    _know(store, messages, _enrollment)


def know_mentorships(store: Store, messages: Sequence[Caused]) -> None:
    """`mentorship.*`: a pair takes part together until their mentorship is over, whatever becomes of enrollments."""
    _know(store, messages, _pair)


def _pair(message: Message) -> Iterator[Participation]:
    data = message.data or {}
    pair = data["mentorship_id"]
    for part in ("mentor", "mentee"):
        yield Participation(f"{pair}/{part}", data[f"{part}_id"], f"{PAIR}{pair}", data["state"] not in _OVER)


def _registration(message: Message) -> Iterator[Participation]:
    data = message.data or {}
    yield Participation(data["id"], data["member_id"], f"event:{data['event_id']}", data["status"] == "confirmed")


def _enrollment(message: Message) -> Iterator[Participation]:
    data = message.data or {}
    place = f"program:{data['program_id']}"
    yield Participation(data["id"], data["member_id"], place, data["state"] in _TAKES_PART)


def _know(store: Store, messages: Sequence[Caused], read: Callable[[Message], Iterator[Participation]]) -> None:
    session = messages[0][0].session
    said: dict[str, list[Participation]] = {}
    for transaction, message in messages:
        said.setdefault(transaction.tenant, []).extend(read(message))
    for tenant, of_tenant in said.items():
        affected = store.participations.put(session, tenant, of_tenant)
        store.members.place(session, tenant, store.participations.places_of(session, tenant, affected))
