"""The OpenAPI 3.1 document of a service, made from its blueprints."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from flask_smorest import Api as SmorestApi
from marshmallow import fields

from shared.web import problems
from shared.web.operations import BEARER, register_parameters

VERSION = "1.0.0"
"""Of every service's HTTP interface; a breaking change goes to a new path prefix instead."""


class FaultSchema(marshmallow.Schema):
    """One fault of a 422."""

    pointer = fields.String(required=True, metadata={"description": "RFC 6901 JSON pointer into the body."})
    detail = fields.String(required=True)


class ProblemSchema(marshmallow.Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema), metadata={"description": "Only with 422."})


class Api(SmorestApi):  # type: ignore[misc]
    """flask-smorest's document, with problems as error responses; it serves nothing by itself.

    Its `spec` has no paths until `document` is called.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._undescribed: list[Callable[[], None]] = []
        self._describing = threading.Lock()
        super().__init__(*arguments, **options)

    def describe_later(self, describe: Callable[[], None]) -> None:
        """Calls this before the document is given for the first time; what came first is called first."""
        self._undescribed.append(describe)

    def document(self) -> dict[str, Any]:
        """All that is registered. Safe to be called by several threads."""
        with self._describing:
            while self._undescribed:
                self._undescribed[0]()
                del self._undescribed[0]
            content: dict[str, Any] = self.spec.to_dict()
            return content

    def _register_error_handlers(self) -> None:
        """`shared.web.problems` has them."""

    def _register_responses(self) -> None:
        """As flask-smorest's, in the content type that problems have."""
        for status in HTTPStatus:
            content: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                content["content"] = {problems.CONTENT_TYPE: {"schema": ProblemSchema}}
            self.spec.components.response(status.name, content, lazy=True)
        default = {"description": "A problem", "content": {problems.CONTENT_TYPE: {"schema": ProblemSchema}}}
        self.spec.components.response("DEFAULT_ERROR", default, lazy=True)


def describe(app: Flask, title: str) -> Api:
    """Makes the app describe itself; blueprints are then registered with the returned `Api`."""
    app.config.update(API_TITLE=title, API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    options = {
        "servers": [{"url": "/"}],
        "security": [{BEARER: []}],
    }
    api = Api(app, spec_kwargs=options | {"marshmallow_plugin": MarshmallowPlugin(_schema_name)})
    api.spec.components.security_scheme(BEARER, bearer)
    register_parameters(api)
    return api


def _schema_name(schema: Any) -> str:
    """The schema's name without `Schema`; one of a merge patch, where every field may be absent, is its `Changes`."""
    kind = resolve_schema_cls(schema)
    name = kind.__name__ if isinstance(kind, type) else str(kind)
    short = name.removesuffix("Schema") or name
    return f"{short}Changes" if getattr(schema, "partial", None) is True else short


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app made by `create_app`; needs neither database nor broker."""
    api: Api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return api.document()
