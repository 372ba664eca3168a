"""Mentoring corners of events, and what mentors offer there."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.corner import Corner, CornerOffer, offer_id
from shared.storage import Document, Repository

CORNERS, OFFERS = "corners", "corner_offers"


C = TypeVar("C", Corner, CornerOffer)


class _Kept(Repository[C]):
    """What is said anew as a whole each time."""

    def put(self, session: ClientSession, said: C) -> C:
        """Writes it over what it was; of version 0 it is the first. Raises PreconditionFailed as `save` does."""
        if said.version:
            return self.save(session, said)
        first = replace(said, version=1)
        self.insert(session, first)
        return first


class Corners(_Kept[Corner]):
    """One for each event that has one, by its id."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[CORNERS], Corner, "mentoring corner")


class CornerOffers(_Kept[CornerOffer]):
    """One document for each mentor and event who offered anything."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[OFFERS], CornerOffer, "offer")

    def of_event(self, tenant: str, event_id: str, session: ClientSession | None = None) -> Sequence[CornerOffer]:
        """All of the event, in order of the member's id."""
        return self.page(tenant, {"event_id": event_id}, limit=0, session=session)

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[CornerOffer]:
        """All that these members offer, at whatever event."""
        return self.page(tenant, {"member_id": {"$in": sorted(member_ids)}}, limit=0)

    def hold_slot(
        self, session: ClientSession, tenant: str, event_id: str, member_ids: Collection[str], slot_id: str
    ) -> bool:
        """Whether somebody known by these ids offers the slot; whoever changes that at this moment conflicts."""
        where = {"tenant": tenant, "event_id": event_id, "member_id": {"$in": sorted(member_ids)}, "slot_ids": slot_id}
        return self.collection.update_many(where, {"$inc": {"booked": 1}}, session=session).matched_count > 0

    def withdraw(self, session: ClientSession, tenant: str, event_id: str, member_ids: Collection[str]) -> None:
        """Leaves none of the slots that these members offer at the event."""
        if member_ids:
            keys = [offer_id(event_id, each) for each in sorted(member_ids)]
            self.collection.update_many(
                {"_id": {"$in": keys}, "tenant": tenant},
                {"$set": {"slot_ids": []}, "$inc": {"version": 1}},
                session=session,
            )

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing that these members offered; how much there was."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count
