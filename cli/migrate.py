"""`ithaca migrate`: the indexes of every service, and the data they ship with."""

import sys

import click
from pymongo.errors import PyMongoError

from cli import environment
from cli.away import database_failed
from shared.errors import IthacaError
from shared.storage.migrations import MigrationError, migrate, missing


@click.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where something is missing.")
def command(check: bool) -> None:
    """Makes the indexes that are missing and brings the data that services ship with; again, it changes nothing."""
    absent = 0
    for service in environment.every_service():
        database = service.foundation.database
        try:
            found = (missing if check else migrate)(database, service.all_indexes())
            seeds = [seed for seed in service.seeds if not seed.is_there()]
            for seed in () if check else seeds:
                seed.bring()
        except PyMongoError as error:
            database_failed(error)
        except MigrationError as error:
            click.echo(f"ithaca: the database of {service.name} refuses: {str(error)[:300]} (MONGODB_URI)", err=True)
            sys.exit(1)
        except IthacaError as error:
            click.echo(f"ithaca: {service.name}: {error.detail}", err=True)
            sys.exit(1)
        finally:
            service.foundation.close()
        for index in found:
            click.echo(f"{database.name}.{index.collection} {index.title()}: {'missing' if check else 'made'}")
        for seed in seeds:
            click.echo(f"{database.name}: {seed.name}: {'missing' if check else 'brought'}")
        absent += len(found) + len(seeds)
    if not absent:
        click.echo("Every index is there.")
    sys.exit(1 if check and absent else 0)
