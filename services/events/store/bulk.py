"""Reading many at once, where one at a time would be a round trip each."""

from collections import defaultdict
from collections.abc import Iterable

from services.events.domain.registration import Origin
from shared.storage import Document

_LAST_CHARACTER = "\U0010ffff"


def beginnings(origins: Iterable[Origin], field: str) -> list[Document]:
    """The alternatives that find what has, in that field, an id that begins as one of these does, at the same event."""
    return [
        {
            f"{field}.source": origin.source,
            f"{field}.source_event_id": origin.source_event_id,
            f"{field}.source_registration_id": {
                "$gte": origin.source_registration_id,
                "$lt": f"{origin.source_registration_id}{_LAST_CHARACTER}",
            },
        }
        for origin in origins
    ]


def alternatives(origins: Iterable[Origin], field: str) -> list[Document]:
    """The alternatives (`$or`) that find what has one of the origins in that field; the unique index serves them."""
    places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for origin in origins:
        places[origin.source, origin.source_event_id].append(origin.source_registration_id)
    return [
        {
            f"{field}.source": source,
            f"{field}.source_event_id": source_event_id,
            f"{field}.source_registration_id": {"$in": ids},
        }
        for (source, source_event_id), ids in places.items()
    ]
