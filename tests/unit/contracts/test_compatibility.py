"""What breaks a promise, and what does not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts import registry
from shared.contracts.compatibility import breaking_changes

Change = Callable[[dict[str, Any]], object]


def schema() -> dict[str, Any]:
    return registry.get("member.updated.v1").json_schema()


def require(name: str) -> Change:
    return lambda changed: changed["required"].append(name)


BREAKING: dict[str, tuple[Change, str]] = {
    "a field removed": (lambda s: s["properties"].pop("email"), "/email is gone"),
    "a nested field removed": (lambda s: s["$defs"]["MemberSkill"]["properties"].pop("id"), "/skills/*/id is gone"),
    "a type changed": (lambda s: s["properties"]["seniority"].update(type="string"), "/seniority has another type"),
    "null withdrawn": (lambda s: s["properties"]["locale"].update(type="string"), "/locale has another type"),
    "a new required field": (require("industry"), "/industry is newly required"),
    "a nested one": (
        lambda s: s["$defs"]["MemberSkill"]["required"].append("id"),
        "/skills/*/id is newly required",
    ),
    "a field no longer sure": (lambda s: s["required"].remove("given_name"), "/given_name is no longer sure"),
    "a word withdrawn": (lambda s: s["properties"]["format"]["enum"].remove("video"), "/format no longer takes video"),
    "a list closed": (lambda s: s["properties"]["locale"].update(enum=["en"]), "/locale no longer takes anything"),
    "a bound tightened": (lambda s: s["properties"]["locale"].update(maxLength=5), "/locale has a tighter maxLength"),
    "a bound added": (lambda s: s["properties"]["groups"].update(minItems=1), "/groups has a tighter minItems"),
    "a pattern changed": (lambda s: s["properties"]["id"].update(pattern="^x$"), "/id has another pattern"),
}
KEEPING: dict[str, Change] = {
    "an optional field": lambda s: s["properties"].update(nickname={"type": ["string", "null"]}),
    "a nested one": lambda s: s["$defs"]["MemberSkill"]["properties"].update(since={"type": "string"}),
    "another word": lambda s: s["properties"]["format"]["enum"].append("walk"),
    "a wider bound": lambda s: s["properties"]["locale"].update(maxLength=50),
    "a bound withdrawn": lambda s: s["properties"]["locale"].pop("maxLength"),
    "another description": lambda s: s["properties"]["locale"].update(description="Tongue."),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_named(name: str) -> None:
    change, sentence = BREAKING[name]
    now = schema()
    change(now)
    found = breaking_changes(schema(), now)
    assert len(found) == 1
    assert found[0].startswith(sentence)


@pytest.mark.parametrize("name", KEEPING)
def test_a_schema_may_grow(name: str) -> None:
    now = schema()
    KEEPING[name](now)
    assert now != schema()
    assert breaking_changes(schema(), now) == []


def test_a_nullable_record_is_followed() -> None:
    promised = registry.get("program.updated.v1").json_schema()
    now = copy.deepcopy(promised)
    del now["$defs"]["ProgramRules"]["properties"]["groups"]
    assert breaking_changes(promised, now) == ["/rules/groups is gone"]
