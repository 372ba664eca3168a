"""The programs that a web process has in memory: which, since when, and how they follow what changes."""

import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec

from pymongo.database import Database
from pymongo.errors import InvalidOperation, PyMongoError

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format
from services.matching.live.askers import Askers, Asking
from services.matching.live.feed import Change, Feed
from services.matching.live.index import ProgramIndex
from services.matching.live.standing import standings
from services.matching.store import Store, attendances, copies, enrollments, mentorships, programs, runs
from shared.errors import Unavailable
from shared.storage import Document, merges
from shared.telemetry.logs import logger
from shared.telemetry.metrics import LIVE_BUILD_SECONDS, LIVE_MENTEES, LIVE_MENTORS

MANY = 5_000
"""Where more can be suggested no request reads them by itself while they are on their way into memory: it would take
longer than a request may, and make everybody wait longer.
"""

FEW = 300
"""Where fewer can be suggested they are read for each request: that takes milliseconds, and is as of this moment."""

_COUNTED_FOR = 60.0
"""Seconds for which a program is taken for too small, too large or not to be had before that is tried again."""
_FORGOTTEN_AFTER = 600.0
_IN_USE = 60.0
"""Seconds since somebody asked for a program for which it makes room for no other: two that do not fit together would
be read over and over.
"""
_LATEST = 5.0
"""Seconds; whoever has heard of no change for longer does not answer."""
_AKIN_FOR = 60.0
"""Seconds for which a change of one who was merged may still be about the other."""
_PATIENCE = 10.0
"""Seconds that a request waits for a program that is read for the first time: answering by itself would take longer."""
_GLANCE = 1.0
"""Seconds that a request waits for one that it could not read by itself: so many would soon stand in line for it."""
_BETWEEN_STAGINGS = 0.3
_AT_ONCE = 500
_TURN_SECONDS = 0.0005
"""How long a build keeps the interpreter from requests; Python's own 5 ms would show in every answer."""

_Key = tuple[str, str, Role]
"""A tenant, its program, and who of it is held: those who may be suggested to the others."""

_log = logger(__name__)


class BeingPrepared(Unavailable):
    """A large program is on its way into memory."""

    def __init__(self) -> None:
        super().__init__("The recommendations of this program are being prepared: try again in a few seconds.", 5)


@dataclass(slots=True)
class _Program:
    """A program in memory, or on its way there."""

    index: ProgramIndex
    asked_at: float
    counted: int
    """How many there were when it was begun."""
    built: threading.Event = field(default_factory=threading.Event)
    building: bool = False
    again: bool = False
    """Whether to build once more: what went by unheard may be missing in the build under way."""
    waiting: set[str] = field(default_factory=set)
    """Members to look at."""
    staging: bool = True
    amended: bool = True
    """Whether the program itself is to be read again."""

    @property
    def size(self) -> int:
        """How many it takes room for: those who are coming, too."""
        return max(self.counted if not self.built.is_set() else 0, self.index.size)


