"""Members as identity providers look for them: those they have provisioned, by SCIM's filters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.member import Key, Member
from services.profiles.store.identifiers import Identifiers
from services.profiles.store.members import COLLECTION, Members
from shared.errors import NotFound
from shared.storage.client import Document

if TYPE_CHECKING:  # takes a second to import, and only web processes are asked by filters
    from scim2_models import ScimFilter


class Accounts:
    """The provisioned among the members; who was deleted by the identity provider is none of them."""

    def __init__(self, database: Database[Document], members: Members, identifiers: Identifiers) -> None:
        self._collection = database[COLLECTION]
        self._members = members
        self._identifiers = identifiers

    def get(self, tenant: str, user_id: str, session: ClientSession | None = None) -> Member:
        """The one with this id. Raises NotFound."""
        member = self._members.find_where(tenant, {"_id": user_id, "provision.live": True}, session)
        if member is None:
            raise NotFound("user", user_id)
        return member

    def found(
        self, tenant: str, wanted: "ScimFilter[Any] | None", *, skip: int, limit: int
    ) -> tuple[int, Sequence[Member]]:
        """How many there are, and some of them in the order they became known.

        Raises the protocol's InvalidFilterException for what cannot be filtered by.
        """

        def holder(key: Key) -> str | None:
            return self._identifiers.member_id(tenant, key)

        clauses: list[Document] = [{"tenant": tenant, "provision.live": True}]
        if wanted is not None:
            from services.profiles.store.account_filters import AccountFilter

            clauses.append(AccountFilter(wanted, holder).query())
        query: Document = {"$and": clauses}
        total = self._collection.count_documents(query)
        if limit == 0 or skip >= total:
            return total, ()
        page = self._collection.find(query).sort("_id", 1).skip(skip).limit(limit)
        return total, [self._members.from_document(each) for each in page]
