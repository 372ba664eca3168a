"""`ithaca contract export DIR`: what outside systems rely on, as files."""

import json
import sys
from pathlib import Path

import click

from cli import environment
from shared.contracts import asyncapi, registry
from shared.web.openapi import document


@click.group("contract")
def command() -> None:
    """The public contract."""


@command.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Writes OpenAPI per service, one AsyncAPI document and a JSON Schema per message type into DIR.

    Needs neither broker nor database. Files of the same names are replaced, others left alone.
    """
    settings = environment.settings()
    documents: dict[str, object] = {"asyncapi.json": asyncapi.document(settings.topic_prefix)}
    for service in environment.every_service():
        try:
            documents[f"openapi-{service.name}.json"] = document(service.web_app())
        finally:
            service.foundation.close()
    for kind in registry.all_types():
        documents[f"schemas/{kind.name}.json"] = kind.json_schema()
    try:
        (folder / "schemas").mkdir(parents=True, exist_ok=True)
        for name, content in documents.items():
            (folder / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        click.echo(f"ithaca: {error.filename} cannot be written: {error.strerror}", err=True)
        sys.exit(1)
    click.echo(f"{len(documents)} documents in {folder}")
