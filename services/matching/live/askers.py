"""Those who ask, as they were when last read, so that a search can begin before they are read again.

Nobody is answered by this alone: what was read since is compared with it first, and searched for anew where it differs.
"""

import marshal
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.matching.domain.member import Day, Language, Member, Membership, Side, Skill, Window

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN = 2
"""A version of the format in which the same is always written in the same way."""
_REMEMBERED = 60.0
"""Seconds for which it is remembered who was forgotten: longer than anybody holds what they have read."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A member, as far as it decides on suggestions and their reasons; the events they were at, whom they met there."""

    member: Member
    events: frozenset[str]
    met: frozenset[str]
    packed: bytes = field(repr=False)
    """All of it that decides anything: the same for two of whom that is the same."""

    @classmethod
    def of(cls, member: Member, events: frozenset[str], met: frozenset[str] = frozenset()) -> "Asking":
        """The member who was at these events, and met these people there."""
        return cls(member, events, met, _packed(member, events, met))


class Askers:
    """Some hundred bytes for each; where there is no `room` for so many, those go who came first.

    Safe to share between threads.
    """

    def __init__(self, room: Callable[[], int]) -> None:
        self._room = room
        self._kept: dict[str, bytes] = {}
        self._forgotten: dict[str, float] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, tenant: str, member_id: str) -> Asking | None:
        """The member as last read."""
        packed = self._kept.get(member_id)
        return None if packed is None else _unpacked(packed, tenant, member_id)

    def keep(self, asking: Asking, read_at: float) -> None:
        """As read at this time (monotonic); whoever was forgotten since is not kept."""
        member_id = asking.member.id
        with self._lock:
            if self._forgotten.get(member_id, float("-inf")) < read_at:
                self._kept[member_id] = asking.packed
            while self._kept and len(self._kept) > self._room():
                del self._kept[next(iter(self._kept))]

    def forget(self, member_ids: Collection[str]) -> None:
        """They have changed, or are no more."""
        now = time.monotonic()
        with self._lock:
            for member_id in member_ids:
                self._kept.pop(member_id, None)
                self._forgotten.pop(member_id, None)
                self._forgotten[member_id] = now
        self.tidy()

    def tidy(self) -> None:
        """Lets go of the ids of those who were forgotten a while ago."""
        long_ago = time.monotonic() - _REMEMBERED
        with self._lock:
            while (first := next(iter(self._forgotten), None)) and self._forgotten[first] < long_ago:
                del self._forgotten[first]

    def forget_all(self) -> None:
        """Whoever may have changed."""
        self.forget(list(self._kept))


def _packed(member: Member, events: frozenset[str], met: frozenset[str]) -> bytes:
    return marshal.dumps(
        (
            member.organization,
            member.industry,
            member.seniority,
            member.time_zone,
            member.groups,
            tuple((each.code, each.level) for each in member.languages),
            tuple((each.label, each.side.value, each.level, each.id) for each in member.skills),
            member.goals,
            member.goal_themes,
            member.skill_themes,
            tuple((each.day.value, each.start, each.end) for each in member.availability),
            member.membership.value,
            tuple(sorted(member.visibility.items())),
            tuple(sorted(events)),
            tuple(sorted(met)),
        ),
        _PLAIN,
    )


def _unpacked(packed: bytes, tenant: str, member_id: str) -> Asking:
    (
        organization,
        industry,
        seniority,
        time_zone,
        groups,
        languages,
        skills,
        goals,
        goal_themes,
        skill_themes,
        availability,
        membership,
        visibility,
        events,
        met,
    ) = marshal.loads(packed)  # noqa: S302 - written above, in this process  # nosec B302
    member = Member(
        id=member_id,
        tenant=tenant,
        version=0,
        updated_at=_LONG_AGO,
        organization=organization,
        industry=industry,
        seniority=seniority,
        time_zone=time_zone,
        groups=groups,
        languages=tuple(Language(*each) for each in languages),
        skills=tuple(Skill(label, Side(side), level, identifier) for label, side, level, identifier in skills),
        goals=goals,
        goal_themes=goal_themes,
        skill_themes=skill_themes,
        availability=tuple(Window(Day(day), start, end) for day, start, end in availability),
        membership=Membership(membership),
        visibility=dict(visibility),
    )
    return Asking(member, frozenset(events), frozenset(met), packed)
