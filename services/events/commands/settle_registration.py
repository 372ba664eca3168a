"""What every change of a registration brings about: its seat, its member's attendance, the messages that tell of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.events.commands.announce_event import announce_event
from services.events.commands.leave_meetings import leave_meetings
from services.events.domain.announcements import Announcement, announcements
from services.events.domain.event import Event, EventState
from services.events.domain.registration import LIVE, Registration, Status
from services.events.store import Store
from services.events.store.attendance import Place
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


def settle_registration(
    transaction: Transaction,
    store: Store,
    before: Registration | None,
    after: Registration,
    *,
    reason: str | None = None,
    counted: bool = False,
) -> Registration:
    """Writes the registration over what it was (None: it is new) and settles the rest; returns it as saved.

    `reason` is told where the registration is cancelled. `counted`: the caller took its seat already, under the event's
    capacity, or its place in the line; any other seat is taken even above it.
    """
    settlement = Settlement(transaction, store)
    saved = settlement.change(transaction, before, after, reason=reason, counted=counted)
    settlement.write()
    return saved


@dataclass(frozen=True, slots=True)
class _Step:
    """One change as it was decided: on whose behalf, from what to what, and what is told of it."""

    transaction: Transaction
    before: Registration | None
    after: Registration
    due: Sequence[Announcement]


class Settlement:
    """Changes of a tenant's registrations, settled together in one transaction.

    Each change is decided at once, on what the changes before it left, and nothing is written before `write`: so any
    number of them costs as many statements as one, and comes to the same as one after the other.
    """

    def __init__(self, transaction: Transaction, store: Store, events: Collection[Event] = ()) -> None:
        """`events`: those that are read already, in the same transaction."""
        self._transaction = transaction
        self._session = transaction.session
        self._tenant = transaction.tenant
        self._now = transaction.now
        self._store = store
        self._events = {event.id: event for event in events}
        """As they are but for their seats, which are counted apart."""
        self._versions = {event.id: event.version for event in events}
        """Those the events were read at."""
        self._seats: dict[str, int] = {}
        """Seats taken, less those freed, of each event that is to be written."""
        self._waiting: Counter[str] = Counter()
        """How many more wait there, or fewer."""
        self._steps: list[_Step] = []
        self._ends: dict[str, tuple[Registration | None, Registration]] = {}
        """Each registration by its id: as it was read, and as the last change left it."""

    def change(
        self,
        transaction: Transaction,
        before: Registration | None,
        after: Registration,
        *,
        reason: str | None = None,
        counted: bool = False,
    ) -> Registration:
        """The registration as it will be saved: a later change of it starts from there. Else as `settle_registration`.

        `transaction` is the settlement's own, on behalf of whatever caused this change.
        """
        if not counted:
            self._waiting[after.event_id] += after.waits - (before is not None and before.waits)
            self._move_seat(transaction, before, after)
        due, told = announcements(after, reason)
        version = after.version if before is None else before.version + 1
        if told != after.announced or version != after.version:
            after = replace(after, announced=told, version=version)
        self._steps.append(_Step(transaction, before, after, due))
        self._ends[after.id] = (self._ends.get(after.id, (before,))[0], after)
        return after

    def note(self, before: Registration, after: Registration) -> Registration:
        """The registration with what nobody is told of, such as which record says what it says; its version stays."""
        self._ends[after.id] = (self._ends.get(after.id, (before,))[0], after)
        return after

    def write(self) -> None:
        """Writes what came of the changes, and tells of them.

        Raises DuplicateKeyError where the only registration is new and a unique index refuses it.
        """
        if not self._ends:
            return
        store, session = self._store, self._session
        told = list(self._told())
        store.events.settle(
            session,
            [
                (self._versions[each], self._events[each], seats, self._waiting[each])
                for each, seats in self._seats.items()
            ],
        )
        for each, seats in self._seats.items():
            left = replace(
                self._events[each],
                seats_taken=self._events[each].seats_taken + seats,
                waiting=self._events[each].waiting + self._waiting[each],
            )
            if left.promotes(self._now):
                store.waitlist.promote_soon(session, self._tenant, each, self._now)
        store.registrations.write(session, self._ends.values())
        places: dict[Place, list[bool]] = {}
        for step, said, does in told:
            places.setdefault((step.after.event_id, said.member_id), []).append(does)
        leave_meetings(self._transaction, store, _leaving(told))
        for event_id, members in _moved_check_ins(self._ends.values()).items():
            store.meetings.look_again(session, self._tenant, event_id, members, self._now)
        if places:
            sequence = store.attendance.set(session, self._tenant, places, told[-1][0].transaction.now)
        for step, said, does in told:
            place = step.after.event_id, said.member_id
            sequence[place] += 1
            _publish(step.transaction, step.after, said, does, sequence[place])

    def _move_seat(self, transaction: Transaction, before: Registration | None, after: Registration) -> None:
        """Takes or frees its seat; tells when the event comes to be over its capacity, and when it no longer is."""
        seats = after.seats - (before.seats if before else 0)
        revived = after.status in LIVE and (before is None or before.status not in LIVE)
        left_the_line = before is not None and before.waits and not after.waits
        if not seats and not revived and not left_the_line:
            return
        event_id = after.event_id
        event = self._event(event_id)
        moved = self._seats[event_id] = self._seats.get(event_id, 0) + seats
        overfull = event.overfull_with(event.seats_taken + moved)
        if overfull is not event.over_capacity and event.state is not EventState.CANCELLED:
            event = replace(event, version=event.version + 1, over_capacity=overfull, updated_at=transaction.now)
            self._events[event_id] = event
            announce_event(transaction, event, "updated")

    def _event(self, event_id: str) -> Event:
        if event_id not in self._events:
            event = self._store.events.get(self._tenant, event_id, self._session)
            self._events[event_id], self._versions[event_id] = event, event.version
        return self._events[event_id]

    def _told(self) -> Iterator[tuple[_Step, Announcement, bool]]:
        """All that is to be told, in order, and whether the member it is told of attends then.

        The best of all registrations of the member says so: those of this settlement, and any other.
        """
        places = {
            (step.after.event_id, said.member_id)
            for step in self._steps
            for said in step.due
            if not _confirms(step.after, said.member_id)
        }
        confirmed = self._store.registrations.confirmed(self._tenant, places, self._session)
        for step in self._steps:
            if confirmed:
                _follow(confirmed, step)
            for said in step.due:
                place = step.after.event_id, said.member_id
                yield step, said, _confirms(step.after, said.member_id) or bool(confirmed[place])


def _leaving(told: Sequence[tuple[_Step, Announcement, bool]]) -> dict[Place, str | None]:
    """The members who do not attend an event, as was told last, and why."""
    leaving: dict[Place, str | None] = {}
    for step, said, does in told:
        place = step.after.event_id, said.member_id
        if does:
            leaving.pop(place, None)
        else:
            leaving[place] = said.reason
    return leaving


def _moved_check_ins(ends: Iterable[tuple[Registration | None, Registration]]) -> dict[str, set[str]]:
    """By event, the members who came in there now and had not, or had and have not."""
    moved: defaultdict[str, set[str]] = defaultdict(set)
    for before, after in ends:
        was, now = _came_in(before), _came_in(after)
        if was != now:
            moved[after.event_id] |= {each for each in (was, now) if each is not None}
    return moved


def _came_in(registration: Registration | None) -> str | None:
    """The member who came in by it."""
    if registration is None or registration.checked_in_at is None:
        return None
    return registration.member_id


def _follow(confirmed: Mapping[Place, set[str]], step: _Step) -> None:
    """Lets the confirmed registrations of each place be those after the change."""
    for registration, there in ((step.before, False), (step.after, True)):
        if registration is None or registration.member_id is None:
            continue
        ids = confirmed.get((registration.event_id, registration.member_id), set())
        ids.discard(registration.id)
        if there and registration.confirmed:
            ids.add(registration.id)


def _confirms(registration: Registration, member_id: str) -> bool:
    """Whether this registration alone has the member attend."""
    return registration.confirmed and registration.member_id == member_id


def _publish(
    transaction: Transaction, registration: Registration, said: Announcement, attending: bool, sequence: int
) -> None:
    checked_in_at = registration.checked_in_at if said.checked_in else None
    data: dict[str, Any] = {
        "id": registration.id,
        "event_id": registration.event_id,
        "member_id": said.member_id,
        "status": said.status.value,
        "attending": attending,
        "sequence": sequence,
        "checked_in_at": None if checked_in_at is None else rfc3339(checked_in_at),
        "mentoring": list(said.mentoring),
    }
    if registration.origin is not None:
        data |= {
            "source": registration.origin.source,
            "source_event_id": registration.origin.source_event_id,
            "source_registration_id": registration.origin.source_registration_id,
        }
    if said.status is Status.OFFERED and registration.offer_expires_at is not None:
        data["offer_expires_at"] = rfc3339(registration.offer_expires_at)
    if said.reason is not None:
        data["reason"] = said.reason
    if said.moved_to is not None:
        data["moved_to"] = said.moved_to
    transaction.publish(said.type, key=registration.id, version=registration.version, data=data)
