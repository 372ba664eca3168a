"""Every way in which a template can be asked to speak, read from what the template itself asks."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from jinja2 import nodes

from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Part
from services.notifications.rendering.templates import FOLDER, Templates
from shared.calendar import Method
from tests.unit.notifications.news import ADA, BEN, NOW

ENVIRONMENT = Templates(markup=False).template("layout.txt.jinja").environment

SAMPLES: dict[str, Any] = {
    "starts_at": NOW,
    "previous_starts_at": NOW,
    "due_at": NOW,
    "expires_at": NOW,
    "offer_expires_at": NOW,
    "ends_on": "2026-11-30",
    "due_on": "2026-11-30",
    "table": "T12",
    "mentorship_id": ADA,
}
"""A fact that a template asks for and an example has not."""


def parsed(language: str, name: str) -> nodes.Template:
    return ENVIRONMENT.parse((FOLDER / language / f"{name}.jinja").read_text("utf-8"))


def asked(tree: nodes.Template) -> dict[str, frozenset[Any]]:
    """The facts that the template decides by, each with the codes it knows."""
    found: dict[str, set[Any]] = {}
    tests = [each.test for each in tree.find_all(nodes.If)] + [each.test for each in tree.find_all(nodes.CondExpr)]
    for test in tests:
        for fact in _facts(test):
            found.setdefault(fact, set())
        for compare in _all(test, nodes.Compare):
            for fact in _facts(compare.expr):
                found[fact] |= _codes(compare.ops[0].expr)
    return {fact: frozenset(codes) for fact, codes in found.items()}


def variants(base: Notification, name: str) -> Iterator[Notification]:
    """The notification with every code its template knows and one it does not, with and without what is optional."""
    tree = parsed("en", name)
    facts = asked(tree)
    names = {each.name for each in tree.find_all(nodes.Name)}
    choices = [[(fact, value) for value in _values(base, fact, codes)] for fact, codes in facts.items()]
    parts = list(Part) if "part" in names else [base.part]
    actors = [BEN, base.member_id] if "own" in names else [base.actor_id]
    calendars = [Method.REQUEST, Method.CANCEL] if "uninvited" in names and base.calendar else [base.calendar]
    for facts_of_it in product(*choices):
        changed = replace(base.facts, **dict(facts_of_it))
        for part, actor, calendar in product(parts, actors, calendars):
            yield replace(base, facts=changed, part=part, actor_id=actor, calendar=calendar)


def _values(base: Notification, fact: str, codes: frozenset[Any]) -> list[Any]:
    """`rounds` is not optional; of the numbers that are compared, those on both sides."""
    if fact == "rounds":
        return [1, base.facts.rounds]
    if fact == "first_round":
        return [1, base.facts.rounds]
    if fact == "plan_version":
        return [1, 2]
    if codes:
        return [*sorted(codes), "unheard_of", None]
    return [getattr(base.facts, fact) or SAMPLES.get(fact, 3), None]


def _facts(tree: nodes.Node) -> list[str]:
    return [each.attr for each in _all(tree, nodes.Getattr) if isinstance(each.node, nodes.Name) and _is_facts(each)]


def _is_facts(part: nodes.Getattr) -> bool:
    return isinstance(part.node, nodes.Name) and part.node.name == "facts"


def _codes(tree: nodes.Node) -> set[Any]:
    return {each.value for each in _all(tree, nodes.Const)}


def _all(tree: nodes.Node, kind: type[Any]) -> list[Any]:
    return [*([tree] if isinstance(tree, kind) else []), *tree.find_all(kind)]
