"""What a view asks of its caller, said by decorators beside it, enforced by `shared.web.app`, shown in OpenAPI."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, request

V = TypeVar("V", bound=Callable[..., Any])

ROLES = ("member", "coordinator", "organizer", "integrator", "operator")
"""The roles a token may carry; none implies another."""


@dataclass(frozen=True, slots=True)
class Access:
    """The marks of one view. The default: any valid token, one transaction for a write."""

    public: bool = False
    roles: tuple[str, ...] = ()
    own_transactions: bool = False


def public(view: V) -> V:
    """Nobody needs a token here: hooks, calendars by token, unsubscribe, bounces, link pages.

    Without a token there is no tenant, so a public view that writes calls `unit_of_work().run` itself.
    """
    return _mark(view, public=True)


def roles(*names: str) -> Callable[[V], V]:
    """Only a token with one of these roles may call the view; others get a 403 that names them."""
    if not names or (unknown := set(names) - set(ROLES)):
        raise ValueError(f"not roles of the contract: {sorted(unknown) if names else 'none given'}")
    return lambda view: _mark(view, roles=names)


def manages_own_transactions(view: V) -> V:
    """For bulk uploads: no transaction around the view, and its body is a stream that is not kept.

    It calls `unit_of_work().run` for each batch. `Idempotency-Key` still holds, but the answer is kept after the
    effects: a process that dies between them lets the same key run again, so every row must bear being repeated.
    """
    return _mark(view, own_transactions=True)


def access_of_request() -> Access:
    """The marks of the view that the request in hand was routed to."""
    marked: Access = getattr(view_of_request(), "access", _ANY_TOKEN)
    return marked


def view_of_request() -> Callable[..., Any]:
    """The function that will answer: a `MethodView` has one for each method."""
    view: Callable[..., Any] = current_app.view_functions[request.endpoint or ""]
    if (view_class := getattr(view, "view_class", None)) is None:
        return view
    method = "get" if request.method == "HEAD" and not hasattr(view_class, "head") else request.method.lower()
    found: Callable[..., Any] = getattr(view_class, method, view)
    return found


_ANY_TOKEN = Access()


def _mark(view: V, **changes: Any) -> V:
    """`access` is read when a request comes, its twin in `_apidoc` (flask-smorest's own place) by the OpenAPI."""
    access = dataclasses.replace(getattr(view, "access", _ANY_TOKEN), **changes)
    view.access = access  # type: ignore[attr-defined]
    view._apidoc = {**getattr(view, "_apidoc", {}), "access": access}  # type: ignore[attr-defined]
    return view
