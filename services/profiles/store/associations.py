"""The associations, one for each tenant."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.association import Association
from shared.contracts.defaults import DEFAULTS
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import existence

COLLECTION = "associations"
INDEXES = (existence(COLLECTION),)


class Associations(Repository[Association]):
    """One document an association, by the tenant's name."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Association, "association")

    def number(self, tenant: str, name: str, session: ClientSession) -> int:
        """What the association goes by, of the numbers in `shared.contracts.defaults`."""
        association = self.find(tenant, tenant, session)
        own = {} if association is None else association.defaults
        return own.get(name, DEFAULTS[name].value)
