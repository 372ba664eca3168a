"""The mentors, or the mentees, of one program in memory: a large segment, small ones with who changed since, and what
decides on seats.

Nothing here is told what has changed, only of whom to look again. So it does not matter in what order, or how often,
that is heard; what counts is that a look comes after the change.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import nsmallest

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Member, Side
from services.matching.domain.program import Program
from services.matching.engine.features import UNSTATED_LEVEL, goal_texts, topics
from services.matching.engine.lexicon import Lexicon, lexicon_of
from services.matching.engine.pool import Criteria, Pair, order
from services.matching.engine.tables import Wanted, wanted
from services.matching.engine.words import plain
from services.matching.live.asker import Asker, asker_of, mentor_who_asks
from services.matching.live.askers import Askers
from services.matching.live.labels import Given, Labels, given_by, number
from services.matching.live.mentee_segment import MenteeSegment
from services.matching.live.segment import Candidate, DoesNotFit, Person, Segment
from services.matching.live.standing import Standing

Look = Callable[[Collection[str] | None], Mapping[str, Standing]]
"""Reads how these members stand now, or all of the program."""

_ANEW = 2
"""Stands for nothing that anybody was encoded as, so that they are again."""

_DRIFTED = 8
"""When one in so many has come, gone or said something else, what words weigh is worked out anew."""

_SMALL = 1_024
"""So many who changed are encoded anew together; more are left to the next build."""


_MADE_BY_A_BUILD = (
    *("monday", "lexicon", "_places", "_segments", "_labels", "_drift", "_seekers", "_there", "_groups", "_owed"),
)


@dataclass(slots=True)
class _Place:
    """Where a mentor is in memory, and what their part in the whole depends on."""

    seats: int = 0
    taken: int = 0
    segment: Segment | MenteeSegment | None = None
    row: int = -1
    encoded: int = 0
    """Stands for what was encoded."""
    given: Given = ()
    counted: bool = False
    """Whether what they give counts in what labels mean."""
    said: int = 0
    """Stands for what they say while they count; 0 for nothing."""
    may_start: bool = False
    groups: tuple[int, ...] = ()
    sought: frozenset[int] = frozenset()
    """Of a mentee the labels of what they seek: with what these mean they were encoded."""
    events: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()
    """Those of the events at which they count."""


@dataclass(slots=True)
class ProgramIndex:
    """One for each side of a program; safe to share between threads.

    Searching and changing exclude each other for moments only.
    """

    look: Look
    monday: date
    side: Role = Role.MENTOR
    """Who is in it; those on the other side ask."""
    askers: Askers = field(default_factory=lambda: Askers(lambda: 0))
    program: Program | None = None
    """As last read; it has to be, before anybody is answered."""
    _places: dict[str, _Place] = field(default_factory=dict)
    _segments: list[Segment | MenteeSegment] = field(default_factory=list)
    _labels: Labels = field(default_factory=Labels)
    lexicon: Lexicon = field(default_factory=lambda: lexicon_of((), number))
    """What words weigh, by those who counted among the people of the program when all were encoded."""
    _drift: int = 0
    """How many changes there were since to what it depends on."""
    _seekers: Counter[int] = field(default_factory=Counter)
    """How many mentees seek something by each label."""
    _there: dict[str, set[str]] = field(default_factory=dict)
    _pairs: frozenset[Pair] = frozenset()
    """Those staged now; what follows is told by them."""
    _staged: Counter[str] = field(default_factory=Counter)
    _staged_askers: Counter[str] = field(default_factory=Counter)
    _staged_with: dict[str, set[str]] = field(default_factory=dict)
    _groups: tuple[str, ...] = ()
    _looked_at: set[str] | None = None
    """During a build: those of whom something newer may be known than the build will find."""
    _owed: set[str] = field(default_factory=set)
    """Who is still to be looked at: more than nobody only while that is done, and after it has failed."""
    _read: tuple[Criteria, Wanted] | None = None
    """The criteria as they were last laid out for the search."""
    _searching: threading.Lock = field(default_factory=threading.Lock)
    _changing: threading.RLock = field(default_factory=threading.RLock)

    @property
    def size(self) -> int:
        """How many it knows of."""
        return len(self._places)

    def best(
        self, member: Member, events: Collection[str], criteria: Criteria, k: int, met: frozenset[str] = frozenset()
    ) -> tuple[list[Candidate], Mapping[str, frozenset[str]]]:
        """The best k for this member of the other side who was at these events, best first; and who of them was there.

        `met` are those whom they have met. Raises DoesNotFit.
        """
        found: list[Candidate] = []
        groups = _numbers(criteria.rules.groups)
        if groups and groups.isdisjoint(_numbers(member.groups)):
            return found, {}
        with self._searching:
            if criteria.rules.groups != self._groups:
                self._groups = criteria.rules.groups
                self._open(self._places)
            seen = any(not self._there.get(event, set()) <= {member.id} for event in events)
            seen = seen or any(map(self._is_counted_in, met))
            asker = replace(self._asker(member, events, seen=seen), met=met)
            if self._read is None or self._read[0] != criteria:
                self._read = criteria, wanted(criteria)
            for segment in self._segments:
                found.extend(segment.best(asker, self._read[1], k))
            best = nsmallest(k, found, key=lambda each: (-each.score, order(each.member_id)))
            ids = {each.member_id for each in best} if events else set()
            return best, {event: frozenset(ids & self._there.get(event, set())) for event in events}

    @property
    def knows_events(self) -> bool:
        """Whether any of them was at an event: without, it does not matter where the others were."""
        return bool(self._there)

    def staged(self, asker_id: str) -> int:
        """How many seats of somebody on the other side pairs hold that are approved and not published yet."""
        return self._staged_askers[asker_id]

    def staged_with(self, member_id: str) -> Collection[str]:
        """The partners of the member in such pairs, in either role."""
        return self._staged_with.get(member_id, ())

    def stage(self, pairs: Collection[Pair]) -> None:
        """The pairs (mentor, mentee) that are approved and not published yet, as they are now: they hold seats."""
        here, askers = Counter(mentor for mentor, _ in pairs), Counter(mentee for _, mentee in pairs)
        if self.side is Role.MENTEE:
            here, askers = askers, here
        partners: dict[str, set[str]] = {}
        for one, other in pairs:
            partners.setdefault(one, set()).add(other)
            partners.setdefault(other, set()).add(one)
        with self._changing:
            self._pairs = frozenset(pairs)
            concerned: set[str] = set()
            changed = {each for each in here | self._staged if here[each] != self._staged[each]}
            self._staged, self._staged_askers, self._staged_with = here, askers, partners
            with self._searching:
                for member_id in changed & self._places.keys():
                    place = self._places[member_id]
                    counted = place.counted
                    self._count(place, member_id)
                    self._drift += counted != place.counted
                self._open(changed & self._places.keys())
                concerned |= self._whom_labels_concern()
            for member_id in changed & self._places.keys():
                place = self._places[member_id]
                place.there, before = self._at_events(member_id, place.seats, place.taken, place.events), place.there
                concerned |= self._move(member_id, before, place.there)
            self._look_at(concerned | (changed & self._places.keys()))

    def knows(self, member_id: str) -> bool:
        """Whether they are here, or were when they were last looked at."""
        return member_id in self._places

    def refresh(self, member_ids: Collection[str]) -> None:
        """Looks at these members again, and at whom that concerns. Raises what `look` raises."""
        with self._changing:
            self._look_at(member_ids)
            self._put_together()

    def build(self, monday: date) -> None:
        """Looks at everybody and encodes all of them anew: aside, while what is known answers; then in its place."""
        with self._changing:
            self._looked_at = set()
            pairs = self._pairs
        try:
            fresh = ProgramIndex(self.look, monday, self.side, _groups=self._groups)
            fresh.stage(pairs)
            fresh._fill()
            with self._changing:
                newer, self._looked_at = self._looked_at, None
                fresh.stage(self._pairs)
                fresh.refresh(newer)
                with self._searching:
                    for name in _MADE_BY_A_BUILD:
                        setattr(self, name, getattr(fresh, name))
        finally:
            self._looked_at = None

    def _fill(self) -> None:
        """Looks at everybody, where nobody is known yet."""
        found = self.look(None)
        there = Counter(
            event
            for member_id, each in found.items()
            for event in self._at_events(member_id, each.seats, each.taken, each.events)
        )
        people = [
            Person(each.member, each.events, any(there[event] > 1 for event in each.events))
            for each in found.values()
            if each.member is not None
        ]
        counting = [
            each.member
            for member_id, each in found.items()
            if each.member is not None
            and each.member.may_start_something
            and self._has_seat(member_id, each.seats, each.taken)
        ]
        self.lexicon = lexicon_of(map(self._texts, counting), number)
        labels = Labels()
        for member in counting:
            labels.add(given_by(member))
        segment = self._encoded(people, labels)
        segment.warm_up()
        self._move_all(found, found)
        self._settle(found, found, segment, {each.member.id: self._stands_for(each, labels) for each in people})
        # All count by now whose ids the labels were told by.
        self._whom_labels_concern()
        self._drift = 0

    def _look_at(self, member_ids: Collection[str]) -> None:
        self._owed.update(member_ids)
        while self._owed:
            self._owed = self._take_over(self._owed, self.look(self._owed))

    def _take_over(self, asked: Collection[str], found: Mapping[str, Standing]) -> set[str]:
        """Who was asked for stands as found, or takes no part; returns whom else that concerns."""
        if self._looked_at is not None:
            self._looked_at.update(asked)
        concerned = self._move_all(asked, found)
        people = [
            Person(each.member, each.events, self._is_seen(each.events))
            for member_id, each in found.items()
            if each.member is not None and self._must_be_encoded(member_id, each)
        ]
        segment = self._encoded(people, self._labels) if people else None
        stand_for = {each.member.id: self._stands_for(each, self._labels) for each in people}
        with self._searching:
            self._settle(asked, found, segment, stand_for)
            by_label = self._whom_labels_concern()
        return concerned - set(asked) | by_label

    def _settle(
        self,
        asked: Collection[str],
        found: Mapping[str, Standing],
        segment: Segment | MenteeSegment | None,
        stand_for: Mapping[str, int],
    ) -> None:
        """Places, labels and segments as found; by these numbers they were encoded."""
        rows = {} if segment is None else segment.rows()
        struck: dict[int, tuple[Segment | MenteeSegment, list[int]]] = {}
        for member_id in asked:
            now = found.get(member_id)
            place = self._places.setdefault(member_id, _Place())
            if place.segment is not None and (now is None or now.member is None or member_id in rows):
                struck.setdefault(id(place.segment), (place.segment, []))[1].append(place.row)
                place.segment, place.row = None, -1
            said_before = place.said
            if place.counted:
                self._labels.remove(place.given)
                place.counted = False
            if now is None:
                self._drift += said_before != 0
                self._seek(place, frozenset())
                del self._places[member_id]
                continue
            place.seats, place.taken, place.events = now.seats, now.taken, now.events
            place.there = self._at_events(member_id, now.seats, now.taken, now.events)
            member = now.member
            place.may_start = member is not None and member.may_start_something
            place.given = () if member is None else given_by(member)
            place.groups = () if member is None else tuple(_numbers(member.groups))
            if self.side is Role.MENTEE:
                self._seek(place, _sought(member))
            if member_id in rows and member is not None:
                place.segment, place.row = segment, rows[member_id]
                place.encoded = stand_for[member_id]
            self._count(place, member_id)
            place.said = 0 if member is None or not place.counted else hash(self._texts(member))
            self._drift += place.said != said_before
            if place.said not in (0, said_before) and member is not None:
                self.lexicon.hear(self._texts(member))
        for old, gone in struck.values():
            old.strike_out(gone)
        if segment is not None:
            self._segments.append(segment)
        self._segments = [each for each in self._segments if each.alive]
        self._open(each for each in asked if each in self._places)

    def _seek(self, place: _Place, sought: frozenset[int]) -> None:
        """They seek skills by these labels from now on."""
        for label in place.sought - sought:
            self._seekers[label] -= 1
            if not self._seekers[label]:
                del self._seekers[label]
        self._seekers.update(sought - place.sought)
        place.sought = sought

    def _texts(self, member: Member) -> tuple[str, ...]:
        """What is compared of those who are here."""
        return topics(member) if self.side is Role.MENTOR else goal_texts(member)

    def _encoded(self, people: Sequence[Person], labels: Labels) -> Segment | MenteeSegment:
        for person in people:
            self.lexicon.learn(self._texts(person.member))
        if self.side is Role.MENTOR:
            return Segment(people, self.lexicon, self.monday)
        return MenteeSegment(people, self.lexicon, self.monday, lambda skill: labels.key(number(plain(skill.label))))

    def _asker(self, member: Member, events: Collection[str], *, seen: bool) -> Asker:
        if self.side is Role.MENTOR:
            return asker_of(member, self._labels, self.lexicon, self.monday, events, seen=seen)
        offers = [
            (number(plain(each.label)), each.level or UNSTATED_LEVEL)
            for each in member.skills
            if each.side is Side.OFFERS
        ]
        skills = self._labels.offered(offers, given_by(member), self._seekers)
        if skills is None:
            raise DoesNotFit
        return mentor_who_asks(member, skills, self.lexicon, self.monday, events, seen=seen)

    def _whom_labels_concern(self) -> set[str]:
        """Mentees who seek what has come to mean something else: they were encoded by what it meant."""
        renamed = self._labels.renamed()
        if self.side is Role.MENTOR or not renamed:
            return set()
        return {each for each, place in self._places.items() if not place.sought.isdisjoint(renamed)}

    def _stands_for(self, person: Person, labels: Labels) -> int:
        """A number that is another one where the member would be encoded another way; odd for those seen at events."""
        member = person.member
        told: tuple[object, ...] = (
            member.organization,
            member.industry,
            member.seniority,
            member.time_zone,
            member.languages,
            member.skills,
            member.goals,
            member.goal_themes,
            member.skill_themes,
            member.availability,
            person.events,
            tuple(map(labels.key, sorted(_sought(member)))) if self.side is Role.MENTEE else (),
        )
        return hash(told) & ~1 | person.seen

    def _count(self, place: _Place, member_id: str) -> None:
        """What a mentor gives decides on labels while they count among the people of the program."""
        counts = place.may_start and self._has_seat(member_id, place.seats, place.taken)
        if counts != place.counted:
            (self._labels.add if counts else self._labels.remove)(place.given)
            place.counted = counts

    def _open(self, member_ids: Iterable[str]) -> None:
        groups = _numbers(self._groups)
        for member_id in member_ids:
            place = self._places[member_id]
            if place.segment is not None:
                free = place.seats - place.taken - self._staged[member_id]
                inside = not groups or not groups.isdisjoint(place.groups)
                place.segment.open(place.row, place.may_start and free > 0 and inside)

    def _has_seat(self, member_id: str, seats: int, taken: int) -> bool:
        """Whether the mentor counts among the people of the program: has a seat left, or never had one to give."""
        return not seats > 0 >= seats - taken - self._staged[member_id]

    def _is_counted_in(self, member_id: str) -> bool:
        """Whether this member is here and counts among the people of the program."""
        place = self._places.get(member_id)
        return place is not None and self._has_seat(member_id, place.seats, place.taken)

    def _at_events(self, member_id: str, seats: int, taken: int, events: frozenset[str]) -> frozenset[str]:
        """Where the mentor counts as having been."""
        return events if self._has_seat(member_id, seats, taken) else frozenset()

    def _move_all(self, member_ids: Iterable[str], found: Mapping[str, Standing]) -> set[str]:
        """They were where they are found to have been; returns who may look another way for it."""
        concerned: set[str] = set()
        for member_id in member_ids:
            place, now = self._places.get(member_id), found.get(member_id)
            there = frozenset[str]()
            if now is not None:
                there = self._at_events(member_id, now.seats, now.taken, now.events)
            concerned |= self._move(member_id, frozenset() if place is None else place.there, there)
        return concerned

    def _move(self, member_id: str, before: frozenset[str], now: frozenset[str]) -> set[str]:
        """The member was at these events, and not at those; returns who may look another way for it."""
        concerned: set[str] = set()
        for event in before - now:
            there = self._there[event]
            there.discard(member_id)
            concerned |= there if len(there) == 1 else set()
            if not there:
                del self._there[event]
        for event in now - before:
            there = self._there.setdefault(event, set())
            concerned |= there if len(there) == 1 else set()
            there.add(member_id)
        return concerned

    def _is_seen(self, events: Iterable[str]) -> bool:
        return any(len(self._there.get(event, ())) > 1 for event in events)

    def _must_be_encoded(self, member_id: str, standing: Standing) -> bool:
        place = self._places.get(member_id)
        if place is None or place.segment is None or standing.member is None:
            return True
        person = Person(standing.member, standing.events, self._is_seen(standing.events))
        return place.encoded != self._stands_for(person, self._labels)

    def _put_together(self) -> None:
        """Small segments become one as they come to be as many as the next larger one has."""
        while len(self._segments) > 2 and 2 * self._segments[-1].alive >= self._segments[-2].alive:
            if self._segments[-1].alive + self._segments[-2].alive > _SMALL:
                break
            ids = [each for segment in self._segments[-2:] for each in segment.rows()]
            for each in ids:
                self._places[each].encoded = _ANEW
            self._look_at(ids)

    @property
    def wants_a_build(self) -> bool:
        """Whether so many have changed that one segment, or other weights of words, would serve better."""
        many = sum(segment.alive for segment in self._segments[1:]) > max(_SMALL, self.size // 4)
        return many or self._drift * _DRIFTED > self.size


def _numbers(groups: Iterable[str]) -> set[int]:
    return {number(plain(group)) for group in groups}


def _sought(member: Member | None) -> frozenset[int]:
    """The labels of what the member seeks."""
    skills = () if member is None else member.skills
    return frozenset(number(plain(each.label)) for each in skills if each.side is Side.SEEKS)
