"""SCIM's filters (RFC 7644, section 3.4.2.2) as queries over members.

Equality of a name that no two members share goes by who holds it, an identifier's own document; all else reads the
provisioned members of the tenant.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttributeBinding,
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
    coerce_value,
)

from services.profiles.domain.member import AMS, EMAIL, Key, email_key, external_key, number_key, user_name_key
from shared.storage.client import Document

Holder = Callable[[Key], str | None]
"""Who holds an identifier, by id."""

_EVERYBODY: Document = {}
_NOTHING = [None, ""]
_ORDER = {
    CompareOperator.gt: "$gt",
    CompareOperator.ge: "$gte",
    CompareOperator.lt: "$lt",
    CompareOperator.le: "$lte",
}


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of the member: where it stands, and whether its case counts."""

    path: str
    exact: bool = False


_TEXTS: Mapping[str, _Text] = {
    "id": _Text("_id", exact=True),
    "userName": _Text("provision.user_name"),
    "externalId": _Text("provision.external_id", exact=True),
    "displayName": _Text("provision.display_name"),
    "name.givenName": _Text("given_name"),
    "name.familyName": _Text("family_name"),
    "title": _Text("job_title"),
    "preferredLanguage": _Text("locale"),
    "timezone": _Text("time_zone"),
    "organization": _Text("organization"),
    "grade": _Text("grade"),
    "section": _Text("section"),
    "emails.type": _Text("provision.addresses.kind", exact=True),
    "emails.primary": _Text("provision.addresses.primary", exact=True),
}
_NAMED: Mapping[str, tuple[str, ...]] = {"name": ("given_name", "family_name")}
_IDENTIFIERS = {"emails": EMAIL, "emails.value": EMAIL, "memberNumber": AMS}
_KEYS: Mapping[str, Callable[[str], Key]] = {
    "userName": user_name_key,
    "externalId": external_key,
    "emails": email_key,
    "emails.value": email_key,
    "memberNumber": number_key,
}
_IN_ADDRESS = {"value": "value", "type": "kind", "primary": "primary"}
"""Where an address has what SCIM calls so."""


class AccountFilter(FilterVisitor[Document]):
    """One filter, whose attributes are known to be the resource's."""

    def __init__(self, wanted: ScimFilter[Any], holder: Holder) -> None:
        self._wanted = wanted
        self._holder = holder

    def query(self) -> Document:
        """What the members must match. Raises InvalidFilterException for what cannot be filtered by."""
        return self.visit(self._wanted.ast)

    def visit_logical_expr(self, node: LogicalExpr) -> Document:
        terms = [self.visit(term) for term in node.terms]
        return {"$and" if node.op is LogicalOperator.and_ else "$or": terms}

    def visit_not(self, node: Not) -> Document:
        return {"$nor": [self.visit(node.expr)]}

    def visit_present(self, node: Present) -> Document:
        return self._present(self._name(node.attr_path, self._wanted.resolve(node.attr_path)))

    def _present(self, name: str) -> Document:
        if name in ("active", "meta", "meta.lastModified", "schemas"):
            return _EVERYBODY
        if name in _NAMED:
            return {"$or": [_is_said(path) for path in _NAMED[name]]}
        if name in _IDENTIFIERS:
            return _identified(_IDENTIFIERS[name])
        if name.startswith("emails."):
            return {"provision.addresses": {"$elemMatch": _is_said(_IN_ADDRESS[name.removeprefix("emails.")])}}
        return _is_said(self._text(name).path)

    def visit_comparison(self, node: Comparison) -> Document:
        resolved = self._wanted.resolve_comparison(node.attr_path)
        name, value = self._name(node.attr_path, resolved), self._value(node, resolved)
        if node.op is CompareOperator.ne:
            return {"$nor": [self._compared(name, CompareOperator.eq, value)]}
        return self._compared(name, node.op, value)

    def visit_value_path(self, node: ValuePath) -> Document:
        if node.attr_path.attr.lower() != "emails":
            raise InvalidFilterException(detail=f"{node.attr_path} cannot be filtered by.")
        one = {"provision.addresses": {"$elemMatch": _InAddress().visit(node.val_filter)}}
        values = [value for each in _conjoined(node.val_filter) if (value := _address(each)) is not None]
        return {"$and": [*(self._held("emails.value", value) for value in values), one]}

    def _compared(self, name: str, op: CompareOperator, value: Any) -> Document:
        if value is None:
            return self._absent(name, op)
        if op is CompareOperator.eq and name in _KEYS:
            return self._held(name, value)
        if name == "active":
            return {"membership": {"$ne": "suspended"} if value else "suspended"}
        if name == "meta.lastModified":
            return _modified(op, value)
        if name in _IDENTIFIERS:
            return _identified_by(_IDENTIFIERS[name], op, value)
        return _text_compared(self._text(name), op, value)

    def _held(self, name: str, value: str) -> Document:
        return {"_id": self._holder(_KEYS[name](value))}

    def _absent(self, name: str, op: CompareOperator) -> Document:
        if op is not CompareOperator.eq:
            raise InvalidFilterException(detail="null is compared by eq and ne.")
        return {"$nor": [self._present(name)]}

    def _text(self, name: str) -> _Text:
        if name not in _TEXTS:
            raise InvalidFilterException(detail=f"{name} cannot be filtered by.")
        return _TEXTS[name]

    def _name(self, path: AttrPath, resolved: AttributeBinding | None) -> str:
        """The attribute as it is spelled, without its schema."""
        if resolved is None:
            raise InvalidFilterException(detail=f"{path} is not known.")
        return resolved.urn.rpartition(":")[2]

    def _value(self, node: Comparison, resolved: AttributeBinding | None) -> Any:
        return None if resolved is None else _storable(coerce_value(resolved, node.value, node.op))


