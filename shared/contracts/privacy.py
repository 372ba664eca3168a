"""`privacy.v1`: erasures asked for, and each service's word that it is done."""

from shared.contracts.fields import ByName, Choice, Code, Id, Line, Many, One, Record, Timestamp, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import SMALL, Topic, kept
from shared.contracts.vocabulary import SERVICES

TOPIC = Topic(
    "privacy.v1",
    "Erasures, asked for and done; identifiers as keyed hashes.",
    SERVICES,
    kept(days=400),
    partitions=SMALL,
)

MOST_HASHES = 1000
"""By which one person may be remembered."""

LONGEST_ID = 200
"""Of what a system outside calls an event or a registration."""


class ErasedRegistration(Record):
    """A registration of the member in a system outside."""

    source = Line("The system.", 100, shortest=1, required=True)
    source_event_id = Line("The event's identifier there.", LONGEST_ID, shortest=1, required=True)
    source_registration_id = Line("The registration's identifier there.", LONGEST_ID, shortest=1, required=True)


class ErasedIdentifier(Record):
    """A keyed hash by which an older record of the erased is known."""

    kind = Code(
        "What was hashed: `email`, `member_number`, `subject`, `buyer` (a buyer's address and the name on the ticket).",
        required=True,
    )
    hash = Line(
        "HMAC-SHA-256 of tenant, kind and value (an address case-folded), hexadecimal.", 64, shortest=64, required=True
    )


class ErasureRequested(Record):
    """A member is to be forgotten; the key is the member."""

    id = Id("The erasure.", required=True)
    member_id = Id("The member.", required=True)
    requested_at = Timestamp("Records of theirs up to this moment are refused from now on.", required=True)
    registrations = Many(
        "Their registrations in systems outside.", One("One.", ErasedRegistration, required=True), 5000, required=True
    )
    hashes = Many(
        "By what else they are known.", One("One.", ErasedIdentifier, required=True), MOST_HASHES, required=True
    )
    merged_ids = Many("Members who had been merged into them.", Id("A member.", required=True), 1000)


class ErasureCompleted(Record):
    """One service has forgotten the member."""

    id = Id("The erasure.", required=True)
    member_id = Id("The member.", required=True)
    service = Choice("Which service.", SERVICES, required=True)
    completed_at = Timestamp("When.", required=True)
    counts = ByName("How many of what it removed or made nameless.", Whole("How many.", 0, 2**53, required=True), 100)


TYPES = (
    message_type("erasure.requested.v1", TOPIC, ErasureRequested, "A member is to be forgotten everywhere."),
    message_type("erasure.completed.v1", TOPIC, ErasureCompleted, "One service has forgotten the member."),
)
