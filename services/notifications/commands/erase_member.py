"""A member is forgotten here: what others were told of them names somebody without a name from now on."""

from collections import Counter

from services.notifications.commands.strip_webhooks import strip_webhooks
from services.notifications.store import Store
from shared.messaging.due import DueWork
from shared.messaging.erasing import erasing, with_store
from shared.messaging.erasures import Erased
from shared.messaging.unit_of_work import Transaction
from shared.web.idempotency import forgetting_answers


def erasures(store: Store, issuer: str) -> DueWork:
    """The due work of it; `issuer` is that of the callers' tokens."""

    def forget(transaction: Transaction, person: Erased) -> Counter[str]:
        forgotten: Counter[str] = Counter()
        for each in person.ids:
            forgotten += store.forget_member(transaction.session, person.tenant, each)
            store.make_nameless(transaction.session, person.tenant, each, transaction.now)
        return forgotten

    return erasing(store.erasures, (forget, *with_store(store, strip_webhooks), forgetting_answers(issuer)))
