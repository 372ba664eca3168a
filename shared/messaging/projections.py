"""Projections that can be rebuilt: their reaction, with the gate that a rebuild swaps behind."""

from collections.abc import Mapping, Sequence

from shared.messaging import gate
from shared.messaging.envelope import Message
from shared.messaging.reactions import Handle, HandleMany, Kind, Prepare, Projection, Reaction
from shared.messaging.unit_of_work import Transaction


def projection(
    name: str,
    types: Sequence[str],
    collections: Mapping[str, str],
    keep: HandleMany,
    *,
    handle: HandleMany | None = None,
    prepare: Prepare | None = None,
) -> Reaction:
    """A reaction that keeps a copy of someone's state in `collections`: each with the field that holds the key.

    `keep` makes the copy and nothing else; a rebuild uses it alone, with a store over other collections. `handle` is
    for a reaction that does more than that: it makes the copy and what has to be done about the change, together.
    `prepare` is asked before either.
    """
    work = keep if handle is None else handle

    def many(messages: Sequence[tuple[Transaction, Message]]) -> None:
        transaction, _ = messages[0]
        gate.pass_through(transaction, name, {(message.topic, message.partition) for _, message in messages})
        work(messages)

    copied = Projection(collections, keep, pure=handle is None, prepare=prepare)
    return Reaction(
        name, types, Kind.PROJECTION, lambda transaction, message: many([(transaction, message)]), many, copied
    )


def one_by_one(handle: Handle) -> HandleMany:
    """For a projection that takes each message by itself."""

    def many(messages: Sequence[tuple[Transaction, Message]]) -> None:
        for on_behalf, message in messages:
            handle(on_behalf, message)

    return many
