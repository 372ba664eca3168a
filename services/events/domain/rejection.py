"""A record of the attendee topic that was refused, as its publisher may see it: without the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.errors import Fault


@dataclass(frozen=True, slots=True)
class Rejection:
    """The source's ids are None where the record could not be read as far as them."""

    id: str
    reason: str
    faults: Sequence[Fault]
    state: str
    source: str | None
    source_event_id: str | None
    source_registration_id: str | None
    partition: int
    offset: int
    at: datetime
