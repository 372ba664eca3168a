"""Loops that stop turning: seen, shown with the stacks of all threads, and in the end no longer called alive.

A loop says `beat` each turn, however little the turn got done: waiting for a broker, a database or a handler that fails
is turning too. Whoever runs the process keeps a `Watchdog` beside its loops.
"""

import sys
import threading
import time
import traceback
from dataclasses import dataclass

from shared.telemetry import logs, metrics

STILL_SECONDS = 60.0
"""Without a turn for this long the stacks are logged, once. Longer than any wait that a turn may hold."""

DEAD_SECONDS = 300.0
"""Without a turn for this long the process is not alive: only a new one will help."""

_LOOK_EACH_SECONDS = 1.0

_log = logs.logger(__name__)


@dataclass(slots=True)
class _Pulse:
    """`still` counts the seconds without a beat as the watchdog lives through them; `grace` is not counted."""

    loop: str
    at: float = 0.0
    beats: int = 0
    grace: float = 0.0
    seen: int = 0
    still: float = 0.0
    shown: bool = False


_pulses: dict[threading.Thread, _Pulse] = {}


def beat(loop: str, *, grace_seconds: float = 0.0) -> None:
    """A turn of the loop of this name, on the thread that calls; the next may take `grace_seconds` longer than most."""
    thread = threading.current_thread()
    now = time.monotonic()
    pulse = _pulses.get(thread)
    if pulse is None:
        pulse = _pulses[thread] = _Pulse(loop)
    else:
        metrics.LOOP_SECONDS.labels(loop).observe(now - pulse.at)
    pulse.at = now
    pulse.grace = grace_seconds
    pulse.beats += 1


def ended() -> None:
    """The loop of the calling thread has ended as it was asked to: nobody waits for its next turn."""
    if pulse := _pulses.pop(threading.current_thread(), None):
        metrics.LOOP_STILL.labels(pulse.loop).set(0)


class Watchdog:
    """Watches every loop of the process.

    A thread that has ended is watched no more. Time is counted in the watchdog's own looks, so that a process that was
    stopped as a whole, or a machine that slept, does not look like a loop that stands still.
    """

    def __init__(self, *, look_each_seconds: float = _LOOK_EACH_SECONDS) -> None:
        self._look_each_seconds = look_each_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def alive(self) -> bool:
        """Whether every loop has turned within DEAD_SECONDS, beyond the grace it asked for."""
        return all(pulse.still < DEAD_SECONDS + pulse.grace for pulse in list(_pulses.values()))

    def look(self) -> None:
        """One look, a look's time after the last."""
        for thread, pulse in list(_pulses.items()):
            if not thread.is_alive():
                _pulses.pop(thread, None)
                continue
            if pulse.beats != pulse.seen:
                if pulse.shown:
                    _log.warning("loop_turns_again", loop=pulse.loop)
                pulse.seen, pulse.still, pulse.shown = pulse.beats, 0.0, False
            else:
                pulse.still += self._look_each_seconds
            metrics.LOOP_STILL.labels(pulse.loop).set(pulse.still)
            if pulse.still >= STILL_SECONDS + pulse.grace and not pulse.shown:
                pulse.shown = True
                _log.error("loop_stands_still", loop=pulse.loop, seconds=round(pulse.still), stacks=stacks())

    def _run(self) -> None:
        while not self._stopping.wait(self._look_each_seconds):
            self.look()


def stacks() -> dict[str, list[str]]:
    """Where every thread of the process is now, innermost last, as `file:line function`; no values."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return {
        f"{names.get(ident, 'unknown')}-{ident}": [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_stack(top)
        ]
        for ident, top in sys._current_frames().items()
    }
