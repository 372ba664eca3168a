"""The spans of a message's way: left in the outbox, sent by a relay, handled by a reaction.

A message carries the span of its leaving, in `ce_traceparent`; sending it and each handling of it are children of that
one, so that the trace reads the same however often either was tried. Costs nothing where traces are off.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from shared.contracts.message_type import PREFIX
from shared.messaging.cause import Cause
from shared.messaging.envelope import Message
from shared.telemetry import metrics, traces

if TYPE_CHECKING:
    from shared.messaging.unit_of_work import Transaction

_HEADER = "ce_traceparent"


def left(identifier: str, type_name: str, topic: str, inherited: str | None) -> str | None:
    """The `traceparent` of a message that is left in the outbox now: of a span of its own, below the one in hand.

    Without one in hand, below the `inherited` one; without either the message is in no trace.
    """
    in_hand = traces.traceparent()
    if in_hand is None and inherited is None:
        return None
    opened = traces.begin(
        f"publish {type_name.removeprefix(PREFIX)}",
        "PRODUCER",
        parent=inherited if in_hand is None else None,
        attributes=_about(identifier, topic),
    )
    if opened is None:
        return inherited
    opened.end()
    return opened.traceparent


@contextmanager
def sending(rows: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Around the sending of these outbox rows to Kafka: one span for each that is in a trace."""
    if not traces.on():
        yield
        return
    with ExitStack() as stack:
        for row in rows:
            found = next((bytes(content) for name, content in row["headers"] if name == _HEADER), b"")
            if parent := found.decode(errors="replace"):
                about = _about(row["_id"], row["topic"])
                opened = traces.begin(f"send {row['topic']}", "PRODUCER", parent=parent, attributes=about)
                stack.enter_context(traces.ended(opened))
        yield


@contextmanager
def handling(reaction: str, message: Message) -> Iterator[None]:
    """Around one reaction to one message, inside its transaction; what it publishes goes on from here. Timed too."""
    with metrics.HANDLING_SECONDS.labels(reaction).time():
        if not traces.on():
            yield
            return
        name, parent, about = _handled(reaction, message)
        with traces.span(name, "CONSUMER", parent=parent, attributes=about):
            yield


@contextmanager
def handling_many(
    reaction: str, messages: "Sequence[tuple[Transaction, Message]]"
) -> "Iterator[Sequence[tuple[Transaction, Message]]]":
    """The same around a reaction to many at once: a span for each, and transactions that go on from it."""
    with metrics.HANDLING_SECONDS.labels(reaction).time(), ExitStack() as stack:
        if traces.on():
            yield [(_from_here(stack, reaction, each, message), message) for each, message in messages]
        else:
            yield messages


def _from_here(stack: ExitStack, reaction: str, transaction: "Transaction", message: Message) -> "Transaction":
    name, parent, about = _handled(reaction, message)
    opened = traces.begin(name, "CONSUMER", parent=parent, attributes=about)
    stack.enter_context(traces.ended(opened))
    here = opened.traceparent if opened else message.traceparent
    return transaction.within(
        tenant=message.tenant, cause=dataclasses.replace(Cause.message(message), traceparent=here)
    )


def _handled(reaction: str, message: Message) -> tuple[str, str, dict[str, str | int]]:
    """Name, parent and attributes; what is in no trace begins one, whatever this thread did before."""
    about = _about(message.id, message.topic) | {"ithaca.tenant": message.tenant}
    return f"{reaction} {message.type.removeprefix(PREFIX)}", message.traceparent or "", about


def _about(identifier: str, topic: str) -> dict[str, str | int]:
    return {
        "messaging.system": "kafka",
        "messaging.destination.name": topic,
        "messaging.message.id": identifier,
    }
