"""What matching does on which message: a table of contents."""

from collections.abc import Sequence

from services.matching.store import Store
from shared.messaging.reactions import Reaction


def reactions(store: Store) -> Sequence[Reaction]:
    """The reactions, bound to the store."""
    return ()
