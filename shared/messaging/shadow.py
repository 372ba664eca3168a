"""A view of a database in which every collection has another name: where a projection is rebuilt beside the old one."""

import re
from collections.abc import Sequence

from pymongo.collection import Collection
from pymongo.database import Database

from shared.storage.client import Document

_MARK = ".rebuild."


class Shadow(Database[Document]):
    """The same database, each collection under its own name and a suffix of this shadow's.

    All of them, not only those that are rebuilt: what a projection wrongly wrote elsewhere harms nothing and is seen.
    """

    def __init__(self, live: Database[Document], reaction: str, epoch: int) -> None:
        super().__init__(
            live.client,
            live.name,
            codec_options=live.codec_options,
            read_preference=live.read_preference,
            write_concern=live.write_concern,
            read_concern=live.read_concern,
        )
        self.live = live
        self.suffix = f"{_MARK}{reaction}.{epoch}"

    def __getitem__(self, name: str) -> Collection[Document]:
        return self.live[name + self.suffix]

    def written(self) -> set[str]:
        """The collections that are there, by the names they have in the live database."""
        return {name.removesuffix(self.suffix) for name in _named(self.live, re.escape(self.suffix))}

    def drop(self) -> None:
        """Leaves nothing of it."""
        for name in _named(self.live, re.escape(self.suffix)):
            self.live.drop_collection(name)


def drop_leftovers(live: Database[Document], reaction: str) -> None:
    """Drops every shadow that rebuilds of this reaction ever left. Only for who holds the lease of its rebuild."""
    for name in _named(live, re.escape(f"{_MARK}{reaction}.") + r"\d+"):
        live.drop_collection(name)


def _named(live: Database[Document], suffix: str) -> Sequence[str]:
    return live.list_collection_names(filter={"name": {"$regex": f"{suffix}$"}})
