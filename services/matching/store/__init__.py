"""The collections of matching, one module for each area; nobody else reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo.database import Database

from services.matching.store import loads, mentorships, requests
from services.matching.store.loads import Loads
from services.matching.store.mentee_turns import MenteeTurns
from services.matching.store.mentorships import Mentorships
from services.matching.store.requests import Requests
from shared.storage import Document, Index

INDEXES: Sequence[Index] = (*loads.INDEXES, *mentorships.INDEXES, *requests.INDEXES)


@dataclass(frozen=True, slots=True)
class Store:
    """All areas together: what commands and views are handed."""

    loads: Loads
    mentee_turns: MenteeTurns
    mentorships: Mentorships
    requests: Requests

    @classmethod
    def over(cls, database: Database[Document]) -> "Store":
        """The store in this database."""
        return cls(
            loads=Loads(database),
            mentee_turns=MenteeTurns(database),
            mentorships=Mentorships(database),
            requests=Requests(database),
        )
