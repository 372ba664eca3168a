"""Routes whose URLs are not compiled before one is asked for."""

import pytest
from werkzeug.routing import BuildError

from shared.ids import new_id
from shared.web import WebApp

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
