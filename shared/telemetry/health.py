"""What a process says of itself to whoever runs it: alive, ready, and why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[], bool]
"""Whether a part is as it should be; must answer at once and not raise."""


@dataclass(frozen=True, slots=True)
class Report:
    """One answer, as the body and the HTTP status that say it."""

    fine: bool
    body: Mapping[str, object]

    @property
    def status(self) -> int:
        return 200 if self.fine else 503


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Health:
    """Alive asks whether a new process would help, ready whether this one can do its work now.

    `alive` has nothing to do with how far messages came, nor with broker or database: a new process would wait for them
    just so. `ready` needs each of `parts`.
    """

    parts: Mapping[str, Check]
    alive: Check = field(default=_always)

    def live(self) -> Report:
        fine = self.alive()
        return Report(fine, {"status": "alive" if fine else "a loop stands still"})

    def ready(self) -> Report:
        parts = {name: check() for name, check in self.parts.items()}
        fine = all(parts.values())
        return Report(
            fine,
            {
                "status": "ready" if fine else "not ready",
                "parts": {name: "ready" if is_fine else "not ready" for name, is_fine in parts.items()},
            },
        )
