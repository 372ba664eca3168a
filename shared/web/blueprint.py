"""The blueprint that services write: flask-smorest's, with types, our JSON, and our marks in OpenAPI."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from apispec import APISpec
from flask import Blueprint as FlaskBlueprint
from flask import Flask, Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from shared.errors import Invalid
from shared.web.bodies import json_body
from shared.web.openapi import Api
from shared.web.operations import document_operation, operation_id
from shared.web.paging import page_of
from shared.web.pointers import faults_of
from shared.web.problems import Dialect

V = TypeVar("V", bound=Callable[..., Any])
View = Callable[..., Any]
SchemaLike = type[Schema] | Schema


class _Parser(FlaskParser):
    """Arguments from a request: a body's unknown fields are faults, a query's are nobody's business."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"json": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs gives both
        return json_body(req)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002 - webargs gives all of them
        schema: Schema,
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> Any:
        # webargs files the messages under where they were found: {"json": {...}}.
        [(location, messages)] = error.messages_dict.items()
        if location == "json":
            raise Invalid(faults_of(messages, schema)) from None
        raise Invalid(faults_of(messages, schema), "Some query parameters are not valid.") from None


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """One resource. `name` is its tag in OpenAPI; view docstrings are summary and description.

    `dialect` says the errors under its prefix where another standard is followed than ours; OpenAPI then calls them
    `errors_as`, a media type.

    Order of decorators, from the top: the route, `@roles` or `@public`, `arguments`, `response` or `page`.
    """

    ARGUMENTS_PARSER = _Parser()

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        url_prefix: str | None = None,
        description: str = "",
        dialect: Dialect | None = None,
        errors_as: str | None = None,
    ) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, description=description)
        self.dialect = dialect
        self._prepare_doc_cbks.append(partial(document_operation, errors_as=errors_as))

    def register_views_in_doc(self, api: Api, app: Flask, spec: APISpec, **options: Any) -> None:
        """When the document is first asked for: it would take most of an app's start, and few processes are asked."""
        api.describe_later(lambda: super(Blueprint, self).register_views_in_doc(api, app, spec, **options))

    def route(self, rule: str, *, methods: Sequence[str] = ("GET",), **options: Any) -> Callable[[V], V]:
        """Registers a view; `<id:name>` in the rule takes ids of ours only."""
        register: Callable[[V], V] = super().route(rule, methods=methods, **options)

        def decorator(view: V) -> V:
            identifier = operation_id(f"{self.name}.{view.__name__}")
            view._apidoc = {**getattr(view, "_apidoc", {}), "operation_id": identifier}  # type: ignore[attr-defined]
            return register(view)

        return decorator

    def undocumented(self, rule: str, *, methods: Sequence[str] = ("GET",)) -> Callable[[V], V]:
        """Registers a view of a protocol that describes itself, and that OpenAPI leaves out."""

        def decorator(view: V) -> V:
            FlaskBlueprint.add_url_rule(self, rule, view.__name__, view, methods=methods)
            return view

        return decorator

    def get(self, rule: str, **options: Any) -> Callable[[V], V]:
        return self.route(rule, methods=("GET",), **options)

    def post(self, rule: str, **options: Any) -> Callable[[V], V]:
        return self.route(rule, methods=("POST",), **options)

    def put(self, rule: str, **options: Any) -> Callable[[V], V]:
        return self.route(rule, methods=("PUT",), **options)

    def patch(self, rule: str, **options: Any) -> Callable[[V], V]:
        return self.route(rule, methods=("PATCH",), **options)

    def delete(self, rule: str, **options: Any) -> Callable[[V], V]:
        return self.route(rule, methods=("DELETE",), **options)

    def arguments(self, schema: SchemaLike, *, location: str = "json", **options: Any) -> Callable[[View], View]:
        """The view takes what this schema loads as its next positional argument, before the path's.

        `location` is `json` or `query`. Faults are answered with 422 and a pointer each.
        """
        # One for all requests: webargs would make one of the class for each, which takes longer than to load by it.
        made = schema() if isinstance(schema, type) else schema
        decorator: Callable[[View], View] = super().arguments(made, location=location, **options)
        return decorator

    def response(self, status_code: int, schema: SchemaLike | None = None, **options: Any) -> Callable[[View], View]:
        """What the view returns is dumped by this schema and answered with this status.

        A view that returns a `flask.Response` answers by that; `content_type` then names its type, for documents and
        for `Accept`.
        """
        # A type of content is documented by the schema that it has: without one the documents would leave it out.
        described = {"type": "string"} if schema is None and "content_type" in options else schema
        decorator: Callable[[View], View] = super().response(status_code, described, **options)
        return decorator

    def or_answers(self, status_code: int, schema: SchemaLike) -> Callable[[View], View]:
        """The view may also answer this status, by returning it, with what this schema dumps as well."""
        decorator: Callable[[View], View] = super().alt_response(status_code, schema=schema, success=True)
        return decorator

    def page(self, schema: type[Schema], *, beside: type[Schema] | None = None) -> Callable[[View], View]:
        """The view returns a `shared.web.paging.Page` of items that this schema dumps.

        What `beside` dumps stands beside them: the view then returns something with its fields, `items` and `next`.
        """
        respond = self.response(200, page_of(schema, beside))

        def decorator(view: View) -> View:
            answering = respond(view)
            answering._apidoc["paged"] = True  # type: ignore[attr-defined]
            return answering

        return decorator

    def takes(self, *content_types: str) -> Callable[[V], V]:
        """Documents a body that the view reads by itself, as uploads do."""

        def decorator(view: V) -> V:
            view._apidoc = {**getattr(view, "_apidoc", {}), "takes": content_types}  # type: ignore[attr-defined]
            return view

        return decorator

    def doc(self, **content: Any) -> Callable[[View], View]:
        """Merges this into the operation's entry in OpenAPI."""
        decorator: Callable[[View], View] = super().doc(**content)
        return decorator
