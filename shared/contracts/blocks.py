"""`blocks.v1`: who must never meet. Two-way, and silent: which of the two asked for it is nobody's to know."""

from shared.contracts.fields import Flag, Id, Many, Record
from shared.contracts.message_type import message_type
from shared.contracts.topic import SMALL, Topic, compacted

TOPIC = Topic(
    "blocks.v1", "Pairs that are kept apart; the key is the pair.", ("matching",), compacted(), partitions=SMALL
)


class Block(Record):
    """A pair and whether it is kept apart; the key is both ids in order, joined by a colon."""

    member_ids = Many("The two, the lower id first.", Id("A member.", required=True), 2, fewest=2, required=True)
    blocked = Flag("Whether at least one of them blocks the other now.", required=True)


TYPES = (
    message_type("block.set.v1", TOPIC, Block, "A pair is kept apart from now on."),
    message_type("block.lifted.v1", TOPIC, Block, "Neither of the pair blocks the other any more."),
)
