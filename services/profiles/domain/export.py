"""An export: all that the four services hold of a member, gathered into one archive."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import Conflict

KEPT = timedelta(days=7)
ASKS_FOR = timedelta(hours=1)
"""How long the caller's token is used, whatever its own expiry."""

_PAUSES = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1))
_LONGEST_PAUSE = timedelta(minutes=5)


class ExportState(StrEnum):
    """Where an export stands."""

    COLLECTING = "collecting"
    INTERRUPTED = "interrupted"
    """The token it was asked for with is not taken any more: asked for again, it goes on."""
    READY = "ready"


class PartState(StrEnum):
    """Where a service's part stands."""

    MISSING = "missing"
    COLLECTED = "collected"
    NOTHING = "nothing"
    """The service has never heard of the member."""


class NotReady(Conflict):
    """There is no archive yet."""

    def __init__(self, export: "Export") -> None:
        missing = ", ".join(part.service for part in export.missing)
        super().__init__(f"The export is {export.state}: {missing or 'nothing'} is missing.")


@dataclass(frozen=True, slots=True)
class Part:
    """What one service has to give. `problem` is the code of why the last try did not get it."""

    service: str
    state: PartState = PartState.MISSING
    tries: int = 0
    problem: str | None = None
    size: int = 0
    """Bytes of its JSON."""


@dataclass(frozen=True, slots=True)
class Export:
    """`whole`: asked for by the member, with what a pair keeps between the two; else by staff, without.

    `token` is the caller's, sealed, and gone when the export stands still. `due_at` is when a worker must look next.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    expire_at: datetime
    member_id: str
    whole: bool
    parts: tuple[Part, ...]
    state: ExportState = ExportState.COLLECTING
    token: str | None = None
    token_until: datetime | None = None
    due_at: datetime | None = None
    size: int = 0
    """Bytes of the archive."""

    @property
    def missing(self) -> Sequence[Part]:
        """The parts to come, the least tried first."""
        return sorted((part for part in self.parts if part.state is PartState.MISSING), key=lambda part: part.tries)

    def asked_again(self, token: str, now: datetime) -> "Export":
        """With another token, to be gone on with at once."""
        return replace(
            self,
            state=ExportState.COLLECTING,
            token=token,
            token_until=now + ASKS_FOR,
            due_at=now,
            updated_at=now,
        )

    def given(self, service: str, state: PartState, size: int, now: datetime) -> "Export":
        """With this part; due at once, for the next one or for the archive."""
        return replace(self._with(service, state=state, problem=None, size=size), due_at=now, updated_at=now)

    def failed(self, service: str, problem: str, now: datetime) -> "Export":
        """After a try that got nothing: due again once the other missing parts have had theirs, and later each time."""
        tried = next(part for part in self.parts if part.service == service).tries + 1
        after = self._with(service, tries=tried, problem=problem)
        untried = after.missing[0].tries < tried
        pause = _PAUSES[tried - 1] if tried <= len(_PAUSES) else _LONGEST_PAUSE
        return replace(after, due_at=now if untried else now + pause, updated_at=now)

    def interrupted(self, now: datetime) -> "Export":
        """Standing still until it is asked for again."""
        return replace(self._still(now), state=ExportState.INTERRUPTED)

    def ready(self, size: int, now: datetime) -> "Export":
        """With its archive of so many bytes."""
        return replace(self._still(now), state=ExportState.READY, size=size, expire_at=now + KEPT)

    def may_ask(self, now: datetime) -> bool:
        """Whether its token may still be used."""
        return self.token is not None and self.token_until is not None and now < self.token_until

    def _still(self, now: datetime) -> "Export":
        return replace(self, token=None, token_until=None, due_at=None, updated_at=now)

    def _with(self, service: str, **changes: object) -> "Export":
        parts = tuple(
            replace(part, **changes) if part.service == service else part  # type: ignore[arg-type]
            for part in self.parts
        )
        return replace(self, parts=parts)


def begun(
    identifier: str, tenant: str, member_id: str, *, whole: bool, services: Sequence[str], token: str, now: datetime
) -> Export:
    """A new one, of which everything is missing."""
    return Export(
        id=identifier,
        tenant=tenant,
        version=1,
        updated_at=now,
        created_at=now,
        expire_at=now + KEPT,
        member_id=member_id,
        whole=whole,
        parts=tuple(Part(service) for service in services),
        token=token,
        token_until=now + ASKS_FOR,
        due_at=now,
    )
