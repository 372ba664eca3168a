"""Who may meet whom, by event."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.meeting_groups import MeetingGroups
from shared.storage import Document, Repository

COLLECTION = "meeting_groups"


class KeptMeetingGroups(Repository[MeetingGroups]):
    """One document for each event whose organizer said anything."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], MeetingGroups, "meeting groups")

    def naming(
        self, tenant: str, member_ids: Collection[str], limit: int, session: ClientSession
    ) -> Sequence[MeetingGroups]:
        """Some of those that list one of these members."""
        return self.page(tenant, {"groups.member_ids": {"$in": sorted(member_ids)}}, limit=limit, session=session)
