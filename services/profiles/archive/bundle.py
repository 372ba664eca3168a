"""The shares of all services in one ZIP."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from services.profiles.archive.page import page
from services.profiles.archive.tables import table
from shared.clock import rfc3339

FORM = "ithaca-export-1"
"""Names the form of the archive: files, sections and fields are only ever added to it."""


def bundle(member_id: str, made_at: datetime, *, whole: bool, shares: Mapping[str, bytes | None]) -> bytes:
    """The archive; `shares` holds each service's JSON, None where the service holds nothing of the member.

    `export.json` says what is in it, `SERVICE.json` is a share as it came, `csv/SERVICE-SECTION.csv` a section as a
    table, and `index.html` all of it to read.
    """
    sections = {service: _sections(share) for service, share in shares.items()}
    manifest = {
        "form": FORM,
        "member_id": member_id,
        "made_at": rfc3339(made_at),
        "whole": whole,
        "services": {
            service: {name: len(records) for name, records in of_service.items()}
            for service, of_service in sections.items()
        },
    }
    readable = page(
        member_id, rfc3339(made_at), whole=whole, services=[(name, list(of.items())) for name, of in sections.items()]
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            entry = zipfile.ZipInfo(name, made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)

        add("index.html", readable)
        add("export.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        for service, share in shares.items():
            if share is not None:
                add(f"{service}.json", share)
            for name, records in sections[service].items():
                if records:
                    add(f"csv/{service}-{name}.csv", table(records))
    return buffer.getvalue()


def _sections(share: bytes | None) -> Mapping[str, Any]:
    return {} if share is None else orjson.loads(share)["sections"]
