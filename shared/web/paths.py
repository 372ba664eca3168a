"""Routes: `<id:name>` is an identifier of ours, handed to the view as text; anything else is not there (404)."""

from collections.abc import Callable
from functools import cache, partial

from flask_smorest import Api
from werkzeug.routing import BaseConverter, Rule, ValidationError

from shared.ids import is_id


class Route(Rule):
    """What makes URLs of it is compiled when a first one is asked for.

    Hardly any ever is, and compiling it took four fifths of making an app: a tenth of a second for two hundred routes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


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
