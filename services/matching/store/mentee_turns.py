"""Where writers who pair or ask for the same mentee meet, so that what they count cannot change under them."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage import Document

COLLECTION = "mentee_turns"


class MenteeTurns:
    """One document for each mentee of a program, without content but the number of turns."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def take(self, session: ClientSession, tenant: str, program_id: str, mentee_id: str) -> None:
        """Makes this transaction conflict with every other one that takes the mentee's turn.

        Of two at once the later runs again and then sees what the first wrote: the mentee's live mentorships and open
        requests can be counted after this call.
        """
        self._collection.update_one(
            {"_id": f"{tenant}/{program_id}/{mentee_id}"}, {"$inc": {"turns": 1}}, upsert=True, session=session
        )
