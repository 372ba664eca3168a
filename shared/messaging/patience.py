"""How long a message that fails is tried."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a message is tried before it is dead, and how long it waits between two tries."""

    attempts: int = 8
    """All of them, the quick ones before it was parked included."""

    first_pause: float = 2.0
    factor: float = 4.0
    longest_pause: float = 600.0
    """Seconds."""

    def pause(self, retries: int) -> timedelta:
        """How long to wait after so many tries since it was parked."""
        return timedelta(seconds=min(self.first_pause * self.factor ** min(retries, 64), self.longest_pause))
