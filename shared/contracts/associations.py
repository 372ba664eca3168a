"""`associations.v1`: the tenant's own face and defaults. Key and id are the tenant's name."""

from shared.contracts.fields import ByName, Email, Free, Line, One, Record
from shared.contracts.message_type import message_type
from shared.contracts.topic import SMALL, Topic, compacted

TOPIC = Topic(
    "associations.v1", "Each association's name, look and defaults.", ("profiles",), compacted(), partitions=SMALL
)


class AssociationColors(Record):
    """Colors of mails and pages, as CSS hexadecimal."""

    primary = Line("The main color, `#14532d`.", 9)
    secondary = Line("The other color.", 9)


class Association(Record):
    """An association in full."""

    id = Line("The tenant.", 100, shortest=1, required=True)
    name = Line("What it is called.", 200, shortest=1, required=True)
    colors = One("Its colors.", AssociationColors)
    logo = Line("URL of its logo.", 2000)
    reply_to = Email("Where answers to its mails go.")
    locale = Line("Its language as a BCP 47 tag.", 35)
    time_zone = Line("Its IANA time zone.", 64)
    defaults = ByName(
        "Defaults it changes, by name.", Free("A number; shared/contracts/defaults.py has the names."), 100
    )


TYPES = (message_type("association.updated.v1", TOPIC, Association, "An association's face or defaults changed."),)
