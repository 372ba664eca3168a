"""Counting peers: of a pair both are the same thing, whichever the pair names first."""

from collections.abc import Sequence

from shared.storage import Document

EACH_OF_TWO: Sequence[Document] = (
    {"$set": {"peer_id": ["$mentor_id", "$mentee_id"]}},
    {"$unwind": "$peer_id"},
)
"""Stages after which what is about two is there once for each of them, as `peer_id`."""
