"""`groups.v1`: chapters and interest groups in full; who belongs to one stands with each member."""

from shared.contracts.fields import Choice, Flag, Id, Line, Record, Text
from shared.contracts.message_type import message_type
from shared.contracts.topic import SMALL, Topic, compacted
from shared.contracts.vocabulary import GROUP_KINDS

TOPIC = Topic("groups.v1", "Chapters and interest groups.", ("profiles",), compacted(), partitions=SMALL)


class Group(Record):
    """A chapter or interest group in full."""

    id = Id("The group.", required=True)
    name = Line("What it is called.", 200, shortest=1, required=True)
    kind = Choice("Which of the two.", GROUP_KINDS, required=True)
    description = Text("What it is about.", 10_000)
    archived = Flag("Whether it takes no more members.")


TYPES = (message_type("group.updated.v1", TOPIC, Group, "A group is new, changed or archived."),)
