"""`ithaca preview TYPE`: a notification as it will look, made of the contract's example; nothing is sent."""

from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

import click

from cli import preview_sheet
from cli.ending import end
from services.notifications.channels.email.preview import preview
from services.notifications.domain.catalog import CATALOG, UNTOLD
from services.notifications.rendering.specimen import examples, specimen
from services.notifications.rendering.words import FALLBACK, Wording
from shared.contracts.example import Example
from shared.contracts.message_type import PREFIX


def _short(name: str) -> str:
    return name.rpartition(".")[0]


_BY_SHORT_NAME = {_short(name): name for name in CATALOG}


@click.command("preview")
@click.argument("type_name", metavar="TYPE", required=False)
@click.option("--language", default=FALLBACK, show_default=True, help="A language there are templates in.")
@click.option("--example", help="One of the type's examples by its name; the first that somebody is told of, if none.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Writes the HTML part into FILE.",
)
@click.option(
    "--all",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Writes pages with every type in the language, and with some types in every language, light and dark.",
)
def command(type_name: str | None, language: str, example: str | None, html: Path | None, folder: Path | None) -> None:
    """Prints a notification as it will look in a mail: subject and text.

    TYPE is a message's, as request.sent. Needs neither broker nor database.
    """
    wording = Wording()
    if language not in wording.text.languages:
        end(f"There are no templates in {language!r}, only in {', '.join(sorted(wording.text.languages))}.", 2)
    if (type_name is None) == (folder is None):
        raise click.UsageError("Name one TYPE, or a folder with --all.")
    if folder is not None:
        _write_all(wording, language, folder)
        return
    name = _known_type(type_name or "")
    seen = preview(specimen(name, _example(name, example), language), wording)
    click.echo(f"Subject: {seen.subject}\n\n{seen.text}", nl=False)
    if html is not None:
        _write(html, seen.html)


def _write_all(wording: Wording, language: str, folder: Path) -> None:
    pages = preview_sheet.pages(wording, language)
    for name, content in pages.items():
        _write(folder / name, content)
    click.echo(f"{len(pages)} pages in {folder}: begin with {folder / preview_sheet.FIRST}")


def _known_type(text: str) -> str:
    """The catalog's name of a type; ends the command where nobody is told of such a thing."""
    wanted = text.removeprefix(PREFIX)
    found = wanted if wanted in CATALOG else _BY_SHORT_NAME.get(wanted)
    return _no_such_type(wanted) if found is None else found


def _no_such_type(wanted: str) -> NoReturn:
    why = next((why for name, why in UNTOLD.items() if wanted in (name, _short(name))), None)
    if why is not None:
        end(f"Nobody is told of {wanted}. {why}", 2)
    near = get_close_matches(wanted, _BY_SHORT_NAME, n=1)
    hint = f" Do you mean {near[0]}?" if near else ""
    end(f"There is no type {wanted!r}.{hint} There are: {', '.join(sorted(_BY_SHORT_NAME))}.", 2)


def _example(name: str, wanted: str | None) -> Example:
    found = {each.name: each for each in examples(name)}
    if wanted is not None and wanted not in found:
        end(f"{name} has no example {wanted!r}, only {', '.join(sorted(found))}.", 2)
    return found[wanted] if wanted is not None else next(iter(found.values()))


def _write(file: Path, content: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    except OSError as error:
        end(f"{file} cannot be written: {error.strerror}")
