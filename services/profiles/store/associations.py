"""The associations, one for each tenant."""

from pymongo.database import Database

from services.profiles.domain.association import Association
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import existence

COLLECTION = "associations"
INDEXES = (existence(COLLECTION),)


class Associations(Repository[Association]):
    """One document an association, by the tenant's name."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Association, "association")
