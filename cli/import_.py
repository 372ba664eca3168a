"""`ithaca import`: a file of records to where a bulk upload goes, with progress and a report of each faulty row."""

import gzip
import io
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlencode

import click
import orjson
from rich.console import Console
from rich.table import Table

from cli.door import Door, Json, open_door
from cli.progress import Bar
from shared.errors import Invalid
from shared.web import NDJSON
from shared.web.csv_upload import CSV, SEPARATORS, read_csv

_PIECE = 1 << 18
_START = 1 << 21
"""Bytes: more than a first row may have."""

_GZIP = b"\x1f\x8b"
_SPACE = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, and what it is, by its first bytes: JSON objects line by line, or else a table."""

    path: Path
    packed: bool
    kind: str

    @classmethod
    def of(cls, path: Path) -> "Upload":
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        upload = cls(path, packed, CSV)
        with upload.unpacked() as file:
            start = file.read(_PIECE).lstrip(_SPACE)
        return cls(path, packed, NDJSON if start.startswith(b"{") else CSV)

    def unpacked(self) -> IO[bytes]:
        return cast(IO[bytes], gzip.open(self.path) if self.packed else self.path.open("rb"))

    def headers(self) -> dict[str, str]:
        packed = {"Content-Encoding": "gzip"} if self.packed else {}
        return {"Content-Type": self.kind, "Content-Length": str(self.path.stat().st_size), **packed}

    def pieces(self, bar: Bar) -> Iterator[bytes]:
        """What is sent; the server takes it in as it publishes, so that this is how far it is."""
        total, sent = self.path.stat().st_size, 0
        with self.path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
                sent += len(piece)
                bar.show(f"{self.path.name}, KiB", sent >> 10, total >> 10)


@click.group("import")
def command() -> None:
    """Takes a file of records in, CSV or NDJSON, packed by gzip or not."""


@command.command("attendees")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--event", metavar="ID", help="The event. By default the one that names the source of the first row.")
@click.option("--dry-run", is_flag=True, help="Only check: report, show the first records, publish nothing.")
@click.option("--map", "mapped", multiple=True, metavar="COLUMN:FIELD", help="What a column of a CSV file is.")
@click.option("--default", "defaults", multiple=True, metavar="FIELD:VALUE", help="Where a row says nothing.")
@click.option("--separator", type=click.Choice(list(SEPARATORS)), help="Else what the header holds most of.")
@click.option("--tenant", help="Of the local platform. By default the only one there is.")
@click.option("--url", metavar="ADDRESS", help="Of another platform's events service; needs a token.")
@click.option("--token", envvar="ITHACA_TOKEN", show_envvar=True, help="An organizer's or integrator's.")
def attendees(
    file: Path,
    event: str | None,
    dry_run: bool,
    mapped: tuple[str, ...],
    defaults: tuple[str, ...],
    separator: str | None,
    tenant: str | None,
    url: str | None,
    token: str | None,
) -> None:
    """Takes attendees in.

    Each row that cannot be taken is reported with its number on standard output, and the others are taken all the
    same; the status is then 1. The same file again changes nothing.
    """
    upload = _opened(file)
    door = open_door("events", "organizer", address=url, token=token, tenant=tenant, subject="ithaca import")
    if event is None:
        event = _event_of(door, _first_record(upload, separator, defaults))
    else:
        door.get(f"/v1/events/{event}")  # a wrong one is told before the file is sent
    options: list[tuple[str, str]] = [("dry_run", "true")] if dry_run else []
    options += [("map", each) for each in mapped] + [("default", each) for each in defaults]
    options += [("separator", separator)] if separator else []
    try:
        with Bar() as bar:
            done = door.post(f"/v1/events/{event}/attendees?{urlencode(options)}", upload.pieces(bar), upload.headers())
    except KeyboardInterrupt:
        click.echo(
            "\nithaca: interrupted. Rows that were read until then are on their way; the same file again changes "
            "nothing of them.",
            err=True,
        )
        sys.exit(130)
    _report(done)
    sys.exit(1 if done["rejected"] else 0)


@command.command("members")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@click.option("--partial", is_flag=True, help="The file does not name every member: suspend nobody.")
@click.option("--approve", is_flag=True, help="Suspend those whom it does not name, however many they are.")
@click.option("--map", "mapped", multiple=True, metavar="COLUMN:FIELD", help="What a column of a CSV file is.")
@click.option("--separator", type=click.Choice(list(SEPARATORS)), help="Else what the header holds most of.")
@click.option("--tenant", help="Of the local platform. By default the only one there is.")
@click.option("--url", metavar="ADDRESS", help="Of another platform's profiles service; needs a token.")
@click.option("--token", envvar="ITHACA_TOKEN", show_envvar=True, help="A coordinator's or integrator's.")
def members(
    file: Path,
    dry_run: bool,
    partial: bool,
    approve: bool,
    mapped: tuple[str, ...],
    separator: str | None,
    tenant: str | None,
    url: str | None,
    token: str | None,
) -> None:
    """Takes a feed of members in, and waits until it is applied.

    Members with a number whom the file does not name are suspended; where they are more than 5 % of all, or a row does
    not say whose it is, nobody is until it is approved: the status is then 3. It is 1 where a row was rejected. The
    same file again changes nothing; interrupted, the platform goes on with what it has.
    """
    upload = _opened(file)
    door = open_door("profiles", "coordinator", address=url, token=token, tenant=tenant, subject="ithaca import")
    options = [("map", each) for each in mapped] + ([("separator", separator)] if separator else [])
    options += ([("dry_run", "true")] if dry_run else []) + ([("full", "false")] if partial else [])
    try:
        with Bar() as bar:
            done = door.post(f"/v1/imports?{urlencode(options)}", upload.pieces(bar), upload.headers())
            done = _applied(door, done, bar)
            if approve and done["state"] == "waiting_for_approval":
                done = _applied(door, door.post(f"/v1/imports/{done['id']}/approve"), bar)
    except KeyboardInterrupt:
        click.echo("\nithaca: interrupted. What arrived whole is applied all the same: see /v1/imports.", err=True)
        sys.exit(130)
    _print_faults(done)
    counted = ", ".join(f"{done[each]:,} {each}" for each in ("created", "changed", "unchanged", "rejected"))
    dry = " Nothing was changed." if done["dry_run"] else ""
    click.echo(f"{done['received']:,} rows: {counted}.{dry} Import {done['id']}.", err=True)
    waits = done["state"] == "waiting_for_approval"
    if done["absent"]:
        said = "would be suspended" if dry_run else "wait for approval (--approve)" if waits else "suspended"
        click.echo(f"{done['absent']:,} of {done['known']:,} members are not in the file: {said}.", err=True)
    sys.exit(3 if waits else 1 if done["rejected"] else 0)


def _applied(door: Door, done: Json, bar: Bar) -> Json:
    """The import when nothing more happens by itself."""
    while done["state"] in ("applying", "suspending"):
        bar.show("rows applied", done["applied"], done["received"])
        time.sleep(0.3)
        done = door.get(f"/v1/imports/{done['id']}")
    return done


def _opened(file: Path) -> Upload:
    try:
        return Upload.of(file)
    except (OSError, EOFError, zlib.error) as error:
        raise click.UsageError(f"{file} cannot be read: {error}") from None


def _first_record(upload: Upload, separator: str | None, defaults: tuple[str, ...]) -> Mapping[str, Any]:
    """What the first row says, as far as it can be read: enough to tell whose it is."""
    constants = dict(pair.split(":", 1) for pair in defaults if ":" in pair)
    with upload.unpacked() as file:
        start = file.read(_START)
    if upload.kind == NDJSON:
        try:
            read = orjson.loads(start.lstrip(_SPACE).partition(b"\n")[0])
        except orjson.JSONDecodeError:
            return {}
        return read if isinstance(read, dict) else {}
    try:
        table = read_csv(io.BytesIO(start), SEPARATORS.get(separator or ""))
    except Invalid as error:
        raise click.UsageError(" ".join([error.detail, *(fault.detail for fault in error.faults)])) from None
    cells = next((row.cells for row in table.rows if row.fault is None), ())
    return constants | {name: cell.strip() for name, cell in zip(table.header, cells, strict=False) if cell.strip()}


def _event_of(door: Door, record: Mapping[str, Any]) -> str:
    named = (record.get("source"), record.get("source_event_id"))
    if not all(named):
        raise click.UsageError("The first row does not say of which source event it is: name the event by --event.")
    for event in door.every("/v1/events"):
        if any((each["source"], each["source_event_id"]) == named for each in event.get("sources") or ()):
            return str(event["id"])
    raise click.UsageError(f"No event names the source event {named[0]}/{named[1]}: name one by --event.")


def _report(done: Json) -> None:
    if columns := done.get("columns"):
        for column in columns:
            click.echo(f"{column['column']} -> {column['field'] or '(left out)'}", err=True)
    for record in done.get("preview") or ():
        click.echo(orjson.dumps(record).decode(), err=True)
    _print_faults(done)
    taken = done["received"] - done["rejected"]
    verb, so = ("sound", " Nothing was published.") if done["dry_run"] else ("published", "")
    counts = f"{done['received']:,} rows: {taken:,} {verb}, {done['rejected']:,} rejected."
    click.echo(f"{counts}{so} Import {done['id']}.", err=True)


def _print_faults(done: Json) -> None:
    rows = [_cells(fault) for fault in done["faults"]]
    if rows and sys.stdout.isatty():
        table = Table("row", "where", "what")
        for row in rows:
            table.add_row(*row)
        Console().print(table)
    else:
        for row in rows:
            click.echo("\t".join(row))
    if done["faults_omitted"]:
        click.echo(f"There are {done['faults_omitted']:,} more faults.", err=True)


def _cells(fault: Json) -> tuple[str, str, str]:
    where = fault["column"] or fault["pointer"]
    return (str(fault["row"]), where, fault["detail"])