class Memory:
    """One for a process; safe to share between threads. It begins to follow changes at the first question.

    `most` is how many mentors it holds of all programs together, how many mentees for mentors who ask, and how many who
    may ask. Of programs with more than `many` nobody is answered before they are here. What nobody has asked for in a
    while gives way to what is asked for; what is in use does not.
    """

    def __init__(self, store: Store, database: Database[Document], most: int, few: int = FEW, many: int = MANY) -> None:
        self._store = store
        self._most = most if find_spec("numba") is not None else 0
        self._few = few
        self._many = many
        self._feed = Feed(database, self._hear, self._lose, self._tick)
        self._database = database
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._programs: dict[_Key, _Program] = {}
        self._counted: dict[_Key, float] = {}
        self._into: dict[str, str] = {}
        self._merged: dict[str, frozenset[str]] = {}
        self._kin: dict[str, set[str]] = {}
        self._former: deque[tuple[float, str, str]] = deque()
        """Who was merged into whom until when (monotonic)."""
        self._running = False
        self._staged_at = float("-inf")

    def program(self, tenant: str, program_id: str, monday: date, side: Role = Role.MENTOR) -> ProgramIndex | None:
        """Those on this side of the program, as a second ago at most.

        None where they have to be read: few, too many, peers, or not heard of. Raises BeingPrepared where they are too
        many to be read for a request, and will soon be here.
        """
        key = (tenant, program_id, side)
        program = self._programs.get(key)
        if program is None:
            if self._most == 0 or self._counted.get(key, 0.0) > time.monotonic():
                return None
            program = self._begin(key, monday)
            if program is None:
                return None
        program.asked_at = time.monotonic()
        if not program.built.is_set():
            large = program.size > self._many
            if not program.built.wait(_GLANCE if large else _PATIENCE):
                if large:
                    raise BeingPrepared
                return None
        if self._programs.get(key) is not program or self._feed.seconds_behind() > _LATEST:
            return None
        if program.index.monday != monday:
            self._build(key, program, monday)
        return program.index

    def names_of(self, member_id: str) -> frozenset[str]:
        """The member's id and those of all who were merged into them."""
        found, newest = {member_id}, {member_id}
        while newest:
            newest = {other for one in newest for other in self._merged.get(one, ())} - found
            found |= newest
        return frozenset(found)

    def close(self) -> None:
        """Ends what runs for it, and forgets."""
        with self._lock:
            self._forget_all()

    def _begin(self, key: _Key, monday: date) -> _Program | None:
        tenant, program_id, side = key
        size = self._store.enrollments.count_in_role(tenant, program_id, side, self._most + 1)
        if not self._few <= size <= self._most or self._is_of_peers(tenant, program_id):
            with self._lock:
                self._read_for_a_while(key)
            return None
        with self._lock:
            if key in self._programs:
                return self._programs[key]
            if not self._make_room(size, side):
                self._read_for_a_while(key)
                return None
            index = ProgramIndex(lambda some: standings(self._store, *key, some), monday, side)
            index.askers = Askers(lambda: self._room_beside(index))
            program = self._programs[key] = _Program(index, time.monotonic(), size)
            if not self._running:
                self._running = True
                self._feed = Feed(self._database, self._hear, self._lose, self._tick)
                self._feed.start()
        self._build(key, program, monday)
        return program

    def _is_of_peers(self, tenant: str, program_id: str) -> bool:
        """Whether it would be held in vain: how mentors fit mentees says nothing of peers, who are always read."""
        program = self._store.programs.find(tenant, program_id)
        return program is not None and program.format is Format.PEER

    def _read_for_a_while(self, key: _Key) -> None:
        now = time.monotonic()
        self._counted.pop(key, None)
        self._counted[key] = now + _COUNTED_FOR
        while (first := next(iter(self._counted), None)) and self._counted[first] < now:
            del self._counted[first]

    def _make_room(self, size: int, side: Role) -> bool:
        """Lets go of what is not in use, as far as it takes, and of nothing where that is not enough."""
        alike = [each for each in self._programs.items() if each[1].index.side is side]
        held = size + sum(program.size for _, program in alike)
        idle = []
        for key, program in sorted(alike, key=lambda each: each[1].asked_at):
            if held > self._most and time.monotonic() - program.asked_at > _IN_USE:
                held -= program.size
                idle.append(key)
        if held > self._most:
            return False
        for key in idle:
            del self._programs[key]
        return True

    def _room_beside(self, index: ProgramIndex) -> int:
        """For how many mentees of this program there is room."""
        others = (each.index for each in list(self._programs.values()))
        return self._most - sum(len(each.askers) for each in others if each is not index)

    def _build(self, key: _Key, program: _Program, monday: date, *, again: bool = False) -> None:
        """Builds it in the background; `again` where a build under way may miss what this one is for."""
        with self._lock:
            if program.building:
                program.again = program.again or again
                return
            program.building = True
        threading.Thread(target=self._built, args=(key, program, monday), name="live-build", daemon=True).start()

    def _built(self, key: _Key, program: _Program, monday: date) -> None:
        try:
            while True:
                self._build_now(key, program, monday)
                with self._lock:
                    if not program.again:
                        program.building = False
                        return
        except InvalidOperation:
            pass  # the process has closed its client
        except Exception as error:  # whatever it is, others may not wait for what does not come
            _log.warning("program_not_read", program_id=key[1], exc_info=not isinstance(error, PyMongoError))
        # Asked for a while later, it is begun anew; until then it is read for each request.
        with self._lock:
            if self._programs.get(key) is program:
                del self._programs[key]
            self._read_for_a_while(key)
        program.built.set()

    def _build_now(self, key: _Key, program: _Program, monday: date) -> None:
        # What changes while the program is read has to be heard.
        if not self._feed.is_open(_PATIENCE):
            raise PyMongoError("no change stream")
        program.again = False
        begun = time.monotonic()
        with self._building, _in_short_turns():
            program.index.build(monday)
        if not program.built.is_set():  # the feed's thread does it else, and what it has read may be newer
            self._read_staged(key, program.index)
            self._read_program(key, program.index)
            with self._lock:
                if not program.again:
                    program.built.set()
        if program.index.side is Role.MENTOR:
            self._know_askers(key, program.index)
        LIVE_BUILD_SECONDS.observe(time.monotonic() - begun)
        self._show_size()
        _log.info("program_read", program_id=key[1], side=key[2].value, people=program.index.size)

    def _know_askers(self, key: _Key, index: ProgramIndex) -> None:
        ids = sorted(self._store.enrollments.seats(key[0], key[1], Role.MENTEE))[: self._most]
        for first in range(0, len(ids), _AT_ONCE):
            some, read_at = ids[first : first + _AT_ONCE], time.monotonic()
            events = self._store.attendances.events_of(key[0], some) if index.knows_events else {}
            met = self._store.encounters.met_by(key[0], some) if index.knows_events else {}
            for member in self._store.copies.among(key[0], some).values():
                there, whom = events.get(member.id, frozenset()), met.get(member.id, frozenset())
                index.askers.keep(Asking.of(member, there, whom), read_at)

    def _hear(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._mark(change)

    def _mark(self, change: Change) -> None:
        """Says whom to look at; at everybody where a change does not say."""
        fields, name = change.fields, change.collection
        if change.whole or (change.removed and name in (enrollments.COLLECTION, mentorships.COLLECTION)):
            self._build_all()
        elif name == programs.COLLECTION:
            self._amend(change.id)
        elif name in (runs.COLLECTION, runs.PROPOSALS):
            self._stage(fields.get("program_id"))
        elif name == copies.COLLECTION:
            self._look(change.id)
        elif name == merges.COLLECTION:
            self._learn(change.id, fields.get("into"))
            self._look(change.id)
        elif name == attendances.COLLECTION:
            self._look(fields.get("member_id") or change.id.rpartition("/")[2])
        elif "tenant" in fields:  # changed in part, they only stand still for a transaction
            for side in Role:
                member_id = fields["member_id" if name == enrollments.COLLECTION else f"{side.value}_id"]
                self._look_in((fields["tenant"], fields["program_id"], side), member_id)

    def _look(self, member_id: str) -> None:
        """At the member, and at whom they were merged with, wherever they are held."""
        everybody = self._akin(member_id)
        for program in list(self._programs.values()):
            program.index.askers.forget(everybody)
            program.waiting |= {each for each in everybody if program.building or program.index.knows(each)}

    def _look_in(self, key: _Key, member_id: str) -> None:
        """The same in one program, where they may be new."""
        program = self._programs.get(key)
        if program is not None:
            program.waiting |= self._akin(member_id)

    def _akin(self, member_id: str) -> set[str]:
        found, newest = {member_id}, {member_id}
        while newest:
            newest = {other for one in newest for other in self._kin.get(one, ())} - found
            found |= newest
        return found

    def _stage(self, program_id: str | None) -> None:
        for (_, name, _), program in list(self._programs.items()):
            program.staging = program.staging or program_id in (None, name)

    def _amend(self, program_id: str) -> None:
        for (_, name, _), program in list(self._programs.items()):
            program.amended = program.amended or program_id == name

    def _read_staged(self, key: _Key, index: ProgramIndex) -> None:
        index.stage(self._store.proposals.staged(key[0], key[1]))

    def _read_program(self, key: _Key, index: ProgramIndex) -> None:
        index.program = self._store.programs.find(key[0], key[1])

    def _tick(self) -> None:
        """Looks at whom changes have named; lets go of what nobody asks for."""
        now = time.monotonic()
        stages = now - self._staged_at > _BETWEEN_STAGINGS
        for key, program in list(self._programs.items()):
            if now - program.asked_at > _FORGOTTEN_AFTER:
                with self._lock:
                    self._programs.pop(key, None)
                self._show_size()
                continue
            program.index.askers.tidy()
            while program.waiting:
                some = set(list(program.waiting)[:_AT_ONCE])
                program.index.refresh(some)
                program.waiting -= some
            if program.amended and program.built.is_set():
                self._read_program(key, program.index)
                program.amended = False
            if stages and program.staging and program.built.is_set():
                self._read_staged(key, program.index)
                program.staging = False
                self._staged_at = time.monotonic()
            if program.index.wants_a_build:
                self._build(key, program, program.index.monday)
        self._part()
        with self._lock:
            if not self._programs:
                self._forget_all()

    def _lose(self) -> None:
        """Changes went by: nothing that is here can be trusted before it was read anew."""
        self._learn_kin()
        with self._lock:
            for program in self._programs.values():
                program.built.clear()
                program.again = program.building
        self._build_all()

    def _build_all(self) -> None:
        for key, program in list(self._programs.items()):
            program.staging = program.amended = True
            program.index.askers.forget_all()
            self._build(key, program, program.index.monday, again=True)

    def _learn_kin(self) -> None:
        """Who is merged into whom; those who no longer are, are looked at together for a while more."""
        found = {each["_id"]: each["into"] for each in self._database[merges.COLLECTION].find({}, {"into": 1})}
        for member_id in [each for each in self._into if each not in found]:
            self._learn(member_id, None)
        for member_id, into in found.items():
            self._learn(member_id, into)

    def _learn(self, member_id: str, into: str | None) -> None:
        before = self._into.pop(member_id, None)
        if before not in (None, into):
            self._former.append((time.monotonic(), member_id, before))
        # Requests read these meanwhile: a set is replaced, not changed.
        if before is not None:
            self._merged[before] -= {member_id}
            if not self._merged[before]:
                del self._merged[before]
        if into is not None:
            self._into[member_id] = into
            self._merged[into] = self._merged.get(into, frozenset()) | {member_id}
            self._kin.setdefault(member_id, set()).add(into)
            self._kin.setdefault(into, set()).add(member_id)

    def _part(self) -> None:
        """Those who ceased to be one a while ago are looked at each by themselves; of the erased no id is left."""
        while self._former and self._former[0][0] < time.monotonic() - _AKIN_FOR:
            _, one, other = self._former.popleft()
            if self._into.get(one) == other or self._into.get(other) == one:
                continue
            for each, its in ((one, other), (other, one)):
                if each in self._kin:
                    self._kin[each].discard(its)
                    if not self._kin[each]:
                        del self._kin[each]

    def _forget_all(self) -> None:
        self._feed.stop()
        self._running = False
        self._programs.clear()
        self._kin.clear()
        self._former.clear()
        self._into.clear()
        self._merged.clear()

    def _show_size(self) -> None:
        indexes = [each.index for each in list(self._programs.values())]
        for side, gauge in ((Role.MENTOR, LIVE_MENTORS), (Role.MENTEE, LIVE_MENTEES)):
            gauge.set(sum(each.size for each in indexes if each.side is side))


@contextmanager
def _in_short_turns() -> Iterator[None]:
    """Others get the interpreter more often meanwhile."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
