"""Somebody hosts a topic at an event: people join until it is full, and then wait in line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.events.domain.held_time import Hold
from shared.errors import Conflict
from shared.transitions import Machine

KIND = "topic"

LONGEST_LINE = 1000
"""People who may wait for one topic: each change of it tells of all of them."""


class TopicState(StrEnum):
    """Where a topic stands."""

    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TopicFormat(StrEnum):
    """For one other person, or for several."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"


class Standing(StrEnum):
    """What somebody who is in a topic has there."""

    JOINED = "joined"
    """A place, and their time is held for it."""
    UNDECIDED = "undecided"
    """A place, though they have something else at the time it was moved to: they have to say which of the two."""
    WAITING = "waiting"
    """A place in the line, which holds nobody's time."""


_O, _F = TopicState.OPEN, TopicState.FULL

OPEN = (_O, _F)

_STAYS = {_O: _O, _F: _F}

TOPIC = Machine(
    KIND,
    {
        # Whoever joins one that is full waits.
        "join": _STAYS,
        "leave": _STAYS,
        "fill": {_O: _F, _F: _F},
        "free": {_O: _O, _F: _O},
        "change": _STAYS,
        "move": _STAYS,
        "remind": _STAYS,
        "close": {_O: TopicState.CLOSED, _F: TopicState.CLOSED},
        "cancel": {_O: TopicState.CANCELLED, _F: TopicState.CANCELLED},
    },
)


class TopicBegun(Conflict):
    """Its time has come: nobody joins it any more, and it moves no more."""

    def __init__(self) -> None:
        super().__init__("This topic has begun, or is over.")


