"""One AsyncAPI 3.0 document of every topic and message, for systems outside: nobody has to be asked.

The operations are those of the platform as a whole: it sends on every topic but one, and receives attendee records.
"""

from collections.abc import Iterator
from typing import Any

from shared.contracts import dead, registry
from shared.contracts.example import examples_of
from shared.contracts.headers import cloud_event_headers, example_headers
from shared.contracts.json_schema import JsonSchema, definitions, tolerant
from shared.contracts.message_type import MessageType
from shared.contracts.topic import OUTSIDE, Topic

VERSION = "1.0.0"
_KAFKA = "0.5.0"
_NUMERIC = (".ms", ".bytes")
_DEAD_LETTER = "dead-letter"

Node = dict[str, Any]


def document(topic_prefix: str = "ithaca.") -> Node:
    """The document, as JSON values; `topic_prefix` is what the topics' names begin with on the broker."""
    types = registry.all_types()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ithaca",
            "version": VERSION,
            "description": "What the services of Ithaca tell each other and the world over Kafka. Fields are only ever "
            "added within a version of a type; ignore what you do not know. Any system may publish attendee "
            "records on `attendees.v1`.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{brokers}",
                "protocol": "kafka",
                "description": "The brokers named by KAFKA_BOOTSTRAP_SERVERS.",
                "variables": {"brokers": {"default": "127.0.0.1:9092", "description": "One or more host:port."}},
            }
        },
        "channels": {topic.name: _channel(topic, topic_prefix) for topic in registry.all_topics()},
        "operations": {name: operation for topic in registry.all_topics() for name, operation in _operations(topic)},
        "components": {
            "schemas": _schemas(types),
            "messages": {each.name: _message(each) for each in types} | {_DEAD_LETTER: _dead_letter()},
        },
    }


def _names(topic: Topic) -> tuple[str, ...]:
    """The keys of the channel's messages."""
    return tuple(each.name for each in registry.all_types() if each.topic == topic) or (_DEAD_LETTER,)


def _channel(topic: Topic, prefix: str) -> Node:
    configuration = {
        name: [value] if name == "cleanup.policy" else int(value) if name.endswith(_NUMERIC) else value
        for name, value in topic.config.items()
    }
    return {
        "address": prefix + topic.name,
        "description": topic.about,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic)},
        "bindings": {
            "kafka": {
                "topic": prefix + topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": _KAFKA,
            }
        },
    }


def _operations(topic: Topic) -> Iterator[tuple[str, Node]]:
    messages = [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in _names(topic)]
    for writer in topic.written_by:
        receives = writer == OUTSIDE
        name = f"receive.{topic.name}" if receives else f"{writer}.send.{topic.name}"
        yield (
            name,
            {
                "action": "receive" if receives else "send",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "summary": "Read from systems outside." if receives else f"Written by {writer}.",
                "messages": messages,
            },
        )


def _message(message_type: MessageType) -> Node:
    schema = message_type.schema
    payload: Node = {"type": "null"} if schema is None else {"$ref": f"#/components/schemas/{schema.__name__}"}
    own_headers = {"type": "object", "properties": {"ce_type": {"const": message_type.name}}}
    return {
        "name": message_type.name,
        "title": message_type.short_name,
        "summary": message_type.about,
        "contentType": "application/json",
        "headers": {"type": "object", "allOf": [{"$ref": "#/components/schemas/CloudEventHeaders"}, own_headers]},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": payload,
        "bindings": {"kafka": {"key": _key(message_type), "bindingVersion": _KAFKA}},
        "examples": list(_examples(message_type)),
    }


def _key(message_type: MessageType) -> Node:
    if OUTSIDE in message_type.topic.written_by:
        return {"type": "string", "description": "Anything that keeps one registration's records together."}
    return {"type": "string", "description": "The aggregate's id, as in ce_subject."}


def _examples(message_type: MessageType) -> Iterator[Node]:
    from_outside = OUTSIDE in message_type.topic.written_by
    for example in examples_of(message_type):
        headers = {"headers": example_headers(message_type.name, example.name)} if from_outside else {}
        yield {"name": example.name, **headers, "payload": example.data}


def _dead_letter() -> Node:
    properties = {name: {"type": "string", "description": about} for name, about in dead.HEADERS}
    return {
        "name": _DEAD_LETTER,
        "title": "A dead letter",
        "summary": "The original message, its headers and value unchanged, with the reason it could not be processed. "
        "Without the value where it held a member's data or was too large.",
        "headers": {"type": "object", "required": sorted(properties), "properties": properties},
        "payload": {"description": "Whatever was received."},
        "bindings": {"kafka": {"key": {"type": "string", "description": "As received."}, "bindingVersion": _KAFKA}},
    }


def _schemas(types: tuple[MessageType, ...]) -> dict[str, JsonSchema]:
    schemas: dict[str, JsonSchema] = {"CloudEventHeaders": cloud_event_headers()}
    for schema in (each.schema for each in types):
        if schema is not None:
            body, nested = definitions(schema)
            schemas |= {name: _as_component(part) for name, part in {**nested, schema.__name__: body}.items()}
    return dict(sorted(schemas.items()))


def _as_component(schema: JsonSchema) -> JsonSchema:
    component: JsonSchema = _hoisted(tolerant(schema))
    return component


def _hoisted(node: Any) -> Any:
    """References point at the document's components and stand alone: what stands beside one would be ignored."""
    if isinstance(node, list):
        return [_hoisted(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {key: _hoisted(value) for key, value in node.items()}
    reference = {"$ref": node["$ref"].replace("#/$defs/", "#/components/schemas/")}
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return {**beside, "allOf": [reference]} if beside else reference
