"""Who would rather not meet whom at an event."""

from collections.abc import Collection

from pymongo.client_session import ClientSession

from services.events.store import Store


def no_thanks_among(
    store: Store, tenant: str, event_id: str, member_ids: Collection[str], session: ClientSession | None = None
) -> frozenset[tuple[str, str]]:
    """All that these members said, as pairs of who would rather not meet and whom, by who the two are now."""
    merged = store.merges.merged_into(tenant, member_ids, session)
    said = store.wishes.of_members(tenant, {*member_ids, *merged}, event_id, session)
    whom = store.merges.survivors(tenant, {each for wishes in said for each in wishes.no_thanks}, session)
    return frozenset(
        (merged.get(wishes.member_id, wishes.member_id), whom[each]) for wishes in said for each in wishes.no_thanks
    )
