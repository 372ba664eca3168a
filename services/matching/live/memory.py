"""The programs that a web process has in memory: which, since when, and how they follow what changes."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec

from pymongo.database import Database
from pymongo.errors import InvalidOperation, PyMongoError

from services.matching.domain.enrollment import Role
from services.matching.live.askers import Askers, Mentee
from services.matching.live.feed import Change, Feed
from services.matching.live.index import ProgramIndex
from services.matching.live.standing import standings
from services.matching.store import Store, attendances, copies, enrollments, mentorships, runs
from shared.storage import Document, merges
from shared.telemetry.logs import logger
from shared.telemetry.metrics import LIVE_BUILD_SECONDS, LIVE_MENTORS

FEW = 300
"""Programs with fewer mentors are read for each request: that takes milliseconds, and is as of this very moment."""

_COUNTED_FOR = 60.0
"""Seconds for which a program is taken for too small, too large or not to be had before that is tried again."""
_FORGOTTEN_AFTER = 600.0
_LATEST = 5.0
"""Seconds; whoever has heard of no change for longer does not answer."""
_PATIENCE = 10.0
"""Seconds that a request waits for a program that is read for the first time: answering by itself would take longer."""
_BETWEEN_STAGINGS = 0.3
_AT_ONCE = 500
_TURN_SECONDS = 0.0005
"""How long a build keeps the interpreter from requests; Python's own 5 ms would show in every answer."""

_Key = tuple[str, str]

_log = logger(__name__)


@dataclass(slots=True)
class _Program:
    """A program in memory, or on its way there."""

    index: ProgramIndex
    asked_at: float
    built: threading.Event = field(default_factory=threading.Event)
    building: bool = False
    again: bool = False
    """Whether to build once more: what went by unheard may be missing in the build under way."""
    waiting: set[str] = field(default_factory=set)
    """Members to look at."""
    staging: bool = True