class _InAddress(FilterVisitor[Document]):
    """What one and the same address must match."""

    def visit_logical_expr(self, node: LogicalExpr) -> Document:
        return {"$and" if node.op is LogicalOperator.and_ else "$or": [self.visit(term) for term in node.terms]}

    def visit_not(self, node: Not) -> Document:
        return {"$nor": [self.visit(node.expr)]}

    def visit_present(self, node: Present) -> Document:
        return _is_said(self._field(node.attr_path))

    def visit_comparison(self, node: Comparison) -> Document:
        field, value = self._field(node.attr_path), _storable(node.value)
        if value is None:
            absent = {field: {"$in": _NOTHING}}
            return absent if node.op is CompareOperator.eq else {"$nor": [absent]}
        if node.op is CompareOperator.ne:
            return {"$nor": [{field: _condition(CompareOperator.eq, value, exact=False)}]}
        return {field: _condition(node.op, value, exact=False)}

    def _field(self, path: AttrPath) -> str:
        for name, field in _IN_ADDRESS.items():
            if path.attr.lower() == name:
                return field
        raise InvalidFilterException(detail=f"emails.{path} cannot be filtered by.")


def _conjoined(node: FilterNode) -> tuple[FilterNode, ...]:
    return node.terms if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_ else (node,)


def _address(node: FilterNode) -> str | None:
    """The one address that the condition names."""
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq or node.attr_path.attr.lower() != "value":
        return None
    return node.value if isinstance(node.value, str) else None


def _is_said(path: str) -> Document:
    return {path: {"$nin": _NOTHING}}


def _identified(issuer: str, more: Mapping[str, Any] | None = None) -> Document:
    return {"identifiers": {"$elemMatch": {"issuer": issuer, "of_registration": False, **(more or {})}}}


def _identified_by(issuer: str, op: CompareOperator, value: str) -> Document:
    """Addresses are kept case-folded."""
    folded = issuer == EMAIL
    return _identified(issuer, {"value": _condition(op, value.casefold() if folded else value, exact=folded)})


def _modified(op: CompareOperator, value: Any) -> Document:
    if op is CompareOperator.eq:
        return {"updated_at": value}
    if op not in _ORDER:
        raise InvalidFilterException(detail="meta.lastModified is compared by eq, ne, gt, ge, lt and le.")
    return {"updated_at": {_ORDER[op]: value}}


def _text_compared(text: _Text, op: CompareOperator, value: Any) -> Document:
    if op in _ORDER and not text.exact:
        lower = {"$toLower": f"${text.path}"}
        return {"$and": [_is_said(text.path), {"$expr": {_ORDER[op]: [lower, {"$literal": value.lower()}]}}]}
    return {text.path: _condition(op, value, exact=text.exact)}


def _condition(op: CompareOperator, value: Any, *, exact: bool) -> Any:
    if op in _ORDER:
        return {_ORDER[op]: value}
    if not isinstance(value, str) or (op is CompareOperator.eq and exact):
        return value
    text = re.escape(value)
    pattern = {
        CompareOperator.eq: f"^{text}$",
        CompareOperator.co: text,
        CompareOperator.sw: f"^{text}",
        CompareOperator.ew: f"{text}$",
    }[op]
    return {"$regex": pattern, "$options": "" if exact else "i"}


def _storable(value: Any) -> Any:
    """The value as the database can compare it. Raises InvalidFilterException where it can hold no such value."""
    if isinstance(value, datetime):
        try:
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            raise InvalidFilterException(detail="The time is out of range.") from None
    if isinstance(value, str) and any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value):
        raise InvalidFilterException(detail="A value holds what no text can.")
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        raise InvalidFilterException(detail="A number has more than 64 bits.")
    return value
