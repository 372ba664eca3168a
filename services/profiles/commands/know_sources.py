"""An event says which systems it is also in, and which of them its tenant has configured."""

from collections.abc import Sequence

from services.profiles.store import Store
from services.profiles.store.sources import place_of
from shared.messaging.envelope import Message
from shared.messaging.reactions import Caused


def know_sources(store: Store, messages: Sequence[Caused]) -> None:
    """Follows `events.v1`: what waited for a source event that is admitted now is taken in soon after."""
    for transaction, message in messages:
        session, tenant = transaction.session, transaction.tenant
        before = store.sources.admitted_by(session, tenant, message.key)
        admitted = _admitted(message)
        store.sources.keep(session, tenant, message.key, admitted)
        store.sources.admit(session, tenant, admitted - before, transaction.now)


def keep_sources(store: Store, messages: Sequence[Caused]) -> None:
    """The copy alone."""
    for transaction, message in messages:
        store.sources.keep(transaction.session, transaction.tenant, message.key, _admitted(message))


def _admitted(message: Message) -> set[str]:
    """Also those of which it is not said: events that were announced by older versions do not say."""
    named = (message.data or {}).get("sources") or ()
    return {place_of(each["source"], each["source_event_id"]) for each in named if each.get("configured") is not False}
