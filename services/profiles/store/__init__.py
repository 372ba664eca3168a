"""What profiles keeps, and nobody else reads."""

from pymongo.database import Database

from services.profiles.store import (
    associations,
    candidates,
    earnings,
    erasures,
    exports,
    groups,
    identifiers,
    member_imports,
    members,
    merges,
    participations,
    registrations,
    skills,
    sources,
)
from services.profiles.store.accounts import Accounts
from services.profiles.store.associations import Associations
from services.profiles.store.candidates import Candidates
from services.profiles.store.earnings import Earnings
from services.profiles.store.erasures import ErasureRequests
from services.profiles.store.exports import Exports
from services.profiles.store.free_labels import FreeLabels
from services.profiles.store.groups import Groups
from services.profiles.store.identifiers import Identifiers
from services.profiles.store.member_imports import MemberImports
from services.profiles.store.members import Members
from services.profiles.store.merges import Merged
from services.profiles.store.participations import Participations
from services.profiles.store.registrations import Registrations
from services.profiles.store.skills import Skills
from services.profiles.store.sources import Sources
from shared.messaging.erasures import Erasures
from shared.storage import encounters, kept_apart
from shared.storage.client import Document
from shared.storage.encounters import Encounters
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.kept_apart import KeptApart

INDEXES = (
    *associations.INDEXES,
    *erasures.INDEXES,
    *identifiers.INDEXES,
    *candidates.INDEXES,
    *earnings.INDEXES,
    *encounters.INDEXES,
    *exports.INDEXES,
    *groups.INDEXES,
    *kept_apart.INDEXES,
    *member_imports.INDEXES,
    *members.INDEXES,
    *merges.INDEXES,
    *participations.INDEXES,
    *registrations.INDEXES,
    *skills.INDEXES,
    *sources.INDEXES,
)


class Store:
    """The collections of profiles. One for a process; safe to share between threads."""

    def __init__(self, database: Database[Document], hashes: IdentifierHashes | None = None) -> None:
        """`hashes` recognize the erased; without them nobody can be erased, and only tickets are recognized."""
        self.erasures = Erasures(database, hashes or IdentifierHashes(()))
        self.erasure_requests = ErasureRequests(database)
        self.imports = MemberImports(database)
        self.members = Members(database)
        self.merged = Merged(database)
        self.candidates = Candidates(database)
        self.associations = Associations(database)
        self.earnings = Earnings(database)
        self.exports = Exports(database)
        self.groups = Groups(database)
        self.identifiers = Identifiers(database, self.erasures)
        self.kept_apart = KeptApart(database)
        self.accounts = Accounts(database, self.members, self.identifiers)
        self.encounters = Encounters(database, self.merged.lookup)
        self.participations = Participations(database)
        self.registrations = Registrations(database)
        self.sources = Sources(database)
        self.skills = Skills(database)
        self.free_labels = FreeLabels(database)
