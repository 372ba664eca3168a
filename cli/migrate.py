"""`ithaca migrate`: the indexes of every service."""

import sys

import click
from pymongo.errors import PyMongoError

from cli import environment
from cli.away import database_failed
from shared.storage.migrations import MigrationError, migrate, missing


@click.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where something is missing.")
def command(check: bool) -> None:
    """Makes the indexes that are missing; running it again changes nothing."""
    absent = 0
    for service in environment.every_service():
        database = service.foundation.database
        try:
            found = (missing if check else migrate)(database, service.all_indexes())
        except PyMongoError as error:
            database_failed(error)
        except MigrationError as error:
            click.echo(f"ithaca: the database of {service.name} refuses: {str(error)[:300]} (MONGODB_URI)", err=True)
            sys.exit(1)
        finally:
            service.foundation.close()
        for index in found:
            click.echo(f"{database.name}.{index.collection} {index.title()}: {'missing' if check else 'made'}")
        absent += len(found)
    if not absent:
        click.echo("Every index is there.")
    sys.exit(1 if check and absent else 0)