class PlacesTaken(Conflict):
    """More people have joined than it would have places."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"{taken} people have a place already: it cannot have fewer.")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who joined or waits; `first` is the member who did, where they were merged into the one who is now."""

    member_id: str
    standing: Standing
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """`guests` are in the order in which they came, those in line among them. `capacity` does not count the host.

    `title`, `description` and `place` are the host's words: None where they were erased. `sequence` rises when time or
    place change, or it is called off. `due_at` is when a worker must look next: to remind, then when it is over.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    host_id: str
    format: TopicFormat
    capacity: int
    starts_at: datetime
    ends_at: datetime
    party_ids: tuple[str, ...]
    """The host and all guests in order of id, to find them by."""
    title: str | None = None
    description: str | None = None
    place: str | None = None
    guests: tuple[Guest, ...] = ()
    state: TopicState = TopicState.OPEN
    sequence: int = 0
    reminded: bool = False
    due_at: datetime | None = None
    reason: str | None = None
    host_as: str | None = None
    """The member who began to host it, where they were merged into the one who is now."""

    @property
    def is_open(self) -> bool:
        """Whether it may still take place, or is taking place."""
        return self.state in OPEN

    @property
    def holds(self) -> frozenset[Hold]:
        """Whose time it holds now: the host's and that of everybody who joined."""
        if not self.is_open:
            return frozenset()
        held = (self.host_id, *self.ids(Standing.JOINED))
        return frozenset(Hold(each, KIND, self.id, self.event_id, self.starts_at, self.ends_at) for each in held)

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return sum(each.standing is not Standing.WAITING for each in self.guests)

    @property
    def firsts(self) -> tuple[str, ...]:
        """The host, then the guests in order, each by the id they had at first."""
        return (self.host_as or self.host_id, *(each.first or each.member_id for each in self.guests))

    def ids(self, *standings: Standing) -> tuple[str, ...]:
        """The guests of these standings, in order."""
        return tuple(each.member_id for each in self.guests if each.standing in standings)

    def standing(self, member_id: str | None) -> Standing | None:
        """What the member has here; None for whoever is no guest."""
        return next((each.standing for each in self.guests if each.member_id == member_id), None)

    def joined(self, member_id: str, now: datetime) -> "Topic":
        """With this guest: on a place while there is one, else last in the line. Who has a place keeps it.

        Whoever waits keeps their place in the line; who was undecided decided to come. Raises Conflict.
        """
        TOPIC.after(self.state, "join")
        if self.starts_at <= now:
            raise TopicBegun
        if member_id == self.host_id:
            raise Conflict("You host this topic.")
        known = self.standing(member_id)
        if known is Standing.JOINED:
            return self
        has_place = known is Standing.UNDECIDED or self.taken < self.capacity
        standing = Standing.JOINED if has_place else Standing.WAITING
        if known is standing:
            return self
        if known is None:
            if len(self.guests) - self.taken >= LONGEST_LINE:
                raise Conflict(f"{LONGEST_LINE} people wait already: no more can.")
            return self._with((*self.guests, Guest(member_id, standing)), now)
        return self._set({member_id: standing}, now)

    def left(self, member_ids: Collection[str], now: datetime) -> "Topic":
        """Without these guests. Raises Conflict where it is over."""
        TOPIC.after(self.state, "leave")
        self._require_not_over(now)
        return self._with(tuple(each for each in self.guests if each.member_id not in member_ids), now)

    def promoted(self, busy: Collection[str], now: datetime) -> "Topic":
        """As many of those in line on a place as there are free ones, in order.

        Those who are `busy` then are passed over, and keep their place in the line. Nobody once it has begun.
        """
        if not self.is_open or self.starts_at <= now:
            return self
        waiting = [each for each in self.ids(Standing.WAITING) if each not in busy]
        chosen = waiting[: max(self.capacity - self.taken, 0)]
        return self._set(dict.fromkeys(chosen, Standing.JOINED), now) if chosen else self

    def changed(
        self, now: datetime, *, title: str | None, description: str | None, place: str | None, capacity: int
    ) -> "Topic":
        """With other words or places. Raises Conflict where it is over, PlacesTaken where more people have joined."""
        TOPIC.after(self.state, "change")
        self._require_not_over(now)
        if capacity < self.taken:
            raise PlacesTaken(self.taken)
        moved = place != self.place
        after = replace(
            self,
            title=title,
            description=description,
            place=place,
            capacity=capacity,
            sequence=self.sequence + moved,
            updated_at=now,
        )
        return after._settled()

    def moved(
        self, now: datetime, starts_at: datetime, ends_at: datetime, reminder: timedelta, busy: Collection[str]
    ) -> "Topic":
        """At another time. Of those who joined, who is `busy` then has to decide; who was undecided and is free comes.

        Raises Conflict where it is over, TopicBegun once it has begun.
        """
        TOPIC.after(self.state, "move")
        if self.starts_at <= now:
            raise TopicBegun
        placed = self.ids(Standing.JOINED, Standing.UNDECIDED)
        decided = {each: Standing.UNDECIDED if each in busy else Standing.JOINED for each in placed}
        after = replace(self, starts_at=starts_at, ends_at=ends_at, sequence=self.sequence + 1, reminded=False)
        return after._set(decided, now).awaited(now, reminder)

    def awaited(self, now: datetime, reminder: timedelta) -> "Topic":
        """To be looked at so long before its start, or when it is over where that time has passed."""
        remind_at = self.starts_at - reminder
        return replace(self, due_at=remind_at if remind_at > now and not self.reminded else self.ends_at)

    def due_to_remind(self, now: datetime) -> bool:
        """Whether those who come are to be reminded now."""
        return not self.reminded and now < self.starts_at

    def told(self, now: datetime) -> "Topic":
        """Those who come were reminded; who had not decided until then has no place any more. Raises Conflict."""
        TOPIC.after(self.state, "remind")
        after = self.left(self.ids(Standing.UNDECIDED), now)
        return replace(after, reminded=True, due_at=self.ends_at)

    def closed(self, now: datetime) -> "Topic":
        """Over. Raises Conflict."""
        return replace(self, state=TOPIC.after(self.state, "close"), due_at=None, updated_at=now)

    def cancelled(self, now: datetime, reason: str) -> "Topic":
        """Called off. Raises Conflict where it is over."""
        after = TOPIC.after(self.state, "cancel")
        self._require_not_over(now)
        return replace(self, state=after, due_at=None, reason=reason, sequence=self.sequence + 1, updated_at=now)

    def named_anew(self, now_is: Mapping[str, str], now: datetime) -> "Topic":
        """The same of who its people are now, each of whom keeps the id they had at first.

        The host is no guest, and nobody is a guest twice: the better of two standings stays, then the earlier.
        """
        host_first, *firsts = self.firsts
        host = now_is[host_first]
        best: dict[str, Guest] = {}
        known = zip(self.guests, firsts, strict=True)
        for guest, first in sorted(known, key=lambda each: _BEST_FIRST.index(each[0].standing)):
            member_id = now_is[first]
            if member_id != host:
                best.setdefault(member_id, Guest(member_id, guest.standing, None if first == member_id else first))
        order = dict.fromkeys(now_is[each] for each in firsts)
        after = replace(self, host_id=host, host_as=None if host == host_first else host_first)
        return after._with(tuple(best[each] for each in order if each in best), now)

    def _require_not_over(self, now: datetime) -> None:
        if self.ends_at <= now:
            raise TopicBegun

    def _set(self, standings: Mapping[str, Standing], now: datetime) -> "Topic":
        guests = tuple(replace(each, standing=standings.get(each.member_id, each.standing)) for each in self.guests)
        return self._with(guests, now)

    def _with(self, guests: tuple[Guest, ...], now: datetime) -> "Topic":
        after = replace(self, guests=guests, party_ids=parties(self.host_id, guests), updated_at=now)
        return after._settled() if after.is_open else after

    def _settled(self) -> "Topic":
        """Full exactly while every place is taken."""
        verb = "fill" if self.taken >= self.capacity else "free"
        return replace(self, state=TOPIC.after(self.state, verb))


_BEST_FIRST = (Standing.JOINED, Standing.UNDECIDED, Standing.WAITING)


def parties(host_id: str, guests: Sequence[Guest] = ()) -> tuple[str, ...]:
    """All who are in it, in order of id."""
    return tuple(sorted({host_id, *(each.member_id for each in guests)}))
