"""The effects against the topics: every registration once and at its newest, everybody linked, every count right."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Any

from services.events.domain.registration import SEATED
from shared.clock import parse_rfc3339
from shared.storage import Document
from tests.faults.evidence import Evidence
from tests.faults.journal import Entry

_STATUS_BY_TYPE = {
    "org.ithaca.registration.confirmed.v1": "confirmed",
    "org.ithaca.registration.waitlisted.v1": "waitlisted",
    "org.ithaca.registration.no_show.v1": "no_show",
    "org.ithaca.registration.cancelled.v1": None,
}
"""What the world takes a registration to be after this message; None: it has none."""


def effect_violations(evidence: Evidence) -> Iterator[str]:
    """Everything that is not as it would be had nothing gone wrong."""
    newest = _newest(evidence)
    stored = evidence.documents("events", "registrations")
    from_outside = [document for document in stored if document["origin"]]
    registrations = {document["origin"]["source_registration_id"]: document for document in from_outside}
    if len(registrations) != len(from_outside):
        yield "a registration is stored twice"
    yield from (f"{each} is not stored" for each in newest.keys() - registrations.keys())
    yield from (f"{each} is stored and on no topic" for each in registrations.keys() - newest.keys())
    for registration in newest.keys() & registrations.keys():
        yield from _stored(newest[registration], registrations[registration])
    yield from _seats(evidence, stored)
    yield from _announced(
        evidence, registrations, {each["_id"] for each in stored} - {each["_id"] for each in from_outside}
    )
    yield from _linked(evidence, newest, registrations)
    yield from _projected(evidence)


def _newest(evidence: Evidence) -> Mapping[str, Entry]:
    """By registration, the record that wins: by its source's time, then by the message's id."""
    found: dict[str, Entry] = {}
    for entry in sorted(evidence.on("attendees.v1"), key=_age):
        found[_data(entry)["source_registration_id"]] = entry
    return found


def _age(entry: Entry) -> tuple[Any, str]:
    return parse_rfc3339(_data(entry)["updated_at"]), entry.message.id


def _data(entry: Entry) -> Mapping[str, Any]:
    assert entry.message.data is not None
    return entry.message.data


def _stored(newest: Entry, document: Document) -> Iterator[str]:
    said = _data(newest)
    wanted = (newest.message.id, said["status"], said["ticket_type"], said["mentoring"])
    found = (document["record"]["message_id"], document["status"], document["ticket_type"], list(document["mentoring"]))
    if found != wanted:
        yield f"{said['source_registration_id']} is stored as {found}, its newest record says {wanted}"


def _seats(evidence: Evidence, registrations: Sequence[Document]) -> Iterator[str]:
    """Counted by adding and taking away: what was done twice shows here."""
    seated = {status.value for status in SEATED}
    used = Counter(each["event_id"] for each in registrations if each["status"] in seated)
    for event in evidence.documents("events", "events"):
        if event["seats_taken"] != used[event["_id"]]:
            yield f"the event counts {event['seats_taken']} seats, its registrations use {used[event['_id']]}"


def _announced(evidence: Evidence, registrations: Mapping[str, Document], made_here: Set[str]) -> Iterator[str]:
    """The last word about each registration is what it is, and no word is said twice over."""
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry in evidence.on("registrations.v1"):
        if entry.key not in made_here:
            told[entry.key].append(entry)
    for name, document in registrations.items():
        words = told.pop(document["_id"], [])
        said = [(word.message.type, _data(word)["member_id"], tuple(_data(word)["mentoring"])) for word in words]
        if any(before == after for before, after in pairwise(said)):
            yield f"{name} was told of twice over: {said}"
        standing = document["announced"] and (document["announced"]["status"], document["announced"]["member_id"])
        last = words and (_STATUS_BY_TYPE[words[-1].message.type], _data(words[-1])["member_id"])
        if ((last[0] and last) or None if last else None) != (tuple(standing) if standing else None):
            yield f"{name} is announced as {standing}, the log's last word is {last}"
    yield from (f"registration {key} is told of and not stored" for key in told)


def _last_word(words: Sequence[Entry]) -> tuple[str, str] | None:
    """Status and member as the world knows them; None where it knows of no such registration."""
    if not words or (status := _STATUS_BY_TYPE[words[-1].message.type]) is None:
        return None
    return status, _data(words[-1])["member_id"]


def _linked(evidence: Evidence, newest: Mapping[str, Entry], registrations: Mapping[str, Document]) -> Iterator[str]:
    """One member a person, one owner a registration, and events and profiles agree on it."""
    people = {_data(entry)["person"]["email"] for entry in newest.values()}
    members = [each for each in evidence.documents("profiles", "members") if each["_id"] not in evidence.cast]
    if sorted(member["email"] for member in members) != sorted(people):
        yield f"{len(people)} people have become {len(members)} members"
    owners: dict[str, list[str]] = defaultdict(list)
    for member in members:
        for identifier in member["identifiers"]:
            if identifier["of_registration"]:
                owners[identifier["value"].rpartition("/")[2]].append(member["_id"])
    for name, document in registrations.items():
        if owners[name] != [document["member_id"]]:
            yield f"{name} belongs to {owners[name]} in profiles, to {document['member_id']} in events"


def _projected(evidence: Evidence) -> Iterator[str]:
    """What events knows of members is what profiles says of them."""
    wanted = {
        member["_id"]: f"{member['given_name']} {member['family_name']}"
        for member in evidence.documents("profiles", "members")
    }
    found = {member["_id"]: member["name"] for member in evidence.documents("events", "members")}
    for member in wanted.keys() | found.keys():
        if wanted.get(member) != found.get(member):
            yield f"member {member} is {wanted.get(member)!r} in profiles, {found.get(member)!r} in events"
    identifiers = {
        (member["_id"], each["issuer"], each["value"], each["version"])
        for member in evidence.documents("profiles", "members")
        for each in member["identifiers"]
        if each["issuer"] != "email"
    }
    known = {
        (each.get("member_id"), *each["_id"].split("\n")[1:], each.get("version"))
        for each in evidence.documents("events", "identifiers")
    }
    yield from (f"profiles and events differ in the identifier {each}" for each in identifiers ^ known)
