"""What the machinery itself may hold of a person: letters, messages not sent yet, copies that a rebuild has begun."""

from collections import Counter
from collections.abc import Iterator

from shared.messaging import barred, letters, outbox, replay
from shared.messaging.envelope import STRUCTURED
from shared.messaging.erasures import Erased
from shared.messaging.letters import Letter
from shared.messaging.record import Record
from shared.messaging.traces import addresses_in, traces_of_record
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.identifier_hashes import EMAIL

_AT_ONCE = 50
_MEMBERS, _ATTENDEES, _DEAD = "members.v1", "attendees.v1", "dead."
_MERGED = b"org.ithaca.member.merged.v1"
_SLOTS = list(range(outbox.SLOTS))


def purge_letters(transaction: Transaction, person: Erased) -> Counter[str]:
    """Parked and dead messages about the person go; what waited behind one has its turn.

    A parked record of somebody else that names the person as its buyer is left: it is tried again, and taken without.
    """
    where = {"topic": {"$in": [_MEMBERS, _ATTENDEES]}, "tenant": {"$in": [person.tenant, ""]}}
    purged: Counter[str] = Counter()
    for found in transaction.database[letters.COLLECTION].find(where):
        letter = Letter.from_document(found)
        if not _is_about(letter, person):
            continue
        _purge(transaction, letter)
        purged["letters"] += 1
        if purged["letters"] == _AT_ONCE:
            break
    return purged


def purge_outbox(transaction: Transaction, person: Erased) -> Counter[str]:
    """Messages about the person that were not sent yet are not sent; a tombstone is, and so is a merge.

    Either is the end of what its key says on the topic, and holds nothing of the person.

    A relay that has one in hand sends it all the same: before the tombstone, as the order of a key holds. A record of
    somebody else that names the person as its buyer is sent, too: its readers take it without.
    """
    purged: Counter[str] = Counter()
    for row in _unsent(transaction):
        record = _record(row)
        is_dead = row["topic"].startswith(_DEAD)
        if _is_an_end(row) or not _is_of(record, person) or not _tells_of(record, person, also_as_buyer=is_dead):
            continue
        if "barred" in row:
            barred.drop(transaction, row["_id"])
        else:
            still = {"_id": row["_id"], "settled": {"$exists": False}}
            transaction.database[outbox.COLLECTION].delete_one(still, session=transaction.session)
        purged["unsent_messages"] += 1
    return purged


def purge_shadows(transaction: Transaction, person: Erased) -> Counter[str]:
    """Copies that a rebuild has begun, or that one left which was killed: nothing of the person is in them.

    A rebuild that goes on passes the person over, as it does all who were erased.
    """
    database, ids = transaction.database, list(person.ids)
    mine = {"$or": [{"_id": {"$in": ids}}, {"member_id": {"$in": ids}}]}
    for name in database.list_collection_names(filter={"name": {"$regex": r"\.rebuild\."}}):
        database[name].delete_many(mine)
    return Counter()


def _purge(transaction: Transaction, letter: Letter) -> None:
    current = letters.get(transaction.database, letter.id, transaction.session)
    if current.state in letters.OPEN:
        replay.give_up(transaction, current)
    transaction.database[letters.COLLECTION].delete_one({"_id": letter.id}, session=transaction.session)


def _is_about(letter: Letter, person: Erased) -> bool:
    if letter.tenant != person.tenant and not _is_of(letter.record, person):
        return False
    return _tells_of(letter.record, person, also_as_buyer=letter.state not in (letters.PARKED, letters.REPLAYING))


def _tells_of(record: Record, person: Erased, *, also_as_buyer: bool) -> bool:
    if record.topic == _MEMBERS:
        return (record.key or b"").decode(errors="replace") in person.ids
    traces = traces_of_record(record)
    if person.is_meant_by(traces):
        return True
    if person.is_later(traces.said_at):
        return False
    # Whatever it is: it may not even be JSON.
    return also_as_buyer and any(person.is_known_by(EMAIL, each) for each in addresses_in(record.value))


def _is_of(record: Record, person: Erased) -> bool:
    """Whether it is the tenant's, as far as its headers say whose it is."""
    named = {name.lower(): content for name, content in record.headers}
    tenant = named.get("ce_tenant")
    if tenant is not None:
        return tenant == person.tenant.encode()
    return (named.get("content-type") or b"").startswith(STRUCTURED.encode()) or "ce_specversion" not in named


def _unsent(transaction: Transaction) -> Iterator[Document]:
    """Rows of topics that may hold personal data, whose value is still there."""
    rows = transaction.database[outbox.COLLECTION]
    topics = {"topic": {"$regex": rf"^({_MEMBERS}|{_ATTENDEES}|{_DEAD})".replace(".", r"\.")}}
    for state in ({"pending": True}, {"barred": {"$exists": True}}):
        yield from rows.find({"slot": {"$in": _SLOTS}, **state, **topics})
    yield from rows.find({"behind": True, **topics})


def _is_an_end(row: Document) -> bool:
    return row["value"] is None or (row["topic"] == _MEMBERS and dict(row["headers"]).get("ce_type") == _MERGED)


def _record(row: Document) -> Record:
    """The record that the row becomes; a dead letter is read as what it was."""
    headers = [(name, content) for name, content in row["headers"]]
    original = dict(headers).get("x-dead-topic", row["topic"].encode())
    topic = original.decode() if isinstance(original, bytes) else str(original)
    return Record(topic, 0, 0, None, row["key"].encode(), row["value"], headers)