class Memory:
    """One for a process; safe to share between threads. It begins to follow changes at the first question.

    `most` is how many mentors it holds, of all programs together: what is asked for least goes first.
    """

    def __init__(self, store: Store, database: Database[Document], most: int, few: int = FEW) -> None:
        self._store = store
        self._most = most if find_spec("numba") is not None else 0
        self._few = few
        self._feed = Feed(database, self._hear, self._lose, self._tick)
        self._database = database
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._programs: dict[_Key, _Program] = {}
        self._counted: dict[_Key, float] = {}
        self._into: dict[str, str] = {}
        self._merged: dict[str, frozenset[str]] = {}
        self._kin: dict[str, set[str]] = {}
        self._running = False
        self._staged_at = float("-inf")

    def program(self, tenant: str, program_id: str, monday: date) -> ProgramIndex | None:
        """The program as a second ago at most; None where it has to be read: small, too large, not heard of."""
        key = (tenant, program_id)
        program = self._programs.get(key)
        if program is None:
            if self._most == 0 or self._counted.get(key, 0.0) > time.monotonic():
                return None
            program = self._begin(key, monday)
            if program is None:
                return None
        program.asked_at = time.monotonic()
        if not program.built.is_set() and not program.built.wait(_PATIENCE):
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
        tenant, program_id = key
        size = self._store.enrollments.count_in_role(tenant, program_id, Role.MENTOR, self._most + 1)
        if not self._few <= size <= self._most:
            with self._lock:
                self._read_for_a_while(key)
            return None
        with self._lock:
            if key in self._programs:
                return self._programs[key]
            index = ProgramIndex(
                lambda some: standings(self._store, tenant, program_id, some), monday, Askers(self._most)
            )
            program = self._programs[key] = _Program(index, time.monotonic())
            self._make_room(key, size)
            if not self._running:
                self._running = True
                self._feed = Feed(self._database, self._hear, self._lose, self._tick)
                self._feed.start()
        self._build(key, program, monday)
        return program

    def _read_for_a_while(self, key: _Key) -> None:
        now = time.monotonic()
        self._counted.pop(key, None)
        self._counted[key] = now + _COUNTED_FOR
        while (first := next(iter(self._counted), None)) and self._counted[first] < now:
            del self._counted[first]

    def _make_room(self, key: _Key, size: int) -> None:
        held = size + sum(program.index.size for program in self._programs.values())
        for each in sorted(self._programs, key=lambda each: self._programs[each].asked_at):
            if held > self._most and each != key:
                held -= self._programs.pop(each).index.size

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
            program.index.stage(self._store.proposals.staged(*key))
            with self._lock:
                if not program.again:
                    program.built.set()
        self._know_askers(key, program.index)
        LIVE_BUILD_SECONDS.observe(time.monotonic() - begun)
        self._show_size()
        _log.info("program_read", program_id=key[1], mentors=program.index.size)

    def _know_askers(self, key: _Key, index: ProgramIndex) -> None:
        ids = sorted(self._store.enrollments.seats(*key, Role.MENTEE))[: self._most]
        for first in range(0, len(ids), _AT_ONCE):
            some, read_at = ids[first : first + _AT_ONCE], time.monotonic()
            events = self._store.attendances.events_of(key[0], some) if index.knows_events else {}
            met = self._store.encounters.met_by(key[0], some) if index.knows_events else {}
            for member in self._store.copies.among(key[0], some).values():
                mentee = Mentee(member, events.get(member.id, frozenset()), met.get(member.id, frozenset()))
                index.askers.keep(mentee, read_at)

    def _hear(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._mark(change)

    def _mark(self, change: Change) -> None:
        """Says whom to look at; at everybody where a change does not say."""
        fields, name = change.fields, change.collection
        if change.whole or (change.removed and name in (enrollments.COLLECTION, mentorships.COLLECTION)):
            self._build_all()
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
            member_id = fields["member_id" if name == enrollments.COLLECTION else "mentor_id"]
            self._look(member_id, (fields["tenant"], fields["program_id"]))

    def _look(self, member_id: str, key: _Key | None = None) -> None:
        """At the member, and at whom they were merged with, in this program or wherever they are a mentor."""
        everybody = self._akin(member_id)
        if key is None:
            for program in list(self._programs.values()):
                program.index.askers.forget(everybody)
        for name, program in list(self._programs.items()):
            if key is None:
                program.waiting |= {each for each in everybody if program.building or program.index.knows(each)}
            elif key == name:
                program.waiting |= everybody

    def _akin(self, member_id: str) -> set[str]:
        found, newest = {member_id}, {member_id}
        while newest:
            newest = {other for one in newest for other in self._kin.get(one, ())} - found
            found |= newest
        return found

    def _stage(self, program_id: str | None) -> None:
        for (_, name), program in list(self._programs.items()):
            program.staging = program.staging or program_id in (None, name)

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
            while program.waiting:
                some = set(list(program.waiting)[:_AT_ONCE])
                program.index.refresh(some)
                program.waiting -= some
            if stages and program.staging and program.built.is_set():
                program.index.stage(self._store.proposals.staged(*key))
                program.staging = False
                self._staged_at = time.monotonic()
            if program.index.wants_a_build:
                self._build(key, program, program.index.monday)
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
            program.staging = True
            program.index.askers.forget_all()
            self._build(key, program, program.index.monday, again=True)

    def _learn_kin(self) -> None:
        """Who was merged into whom; who ever was, while this process looked, is looked at together for good."""
        found = {each["_id"]: each["into"] for each in self._database[merges.COLLECTION].find({}, {"into": 1})}
        for member_id in [each for each in self._into if each not in found]:
            self._learn(member_id, None)
        for member_id, into in found.items():
            self._learn(member_id, into)

    def _learn(self, member_id: str, into: str | None) -> None:
        before = self._into.pop(member_id, None)
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

    def _forget_all(self) -> None:
        self._feed.stop()
        self._running = False
        self._programs.clear()
        self._kin.clear()
        self._into.clear()
        self._merged.clear()

    def _show_size(self) -> None:
        LIVE_MENTORS.set(sum(each.index.size for each in list(self._programs.values())))


@contextmanager
def _in_short_turns() -> Iterator[None]:
    """Others get the interpreter more often meanwhile."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
