"""A local mailbox: takes every mail by SMTP, sends none on, and shows them on a page. A process of its own:

python -m cli.embedded.mailbox --folder DIR --host 127.0.0.1 --port 8005 --smtp-port 2525
"""

import json
import signal
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cli.embedded.mailbox_pages import POLICY, list_page, mail_page
from cli.embedded.mailbox_store import Mail, MailboxStore
from shared.clock import rfc3339

_LARGEST = 30_000_000


@dataclass(frozen=True, slots=True)
class _Answer:
    content: bytes
    kind: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    download: bool = False


class _Intake:
    """aiosmtpd calls this for each mail; the mail is stored before it is acknowledged."""

    def __init__(self, store: MailboxStore) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        return f"250 OK {self._store.keep(content, [str(recipient) for recipient in envelope.rcpt_tos])}"


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, store: MailboxStore, *arguments: Any) -> None:
        self._store = store
        super().__init__(*arguments)

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        answer = self._answer([part for part in target.path.split("/") if part], parse_qs(target.query))
        answer = answer or _Answer(b"<h1>Not found</h1>", status=HTTPStatus.NOT_FOUND)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.download:
            self.send_header("Content-Disposition", "attachment")
        self.end_headers()
        self.wfile.write(answer.content)

    def _answer(self, path: list[str], query: dict[str, list[str]]) -> _Answer | None:
        match path:
            case []:
                return _Answer(list_page(self._store.newest_first()).encode())
            case ["health"]:
                return _Answer(b"ok", "text/plain")
            case ["api", "mails"]:
                mails = self._store.newest_first(query.get("to", [None])[0])
                return _Answer(json.dumps({"items": [_as_json(mail) for mail in mails]}).encode(), "application/json")
            case ["mails", name, "raw"] if (raw := self._store.raw(name)) is not None:
                return _Answer(raw, "text/plain; charset=utf-8")
            case ["mails", name, *rest] if (mail := self._store.find(name)) is not None:
                return _of_mail(mail, rest)
            case _:
                return None

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Silent: a page that looks for news each second would fill the log."""


def _of_mail(mail: Mail, rest: list[str]) -> _Answer | None:
    match rest:
        case []:
            return _Answer(mail_page(mail).encode())
        case ["attachments", number] if number.isdecimal() and int(number) < len(mail.attachments):
            return _Answer(mail.attachments[int(number)].content, "application/octet-stream", download=True)
        case _:
            return None


def _as_json(mail: Mail) -> dict[str, object]:
    return {
        "id": mail.id,
        "to": list(mail.to),
        "from": mail.sender,
        "subject": mail.subject,
        "received_at": rfc3339(mail.received_at),
        "text": mail.text,
        "html": mail.html,
    }


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--host", default="127.0.0.1", help="Where the page listens.")
@click.option("--port", type=int, required=True)
@click.option("--smtp-host", default="127.0.0.1", help="Where SMTP listens; anybody who reaches it leaves mail.")
@click.option("--smtp-port", type=int, required=True)
def main(folder: Path, host: str, port: int, smtp_host: str, smtp_port: int) -> None:
    """Serves the mailbox until SIGTERM."""
    signal.signal(signal.SIGTERM, _leave)
    store = MailboxStore(folder)
    smtp = Controller(
        _Intake(store), hostname=smtp_host, port=smtp_port, data_size_limit=_LARGEST, enable_SMTPUTF8=True
    )
    smtp.start()
    try:
        with ThreadingHTTPServer((host, port), partial(_Pages, store)) as pages:
            pages.serve_forever()
    finally:
        smtp.stop()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
