"""What is left of an erased member here goes: records that wait, rows of feeds, what they took part in."""

from collections import Counter
from collections.abc import Mapping

from services.profiles.commands.merge_member import announce_merge_again
from services.profiles.domain.erasure import Acknowledgment
from services.profiles.domain.member import email_key, number_key
from services.profiles.domain.registration import Registration
from services.profiles.store import Store
from services.profiles.store.member_imports import StagedRow
from shared.messaging.due import DueWork
from shared.messaging.erasing import erasing, with_store
from shared.messaging.erasures import Erased
from shared.messaging.traces import Traces
from shared.messaging.unit_of_work import Transaction
from shared.storage.identifier_hashes import EMAIL, NUMBER
from shared.web.idempotency import forgetting_answers

_PAGE = 500


def erasures(store: Store, issuer: str) -> DueWork:
    """The due work of it; `issuer` is that of the callers' tokens."""

    def finish(transaction: Transaction, erasure_id: str, counts: Mapping[str, int]) -> None:
        found = store.erasure_requests.get(transaction.tenant, erasure_id, transaction.session)
        done = found.acknowledged(transaction.service, Acknowledgment(transaction.now, dict(counts)), transaction.now)
        store.erasure_requests.save(transaction.session, done)

    def close(transaction: Transaction, member_id: str, version: int) -> None:
        # A broker closes a segment when the next record comes, and compacts none that is open: where nobody else of
        # its partition changes, what the tombstone replaced would stay there. So would what a merge replaced.
        transaction.publish("member.erased.v1", key=member_id, version=version, data=None, again=True)
        for each in sorted(store.merged.lookup.merged_into(transaction.tenant, [member_id], transaction.session)):
            announce_merge_again(transaction, store, each)

    own = with_store(
        store,
        _forget_participations,
        _forget_waiting,
        _blank_rows,
    )
    return erasing(store.erasures, (*own, forgetting_answers(issuer)), finish, close)


def is_erased(transaction: Transaction, store: Store, registration: Registration) -> bool:
    """Whether a record that has waited is about somebody who was erased since."""
    traces = _traces(registration)
    return store.erasures.standing(transaction.session, transaction.tenant, [traces]).forbids(traces)


def _forget_participations(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    store.exports.forget(transaction.session, person.tenant, person.ids)
    store.kept_apart.forget(transaction.session, person.tenant, person.ids)
    store.earnings.forget(transaction.session, person.tenant, person.ids)
    store.encounters.forget(transaction.session, person.tenant, person.ids)
    gone = store.participations.forget(transaction.session, person.tenant, person.ids)
    return Counter({"participations": gone}) if gone else Counter()


def _forget_waiting(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Records of sources that nobody has named yet."""
    found: Counter[str] = Counter()
    after = ""
    while page := store.registrations.waiting_for_any(person.tenant, after, _PAGE):
        for each in page:
            if person.is_meant_by(_traces(each)):
                store.registrations.forget(transaction.session, each)
                found["waiting_records"] += 1
        after = page[-1].id
    return found


def _blank_rows(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Rows of feeds on their way say no longer whose they are; their feed reports them as erased."""

    def is_theirs(row: StagedRow) -> bool:
        address = (row.content or {}).get("email")
        if isinstance(address, str) and person.is_known_by(EMAIL, email_key(address).value):
            return True
        return bool(row.member_number) and person.is_known_by(NUMBER, number_key(row.member_number).value)

    blanked = store.imports.blank(transaction.session, person.tenant, is_theirs, before=person.erasure_id or "")
    return Counter({"feed_rows": blanked}) if blanked else Counter()


def _traces(registration: Registration) -> Traces:
    source, value = registration.key
    event, _, identifier = value.partition("/")
    told = registration.told
    at = registration.said_at
    if told is None:
        return Traces((source, event, identifier), said_at=at)
    return Traces((source, event, identifier), told.email, told.number, told.buyer_email, told.folded_name, at)
