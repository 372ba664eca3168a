"""The way of a mail to the server: when its domain's turn has come, by a kept connection, while the server works."""

import time
from datetime import datetime, timedelta
from email.message import EmailMessage

from services.notifications.channels.email.circuit import Circuit
from services.notifications.channels.email.lanes import LaneFull, Lanes
from services.notifications.channels.email.pace import Pace
from services.notifications.channels.email.pool import Pool
from services.notifications.channels.email.smtp import Unreachable, Unsent
from shared.clock import Clock

_WAITED_FOR = timedelta(milliseconds=200)
"""A turn that is so near is waited for: putting the mail aside would take as long."""


class NotYet(Exception):
    """The mail was not tried: it is not its turn. `at` is when to come again; `turn_at`, then to be brought along, is
    the moment that its domain keeps for it."""

    def __init__(self, at: datetime, turn_at: datetime | None) -> None:
        super().__init__(at.isoformat())
        self.at = at
        self.turn_at = turn_at


class Post:
    """One for a process and a server; safe to share between threads."""

    def __init__(self, pool: Pool, lanes: Lanes, pace: Pace, clock: Clock) -> None:
        self._pool = pool
        self._lanes = lanes
        self._pace = pace
        self._circuit = Circuit()
        self._clock = clock

    def works(self) -> bool:
        """Whether it is worth looking for a mail to send. Whoever looks now and then keeps no idle connection."""
        self._pool.leave_idle()
        return self._circuit.waits_until(self._clock.now()) is None

    def require_room(self, recipient: str, turn_at: datetime | None) -> None:
        """Raises NotYet where as many mails to the recipient's domain are under way as may be."""
        try:
            self._lanes.require_room(_domain(recipient))
        except LaneFull as full:
            raise NotYet(full.again_at, turn_at) from full

    def send(self, mail: EmailMessage, sender: str, recipient: str, turn_at: datetime | None) -> None:
        """When this returns the server has taken the mail.

        Raises NotYet where it was not tried, and Unreachable, Deferred or Refused as the conversation does.
        """
        domain = _domain(recipient)
        turn = turn_at or self._pace.turn(domain, self._clock.now())
        wait = turn - self._clock.now()
        if wait > _WAITED_FOR:
            raise NotYet(turn, turn)
        try:
            with self._lanes.entered(domain):
                again_at = self._circuit.enter(self._clock.now())
                if again_at is not None:
                    raise NotYet(again_at, turn)
                time.sleep(max(wait.total_seconds(), 0))
                self._hand_over(mail, sender, recipient)
        except LaneFull as full:
            raise NotYet(full.again_at, turn) from full

    def _hand_over(self, mail: EmailMessage, sender: str, recipient: str) -> None:
        try:
            with self._pool.conversation() as conversation:
                conversation.hand_over(mail, sender, recipient)
        except Unreachable:
            self._circuit.failed(self._clock.now())
            raise
        except Unsent:
            self._circuit.worked()
            raise
        except BaseException:
            self._circuit.failed(self._clock.now())
            raise
        self._circuit.worked()


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
