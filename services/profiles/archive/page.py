"""An export as a page to read: no script, nothing from elsewhere, everything that people wrote escaped."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from services.profiles.archive.tables import cell, columns

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}"
    "h2{border-bottom:2px solid #ccc;margin-top:3rem}table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top;white-space:pre-wrap;"
    "overflow-wrap:anywhere}th{background:#f4f4f4}"
)

Section = tuple[str, Sequence[Mapping[str, Any]]]


def page(member_id: str, made_at: str, *, whole: bool, services: Sequence[tuple[str, Sequence[Section]]]) -> bytes:
    """The page. `services` in their order, each with its sections; of one that holds nothing there are none."""
    return "".join(_lines(member_id, made_at, whole, services)).encode()


def _lines(
    member_id: str, made_at: str, whole: bool, services: Sequence[tuple[str, Sequence[Section]]]
) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    # Opened from a disk there are no headers: the page forbids itself what it does not need.
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>Your data</title><style>{_STYLE}</style></head><body><h1>Your data</h1>"
    yield f"<p>All that is held of the member {escape(member_id)}, as it was at {escape(made_at)}. "
    yield "The same is in the JSON files beside this page, one a service, and in the folder csv, one a table.</p>"
    if not whole:
        yield "<p>The association asked for this archive: what mentor and mentee keep between the two is not in it.</p>"
    for service, sections in services:
        yield f"<h2>{escape(service)}</h2>"
        if not sections:
            yield "<p>Nothing is held here.</p>"
        for name, records in sections:
            yield f"<h3>{escape(name.replace('_', ' '))}</h3>"
            yield from _table(records)
    yield "</body></html>"


def _table(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not records:
        yield "<p>None.</p>"
        return
    names = columns(records)
    yield "<table><thead><tr>"
    yield from (f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in names)
    yield "</tr></thead><tbody>"
    for record in records:
        yield "<tr>"
        yield from (f"<td>{escape(cell(record.get(name)))}</td>" for name in names)
        yield "</tr>"
    yield "</tbody></table>"
