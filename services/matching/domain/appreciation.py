"""Thanks from one of a pair to the other."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Appreciation:
    """`public` says that its author would have it shown; only with the receiver's consent is it ever."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    from_id: str
    to_id: str
    text: str
    sent_at: datetime
    public: bool = False
