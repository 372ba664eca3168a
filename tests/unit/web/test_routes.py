"""Routes whose URLs are not compiled before one is asked for."""

from typing import Any

import pytest
from werkzeug.routing import BuildError, Rule

from shared.ids import new_id
from shared.web import WebApp, create_app
from tests.unit.web.sample import blueprint

NOTE = new_id()


def url(app: WebApp, **values: str) -> str:
    return app.url_map.bind("notes.example.org").build("notes.read", values)


def test_a_url_is_made_of_a_route_and_what_it_knows_no_place_for_follows(app: WebApp) -> None:
    for _ in range(2):
        assert url(app, note_id=NOTE) == f"/v1/notes/{NOTE}"
        assert url(app, note_id=NOTE, of="him & her") == f"/v1/notes/{NOTE}?of=him+%26+her"


def test_none_is_made_of_what_is_missing(app: WebApp) -> None:
    with pytest.raises(BuildError, match="note_id"):
        url(app)


def test_it_is_compiled_when_a_first_url_is_asked_for_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[bool] = []
    compile_now = Rule._compile_builder

    def counted(rule: Rule, append_unknown: bool = True) -> Any:
        compiled.append(append_unknown)
        return compile_now(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", counted)
    app = create_app(name="notes", title="Notes", blueprints=[blueprint])
    assert compiled == []
    assert {url(app, note_id=NOTE) for _ in range(3)} == {f"/v1/notes/{NOTE}"}
    assert len(compiled) == 1
