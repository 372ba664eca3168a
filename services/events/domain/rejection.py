"""An attendee record that was refused, as its publisher may see it: without the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.errors import Fault


@dataclass(frozen=True, slots=True)
class Rejection:
    """The source's ids are None where the record could not be read as far as them.

    Partition and offset are None where a door refused it: it never came to the topic.
    """

    id: str
    reason: str
    faults: Sequence[Fault]
    state: str
    source: str | None
    source_event_id: str | None
    source_registration_id: str | None
    partition: int | None
    offset: int | None
    at: datetime
