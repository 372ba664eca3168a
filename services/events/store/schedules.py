"""Generated schedules, one an event, and the meetings that they plan."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.meeting_schedule import MeetingSchedule
from services.events.domain.planned_meeting import PlannedMeeting, PlannedState
from shared.storage import Document, Index, Repository
from shared.storage.bulk import BulkRepository

COLLECTION, PLANNED = "schedules", "planned_meetings"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("event_id", 1)), unique=True, name="one_an_event"),
    Index(COLLECTION, (("due_at", 1),), name="due"),
    Index(PLANNED, (("tenant", 1), ("schedule_id", 1), ("state", 1), ("_id", 1)), name="of_schedule"),
    Index(PLANNED, (("tenant", 1), ("schedule_id", 1), ("_id", 1)), name="of_schedule_in_order"),
    Index(PLANNED, (("tenant", 1), ("event_id", 1), ("schedule_id", 1)), name="of_event"),
    Index(PLANNED, (("tenant", 1), ("party_ids", 1)), name="of_party"),
)


class Schedules(Repository[MeetingSchedule]):
    """What was asked for last at each event."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], MeetingSchedule, "schedule")

    def of_event(self, tenant: str, event_id: str, session: ClientSession | None = None) -> MeetingSchedule | None:
        """The event's schedule, if there is any."""
        return self.find_where(tenant, {"event_id": event_id}, session)

    def drop(self, session: ClientSession, schedule: MeetingSchedule) -> None:
        """Makes room for another one; whoever works on it finds that it is gone."""
        self.collection.delete_one({"_id": schedule.id, "tenant": schedule.tenant}, session=session)

    def report(self, schedule: MeetingSchedule, token: str, lease_seconds: float) -> bool:
        """Says how far the worker is that holds the claim of this token, and renews it; False where it passed on."""
        result = self.collection.update_one(
            {"_id": schedule.id, "tenant": schedule.tenant, "claim.token": token},
            [
                {
                    "$set": {
                        "state": schedule.state.value,
                        "stage": schedule.stage,
                        "progress": schedule.progress,
                        "updated_at": schedule.updated_at,
                        "version": {"$add": ["$version", 1]},
                        "claim.until": {"$add": ["$$NOW", int(lease_seconds * 1000)]},
                    }
                }
            ],
        )
        return result.matched_count == 1

    def count(
        self,
        session: ClientSession,
        schedule: MeetingSchedule,
        published: int,
        left_out: int,
        progress: float,
        now: datetime,
    ) -> None:
        """Some more of its meetings are out, or are not possible any more; the claim on it stays."""
        self.collection.update_one(
            {"_id": schedule.id, "tenant": schedule.tenant},
            {
                "$set": {"progress": progress, "updated_at": now},
                "$inc": {"published": published, "left_out": left_out, "version": 1},
            },
            session=session,
        )


class PlannedMeetings(BulkRepository[PlannedMeeting]):
    """What schedules plan; those of one that another took the place of are nobody's, and go."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[PLANNED], PlannedMeeting, "planned meeting")

    def drop_some(self, session: ClientSession, tenant: str, event_id: str, limit: int) -> bool:
        """Removes some of what was planned at the event: another schedule takes its place. Whether there was any."""
        where = {"tenant": tenant, "event_id": event_id}
        ids = [each["_id"] for each in self.collection.find(where, {"_id": 1}, session=session).limit(limit)]
        return self.collection.delete_many({"_id": {"$in": ids}}, session=session).deleted_count > 0

    def of_schedule(
        self,
        tenant: str,
        schedule_id: str,
        state: PlannedState | None,
        *,
        limit: int,
        after: str | None = None,
        session: ClientSession | None = None,
    ) -> Sequence[PlannedMeeting]:
        """A page of them, in order of id."""
        where: Document = {"schedule_id": schedule_id}
        if state is not None:
            where["state"] = state.value
        return self.page(tenant, where, limit=limit, after=after, session=session)

    def count(self, tenant: str, schedule_id: str, state: PlannedState) -> int:
        """How many of them stand there."""
        return self.collection.count_documents({"tenant": tenant, "schedule_id": schedule_id, "state": state.value})

    def people_of(self, session: ClientSession, tenant: str, schedule_id: str) -> frozenset[str]:
        """Who has a published one."""
        stages: list[Document] = [
            {"$match": {"tenant": tenant, "schedule_id": schedule_id, "state": PlannedState.PUBLISHED.value}},
            {"$unwind": "$party_ids"},
            {"$group": {"_id": "$party_ids"}},
        ]
        return frozenset(each["_id"] for each in self.collection.aggregate(stages, session=session))

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[PlannedMeeting]:
        """Those of these members that are not out yet."""
        where = {"party_ids": {"$in": sorted(member_ids)}, "state": PlannedState.PLANNED.value}
        return self.page(tenant, where, limit=0)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves none with one of these members; how many there were."""
        where = {"tenant": tenant, "party_ids": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count
