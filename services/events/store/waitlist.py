"""What is due on waitlists: events that have a seat for who waits, and offers that run out."""

from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage import Document

PROMOTIONS, OFFERS = "promotions", "offers"


class Waitlist:
    """Only the dates: who waits and what is offered is in the registrations themselves."""

    def __init__(self, database: Database[Document]) -> None:
        self._promotions = database[PROMOTIONS]
        self._offers = database[OFFERS]

    def promote_soon(self, session: ClientSession, tenant: str, event_id: str, now: datetime) -> None:
        """Has the event looked at: a seat may be free there."""
        self._promotions.update_one(
            {"_id": event_id}, {"$set": {"tenant": tenant, "due_at": now}}, upsert=True, session=session
        )

    def promoted(self, session: ClientSession, event_id: str) -> None:
        """Nothing more is to be given at the event."""
        self._promotions.delete_one({"_id": event_id}, session=session)

    def offered(self, session: ClientSession, tenant: str, registration_id: str, expires_at: datetime) -> None:
        """Has the offer looked at when it runs out."""
        self._offers.insert_one({"_id": registration_id, "tenant": tenant, "due_at": expires_at}, session=session)

    def answered(self, session: ClientSession, registration_id: str) -> None:
        """The offer is one no more."""
        self._offers.delete_one({"_id": registration_id}, session=session)
