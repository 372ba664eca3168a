"""The Kafka headers of a message: CloudEvents 1.0 in binary mode, described for outside systems."""

from shared.contracts.json_schema import JsonSchema

PUBLISHER_MUST = ("ce_id", "ce_source", "ce_specversion", "ce_tenant", "ce_type")
"""What every message needs, whoever publishes it; our services write all the others too."""

_TIME = "2026-03-01T08:12:44Z"
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def cloud_event_headers() -> JsonSchema:
    """The schema of the headers, each a UTF-8 string."""
    described: dict[str, JsonSchema] = {
        "ce_specversion": {"const": "1.0", "description": "The CloudEvents version."},
        "ce_id": {
            "description": "Unique within `ce_source`, the same on every attempt: a repeated one is applied once. "
            "Our services write UUIDv7.",
            "minLength": 1,
            "maxLength": 1024,
        },
        "ce_source": {
            "description": "Who says it. Our services write `/tenants/{tenant}/services/{service}`.",
            "minLength": 1,
            "maxLength": 1024,
        },
        "ce_type": {"description": "The type; its last part is its version.", "minLength": 1},
        "ce_tenant": {"description": "The association. In structured mode the extension `tenant`.", "minLength": 1},
        "ce_subject": {"description": "The aggregate's id."},
        "ce_time": {"description": "When it happened, RFC 3339.", "format": "date-time"},
        "ce_dataschema": {"description": "The `$id` of the JSON Schema of the data."},
        "ce_partitionkey": {"description": "The record's key again: the aggregate's id."},
        "ce_aggregateversion": {
            "description": "The aggregate's version, rising by key; in compacted topics the highest wins.",
            "pattern": "^[0-9]{1,18}$",
        },
        "ce_correlationid": {"description": "The same on everything that one request or record brought about."},
        "ce_causationid": {"description": "The `ce_id` of the message that brought this one about."},
        "ce_traceparent": {"description": "W3C trace context."},
        "content-type": {"description": "Of the data; absent on a tombstone.", "const": "application/json"},
    }
    properties = {name: {"type": "string", **schema} for name, schema in described.items()}
    return {
        "type": "object",
        "description": "CloudEvents 1.0, binary mode. Structured mode is read as well, never written.",
        "required": list(PUBLISHER_MUST),
        "properties": properties,
    }


def example_headers(type_name: str, message_id: str) -> dict[str, str]:
    """What an outside publisher sends: the required headers, the time and the trace."""
    return {
        "ce_specversion": "1.0",
        "ce_id": message_id,
        "ce_source": "https://tickets.example.org",
        "ce_type": type_name,
        "ce_tenant": "acme",
        "ce_time": _TIME,
        "ce_traceparent": _TRACE,
        "content-type": "application/json",
    }
