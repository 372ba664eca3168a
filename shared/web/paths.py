"""`<id:name>` in a route: an identifier of ours, handed to the view as text; anything else is not there (404)."""

from flask_smorest import Api
from werkzeug.routing import BaseConverter, ValidationError

from shared.ids import is_id


class IdConverter(BaseConverter):
    """Upper-case digits are the same id, as RFC 9562 has it."""

    regex = "[0-9A-Fa-f-]{36}"

    def to_python(self, value: str) -> str:
        identifier = value.lower()
        if not is_id(identifier):
            raise ValidationError
        return identifier


def document_ids(api: Api) -> None:
    """Shows such a parameter as a UUID in OpenAPI."""
    api.register_converter(IdConverter, lambda _: {"type": "string", "format": "uuid"})
