"""What one of a pair keeps for themselves about a session: nobody else ever reads it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PrivateNote:
    """One for each session and author."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    session_id: str
    author_id: str
    text: str
