"""Looking for words in whatever a database holds, as bytes: nothing that reads documents its own way can hide them."""

from collections.abc import Sequence
from typing import Any

import bson
from pymongo.database import Database

_A_MINUTE = ("rate_limits",)
"""Counts of requests by the caller's subject, which expire within a minute or two."""


def places_of(database: Database[dict[str, Any]], *words: str) -> Sequence[str]:
    """Every `collection word` where a document holds the word, whatever its case; not what is gone in a minute."""
    wanted = {word: word.casefold().encode() for word in words}
    return sorted(
        {
            f"{name} {word}"
            for name in set(database.list_collection_names()).difference(_A_MINUTE)
            for document in database[name].find()
            for word, sought in wanted.items()
            if sought in bson.encode(document).decode("utf-8", "replace").casefold().encode()
        }
    )
