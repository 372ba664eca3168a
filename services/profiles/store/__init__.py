"""What profiles keeps, and nobody else reads."""

from pymongo.database import Database

from services.profiles.store import members, registrations, skills
from services.profiles.store.free_labels import FreeLabels
from services.profiles.store.identifiers import Identifiers
from services.profiles.store.members import Members
from services.profiles.store.registrations import Registrations
from services.profiles.store.skills import Skills
from shared.storage.client import Document

INDEXES = (*members.INDEXES, *registrations.INDEXES, *skills.INDEXES)


class Store:
    """The collections of profiles. One for a process; safe to share between threads."""

    def __init__(self, database: Database[Document]) -> None:
        self.members = Members(database)
        self.identifiers = Identifiers(database)
        self.registrations = Registrations(database)
        self.skills = Skills(database)
        self.free_labels = FreeLabels(database)
