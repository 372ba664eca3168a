"""The `ithaca` command. A verb's module is imported when the verb is used, so that `ithaca --help` answers at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import click


@dataclass(frozen=True, slots=True)
class Verb:
    """Where a verb lives (`module:attribute`) and the line that `ithaca --help` shows for it."""

    target: str
    summary: str


VERBS: Mapping[str, Verb] = {
    "up": Verb("cli.up:command", "The whole platform in the foreground, with its own broker and database."),
    "doctor": Verb("cli.doctor:command", "What is missing or wrong on this machine, and how to mend it."),
    "demo": Verb("cli.demo:command", "Plays the story against a running platform."),
    "token": Verb("cli.token:command", "A JWT from the local development issuer."),
    "run": Verb("cli.run:command", "One process of one service: the production entry point."),
    "topics": Verb("cli.topics:command", "Plans, creates and checks the topics."),
    "migrate": Verb("cli.migrate:command", "Indexes and migrations."),
    "import": Verb(
        "cli.import_:command", "A file of attendees or members, CSV or NDJSON, with progress and a report of each row."
    ),
    "match": Verb("cli.match:command", "A match run of a program, followed to its result; with --publish, published."),
    "skills": Verb("cli.skills:command", "Lists of skills for the taxonomy: ESCO, O*NET, an association's own."),
    "dead": Verb("cli.dead:command", "Parked and dead messages: list, show, replay, drop."),
    "announce": Verb("cli.announce:command", "Current facts again as snapshots, beyond what the topics still have."),
    "rebuild": Verb("cli.rebuild:command", "A projection anew from the log, while the old one serves."),
    "restored": Verb("cli.restored:command", "What a service needs once its database was put back from a backup."),
    "preview": Verb("cli.preview:command", "A notification as it will look, in any of its languages."),
    "contract": Verb("cli.contract:command", "Exports OpenAPI, AsyncAPI and JSON Schemas."),
}


class LazyGroup(click.Group):
    """A click group that knows its verbs by name and loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        module, _, attribute = verb.target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.summary) for name, verb in VERBS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ithaca")
def main() -> None:
    """Ithaca: mentorship and networking for large professional associations."""


if __name__ == "__main__":
    main()
