"""What the sessions of a pair come to: when they last met, and how many they have missed since."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from services.matching.domain.session import Session, SessionState


def last_contact(sessions: Sequence[Session], now: datetime) -> datetime | None:
    """When the latest that was held took place; who met before the time agreed on met when they said so."""
    return max((min(_met_at(each), now) for each in sessions if each.state is SessionState.HELD), default=None)


def missed_in_a_row(sessions: Sequence[Session]) -> int:
    """How many were missed since the last one held; of sessions in order of their start."""
    told = [each.state for each in sessions if each.state in (SessionState.HELD, SessionState.MISSED)]
    return sum(1 for _ in takewhile(lambda state: state is SessionState.MISSED, reversed(told)))


def _met_at(session: Session) -> datetime:
    return min([session.starts_at, *(word.at for word in session.words)])
