"""A span for each command to the database, below the span in hand: the command's and the collection's name only.

What waits in a loop has no span in hand, and looking for work makes no trace.
"""

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from shared.telemetry import traces
from shared.telemetry.traces import Opened


def listeners() -> list[CommandListener]:
    """What a new client tells of its commands."""
    return [_CommandSpans()] if traces.on() else []


class _CommandSpans(CommandListener):
    """pymongo calls it on the thread that gives the command, before and after."""

    def __init__(self) -> None:
        self._open: dict[int, Opened] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if traces.traceparent() is None:
            return
        about = {"db.system.name": "mongodb", "db.operation.name": event.command_name}
        collection = event.command.get(event.command_name)
        if isinstance(collection, str):
            about["db.collection.name"] = collection
        name = " ".join((event.command_name, about.get("db.collection.name", ""))).strip()
        if opened := traces.begin(name, "CLIENT", attributes=about):
            self._open[event.request_id] = opened

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if opened := self._open.pop(event.request_id, None):
            opened.end()

    def failed(self, event: CommandFailedEvent) -> None:
        """The server's code says what it was; its text may quote values."""
        if opened := self._open.pop(event.request_id, None):
            opened.end(str(event.failure.get("code", "no answer")))
