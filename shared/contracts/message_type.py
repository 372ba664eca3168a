"""A message type: its name, its topic, its schema, and whether data is right for it."""

from dataclasses import dataclass

from marshmallow import Schema

from shared.contracts import json_schema
from shared.contracts.topic import Topic
from shared.contracts.validation import checker
from shared.errors import Fault

PREFIX = "org.ithaca."


@dataclass(frozen=True, slots=True)
class MessageType:
    """`name` is the full `ce_type`, as `org.ithaca.member.registered.v1`."""

    name: str
    topic: Topic
    schema: type[Schema] | None
    """The class that defines the data; None for a tombstone, which has none."""
    about: str

    @property
    def tombstone(self) -> bool:
        """Whether the message has no value: everything it says is in its headers."""
        return self.schema is None

    @property
    def short_name(self) -> str:
        """The name without the prefix, as `member.registered.v1`."""
        return self.name.removeprefix(PREFIX)

    @property
    def schema_id(self) -> str:
        """The `$id` of its JSON Schema, and what `ce_dataschema` carries."""
        return f"urn:ithaca:schema:{self.name}"

    def faults(self, data: object) -> list[Fault]:
        """What is wrong with received data (parsed JSON; None for no value). Unknown fields are ignored."""
        if self.schema is None:
            return _tombstone_faults(data)
        return checker(self.schema).faults(data)

    def strict_faults(self, data: object) -> list[Fault]:
        """What is wrong with data about to be sent (JSON values only). Unknown fields are faults."""
        if self.schema is None:
            return _tombstone_faults(data)
        return checker(self.schema).strict_faults(data)

    def json_schema(self) -> json_schema.JsonSchema:
        """Its JSON Schema as consumers may rely on it, with `$id`, `title` and `description`; a fresh copy."""
        head = {"$schema": json_schema.DIALECT, "$id": self.schema_id, "title": self.name, "description": self.about}
        if self.schema is None:
            return {**head, "type": "null"}
        return {**head, **json_schema.tolerant(json_schema.strict(self.schema)), "description": self.about}


def message_type(short_name: str, topic: Topic, schema: type[Schema] | None, about: str) -> MessageType:
    """A message type by its name without the prefix."""
    return MessageType(PREFIX + short_name, topic, schema, about)


def _tombstone_faults(data: object) -> list[Fault]:
    return [] if data is None else [Fault("", "A tombstone has no value.")]
