"""The web app of a service: one path that every request takes.

Routing, then the token, roles and `Accept`, then for a write one transaction with its idempotency key and its row of
the audit, then the view.
"""

from collections.abc import Mapping, Sequence

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from pymongo.database import Database
from werkzeug.exceptions import NotAcceptable
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.errors import Forbidden
from shared.messaging.unit_of_work import UnitOfWork
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.transaction import time_limit
from shared.telemetry.health import Check
from shared.web import audit, bodies, docs, etags, health, idempotency, metrics, ops, problems, tracing
from shared.web.access import Access, access_of_request, view_of_request
from shared.web.auth import Authenticator, Principal, find_principal
from shared.web.blueprint import Blueprint
from shared.web.openapi import describe
from shared.web.paths import IdConverter, Route, document_ids
from shared.web.rates import RateCounter
from shared.web.streams import Streams
from shared.web.transactions import EXTENSION, WRITING, in_transaction
from shared.web.upload import expect_whole_upload


class WebApp(Flask):
    """Flask with the path above in the place where a view is called."""

    url_rule_class = Route
    authenticator: Authenticator | None
    rates: RateCounter | None = None
    request_seconds: int = 30
    largest_upload: int = 1 << 30
    streams: Streams | None = None
    """None: no view of it hands one over."""

    def dispatch_request(self) -> ResponseReturnValue:
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        if request.method == "OPTIONS" and getattr(request.url_rule, "provide_automatic_options", False):
            return self.make_default_options_response()
        access = access_of_request()
        if access.public:
            self._count(None, access)
            etags.check_headers()
            _check_accept()
            return self._answer()
        caller = g.principal = self._authenticate()
        self._count(caller, access)
        _check_roles(caller, access)
        etags.check_headers()
        _check_accept()
        if access.own_transactions:
            return self._enter(caller, access)  # each of its transactions has a limit of its own
        with time_limit(self.request_seconds):
            return self._enter(caller, access)

    def _enter(self, caller: Principal, access: Access) -> Response:
        if access.own_transactions and request.mimetype not in bodies.JSON_TYPES:
            expect_whole_upload(self.largest_upload)
        answer = self._answer
        if request.method not in WRITING:
            return audit.watched(caller, answer)() if audit.is_by_staff(caller, access) else answer()
        if audit.is_by_staff(caller, access):
            answer = audit.recorded(caller, answer, own_transactions=access.own_transactions)
        if request.method == "POST":
            claim = idempotency.claim_of_request(caller, streamed=access.own_transactions)
            if claim is not None:
                run = idempotency.once_streamed if access.own_transactions else idempotency.once
                return run(claim, answer, self._problem)
        return answer() if access.own_transactions else in_transaction(caller.tenant, answer)

    def _authenticate(self) -> Principal:
        if self.authenticator is None:
            raise RuntimeError("this app was made without an authenticator: it can only describe itself")
        return self.authenticator.authenticate(request.headers.get("Authorization"), writes=request.method in WRITING)

    def _count(self, caller: Principal | None, access: Access) -> None:
        """Raises TooManyRequests; health and metrics are nobody's to spend."""
        if self.rates is None or request.blueprint == health.BLUEPRINT:
            return
        if caller is None:
            self.rates.spend("public", request.remote_addr or "")
        elif access.own_transactions and request.blueprint != ops.blueprint.name:
            self.rates.spend("upload", caller.tenant, caller.subject)
        else:
            self.rates.spend("write" if request.method in WRITING else "read", caller.tenant, caller.subject)

    def _answer(self) -> Response:
        etags.reset()
        response = etags.apply(self.make_response(super().dispatch_request()))
        if response.status_code == 204:
            response.set_data(b"")
            response.headers.pop("Content-Type", None)
        return response

    def _problem(self, error: Exception) -> Response:
        return self.make_response(self.handle_user_exception(error))


def create_app(
    *,
    name: str,
    title: str,
    blueprints: Sequence[Blueprint],
    settings: Settings | None = None,
    authenticator: Authenticator | None = None,
    unit_of_work: UnitOfWork | None = None,
    database: Database[Document] | None = None,
    readiness: Mapping[str, Check] | None = None,
) -> WebApp:
    """The web app of the service `name`.

    `authenticator` defaults to the one that the settings describe; `readiness` adds checks to the database's. Without
    settings, unit of work and database the app can describe itself and nothing else, which `contract export` needs.
    """
    app = WebApp(name, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=bodies.LARGEST_BODY, PROPAGATE_EXCEPTIONS=False)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["id"] = IdConverter
    if authenticator is None and settings is not None:
        authenticator = Authenticator.from_settings(settings)
    app.authenticator = authenticator
    if settings is not None:
        _protect(app, settings, database)
    app.extensions[EXTENSION] = unit_of_work
    bodies.install(app)
    problems.register(app)
    metrics.install(app)
    tracing.install(app)
    api = describe(app, title)
    document_ids(api)
    app.after_request(_guard)
    app.register_blueprint(health.blueprint(database, readiness or {}))
    app.register_blueprint(docs.blueprint(title))
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
        if blueprint.dialect is not None and blueprint.url_prefix is not None:
            problems.speak(app, blueprint.url_prefix, blueprint.dialect)
    return app


def _protect(app: WebApp, settings: Settings, database: Database[Document] | None) -> None:
    app.request_seconds = settings.request_seconds
    app.largest_upload = settings.largest_upload
    if settings.rate_limits is not None and database is not None:
        app.rates = RateCounter(database.client, database.name, settings.rate_limits)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]


def _guard(response: Response) -> Response:
    """What is for one caller is kept by no cache in between, and nothing is taken for what it does not say it is."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if find_principal() is not None:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _check_roles(caller: Principal, access: Access) -> None:
    if access.roles and caller.roles.isdisjoint(access.roles):
        raise Forbidden(f"This is for the roles {', '.join(access.roles)}.")


def _check_accept() -> None:
    """406 where the caller takes nothing of what the view gives."""
    if not request.headers.get("Accept"):
        return
    entries = getattr(view_of_request(), "_apidoc", {}).get("response", {}).get("responses", {})
    given = {
        entry.get("content_type") or bodies.JSON
        for status, several in entries.items()
        for entry in several
        if isinstance(entry, dict) and int(status) < 300 and int(status) != 204
    }
    if given and not any(request.accept_mimetypes.quality(kind.partition(";")[0]) > 0 for kind in given):
        raise NotAcceptable(f"Here is only {', '.join(sorted(given))}.")
