"""Finding who signs in as whom in a service's own copy of the members: no request waits for another service."""

from pymongo.collection import Collection

from shared.storage.client import Document
from shared.storage.migrations import Index

FIELD = "sign_ins"
"""Where a copy keeps `shared.contracts.sign_in.SignIn`s."""


def index(collection: str) -> Index:
    """For `find`, on the collection of copies."""
    keys = (("tenant", 1), (f"{FIELD}.subject", 1))
    return Index(collection, keys, partial={f"{FIELD}.subject": {"$gt": ""}}, name="sign_ins")


def find(collection: Collection[Document], tenant: str, issuer: str, subject: str) -> str | None:
    """The member who signs in so; None where nobody does. Where two copies say so, the later owner."""
    where = {
        "tenant": tenant,
        FIELD: {"$elemMatch": {"issuer": issuer, "subject": subject}},
        f"{FIELD}.subject": subject,
    }
    owners = [
        (each["version"], str(copy["_id"]))
        for copy in collection.find(where, {FIELD: 1})
        for each in copy[FIELD]
        if (each["issuer"], each["subject"]) == (issuer, subject)
    ]
    return max(owners)[1] if owners else None
