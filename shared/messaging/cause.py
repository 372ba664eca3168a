"""Where a change came from: carried into every message that the change publishes."""

from dataclasses import dataclass

from shared.messaging.envelope import Message


@dataclass(frozen=True, slots=True)
class Cause:
    """`correlation_id` names the whole story, `causation_id` the message that led here (None: a person did)."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None

    @classmethod
    def message(cls, message: Message) -> "Cause":
        """The cause of whatever a reaction to this message does."""
        return cls(message.correlation_id, message.id, message.traceparent)
