"""`ithaca skills`: lists of skills that make the taxonomy."""

import sys
from functools import partial
from pathlib import Path

import click
from pymongo.errors import PyMongoError

from cli import environment
from cli.away import database_failed
from cli.progress import Bar
from shared.errors import IthacaError

LISTS = ("esco", "onet", "own")

_MOST_SHOWN = 50


@click.group("skills")
def command() -> None:
    """The lists that the skill taxonomy is made of."""


@command.command("load")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--from", "source", required=True, type=click.Choice(LISTS), help="Whose files they are.")
def load(files: tuple[Path, ...], source: str) -> None:
    """Takes a list in, for all associations: the FILEs together are it from now on.

    What they no longer have is taken out of the list; members keep what they have. The same files again change nothing.
    """
    [profiles] = environment.every_service("profiles")
    # Only now: the image of another service does not have them.
    from services.profiles.commands.replace_skill_list import replace_skill_list
    from services.profiles.skill_lists import esco, onet, own
    from services.profiles.store import Store

    readers = {"esco": esco, "onet": onet, "own": own}
    ground = profiles.foundation
    try:
        with Bar() as bar:
            concepts = readers[source].read(files, bar.show)
            done = replace_skill_list(
                ground.client,
                Store(ground.database),
                ground.clock.now(),
                source,
                concepts,
                partial(bar.show, "skills, written"),
            )
    except IthacaError as error:
        click.echo(f"ithaca: {error.detail}", err=True)
        sys.exit(1)
    except PyMongoError as error:
        database_failed(error)
    changes = f"{done.added:,} new, {done.changed:,} changed, {done.removed:,} removed"
    same = not (done.added or done.changed or done.removed)
    click.echo(f"{source}: {len(concepts):,} skills: {'as before, nothing changed' if same else changes}.")


@command.command("map")
@click.option("--tenant", help="Only this association's members.")
@click.option("--dry-run", is_flag=True, help="Only tell.")
def map_(tenant: str | None, dry_run: bool) -> None:
    """Gives skills that members have in words the id of the skill in the lists that their words name.

    What they typed stays. Prints the words that name none, with how many members have them: an own list can have them
    as synonyms.
    """
    [profiles] = environment.every_service("profiles")
    from services.profiles.commands.map_free_labels import map_free_labels
    from services.profiles.store import Store

    ground = profiles.foundation
    store = Store(ground.database)
    try:
        with Bar() as bar:
            mapped = map_free_labels(
                ground.unit_of_work, store, tenant=tenant, dry_run=dry_run, tell=partial(bar.show, "members")
            )
    except IthacaError as error:
        click.echo(f"ithaca: {error.detail}", err=True)
        sys.exit(1)
    except PyMongoError as error:
        database_failed(error)
    for label, members in mapped.free.most_common(_MOST_SHOWN):
        click.echo(f"{members}\t{label}")
    done = "To be mapped" if dry_run else "Mapped"
    click.echo(f"{done}: members {mapped.members:,}. Labels that name no skill: {len(mapped.free):,}.", err=True)
