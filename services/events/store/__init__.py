"""The collections of events: what is kept, by which keys, and every query on it."""

from pymongo.database import Database

from services.events.domain.attendee_import import AttendeeImport
from services.events.domain.event import Event
from services.events.domain.mentoring_session import MentoringSession
from services.events.domain.source import Source
from services.events.store import departures, events, held_time, mentoring_sessions, source_names, sources
from services.events.store.attendance import Attendance
from services.events.store.calendars import Calendars
from services.events.store.corners import CornerOffers, Corners
from services.events.store.deliveries import Deliveries
from services.events.store.departures import Departures
from services.events.store.event_programs import EventPrograms
from services.events.store.events import Events
from services.events.store.held_time import HeldTime
from services.events.store.indexes import INDEXES
from services.events.store.meeting_groups import KeptMeetingGroups
from services.events.store.meetings import Meetings
from services.events.store.mentoring_sessions import MentoringSessions
from services.events.store.people import People
from services.events.store.refused import Refused
from services.events.store.registrations import Registrations
from services.events.store.rejections import Rejections
from services.events.store.round_links import RoundLinks
from services.events.store.round_places import RoundPlaces
from services.events.store.round_seats import RoundSeats
from services.events.store.round_series import SeriesOfRounds
from services.events.store.round_sheets import RoundSheets
from services.events.store.schedules import PlannedMeetings, Schedules
from services.events.store.slot_plans import SlotPlans
from services.events.store.source_events import SourceEvents
from services.events.store.source_names import SourceNames
from services.events.store.sources import Sources
from services.events.store.syncs import Syncs
from services.events.store.topics import Topics
from services.events.store.unmapped import UnmappedRecords
from services.events.store.waitlist import Waitlist
from services.events.store.wishes import SaidWishes
from shared.messaging.erasures import Erasures
from shared.messaging.second_looks import SecondLooks
from shared.storage import Document, Repository
from shared.storage.association_defaults import AssociationDefaults
from shared.storage.group_names import GroupNames
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.kept_apart import KeptApart
from shared.storage.merges import Merges

__all__ = ["INDEXES", "Store"]


class Store:
    """All of it; one for a process, safe to share between threads."""

    def __init__(self, database: Database[Document], hashes: IdentifierHashes | None = None) -> None:
        """`hashes` recognize the erased; without them only their tickets are recognized."""
        self.database = database
        self.erasures = Erasures(database, hashes or IdentifierHashes(()))
        self.events = Events(database[events.COLLECTION], Event, "event")
        self.registrations = Registrations(database)
        self.attendance = Attendance(database["attendance"])
        self.calendars = Calendars(database["calendars"])
        self.people = People(database)
        self.association_defaults = AssociationDefaults(database)
        self.group_names = GroupNames(database)
        self.merges = Merges(database)
        self.second_looks = SecondLooks(database)
        self.mentoring_sessions = MentoringSessions(
            database[mentoring_sessions.COLLECTION], MentoringSession, "mentoring session"
        )
        self.source_events = SourceEvents(database["source_events"], self.events)
        self.waitlist = Waitlist(database)
        self.unmapped = UnmappedRecords(database["unmapped"])
        self.refused = Refused(database["refused"])
        self.rejections = Rejections(database, self.refused)
        self.sources = Sources(database[sources.COLLECTION], Source, "source")
        self.source_names = SourceNames(database[source_names.COLLECTION])
        self.syncs = Syncs(database)
        self.deliveries = Deliveries(database["deliveries"])
        self.imports = Repository(database["imports"], AttendeeImport, "import")
        self.held_time = HeldTime(database[held_time.COLLECTION])
        self.slot_plans = SlotPlans(database)
        self.meetings = Meetings(database)
        self.topics = Topics(database)
        self.corners = Corners(database)
        self.corner_offers = CornerOffers(database)
        self.event_programs = EventPrograms(database)
        self.departures = Departures(database[departures.COLLECTION])
        self.meeting_groups = KeptMeetingGroups(database)
        self.wishes = SaidWishes(database)
        self.kept_apart = KeptApart(database)
        self.round_series = SeriesOfRounds(database)
        self.round_seats = RoundSeats(database)
        self.round_places = RoundPlaces(database, self.round_seats)
        self.round_sheets = RoundSheets(database, self.round_seats)
        self.round_links = RoundLinks(database)
        self.schedules = Schedules(database)
        self.planned_meetings = PlannedMeetings(database)
