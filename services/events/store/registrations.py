"""Registrations, by id, by their place in a ticket system, by event and member."""

import re
from collections.abc import Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.identifier import Identifier
from services.events.domain.registration import LIVE, Origin, Registration, Status
from shared.storage import Document, Repository

_LIVE = [status.value for status in sorted(LIVE)]


class Registrations(Repository[Registration]):
    """Registrations of all events."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database["registrations"], Registration, "registration")

    def find_by_origin(self, tenant: str, origin: Origin, session: ClientSession) -> Registration | None:
        """The one with that key in its ticket system."""
        return self.find_where(
            tenant,
            {
                "origin.source": origin.source,
                "origin.source_event_id": origin.source_event_id,
                "origin.source_registration_id": origin.source_registration_id,
            },
            session,
        )

    def with_identifiers(
        self, tenant: str, identifiers: Sequence[Identifier], session: ClientSession
    ) -> list[Registration]:
        """Those that one of the identifiers, of the form `source_event_id/source_registration_id`, is the place of."""
        # Either part may hold a slash of its own.
        places: list[Document] = [
            {
                "origin.source": each.issuer,
                "origin.source_event_id": each.value[: slash.start()],
                "origin.source_registration_id": each.value[slash.end() :],
            }
            for each in identifiers
            for slash in re.finditer("/", each.value)
        ]
        if not places:
            return []
        found = self.collection.find({"tenant": tenant, "$or": places}, session=session)
        return [self.from_document(document) for document in found]

    def any_from(self, tenant: str, event_id: str, source: str, source_event_id: str, session: ClientSession) -> bool:
        """Whether the event has a registration that came from there."""
        where = {"event_id": event_id, "origin.source": source, "origin.source_event_id": source_event_id}
        return self.find_where(tenant, where, session) is not None

    def any_confirmed(self, tenant: str, event_id: str, member_id: str, session: ClientSession) -> bool:
        """Whether one of the member's registrations for the event is confirmed."""
        where = {"event_id": event_id, "member_id": member_id, "status": Status.CONFIRMED.value}
        return self.find_where(tenant, where, session) is not None

    def own_live(self, tenant: str, event_id: str, member_id: str, session: ClientSession) -> Registration | None:
        """The one that the member made here and that still counts."""
        return self.find_where(tenant, {"event_id": event_id, "member_id": member_id, "own_live": True}, session)

    def live_of_event(self, tenant: str, event_id: str, limit: int, session: ClientSession) -> Sequence[Registration]:
        """Some of those that still count."""
        where = {"event_id": event_id, "status": {"$in": _LIVE}}
        return self.page(tenant, where, limit=limit, session=session)

    def registered(self, tenant: str, event_id: str, member_id: str) -> bool:
        """Whether the member has any registration for the event, live or not."""
        return self.find_where(tenant, {"event_id": event_id, "member_id": member_id}) is not None

    def forget_attendee(self, tenant: str, member_id: str, session: ClientSession) -> None:
        """Takes what tickets say of the person off all registrations of the member."""
        nobody = {"attendee": {"name": None, "email": None, "buyer_email": None, "organization": None}}
        self.collection.update_many({"tenant": tenant, "member_id": member_id}, {"$set": nobody}, session=session)

    def at_desk(
        self, tenant: str, event_id: str, text: str, members: Sequence[str], *, limit: int, after: str | None
    ) -> Sequence[Registration]:
        """A page of the event's, of those that match the text by name, address or ticket, or are of these members."""
        if not text:
            return self.page(tenant, {"event_id": event_id}, limit=limit, after=after)
        within = {"$regex": re.escape(text), "$options": "i"}
        matches: list[Document] = [
            {"attendee.name": within},
            {"attendee.email": within},
            {"attendee.buyer_email": within},
            {"origin.source_registration_id": within},
            {"member_id": {"$in": list(members)}},
        ]
        return self.page(tenant, {"event_id": event_id, "$or": matches}, limit=limit, after=after)
