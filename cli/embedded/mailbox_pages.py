"""The mailbox in a browser. Nothing of a mail is trusted: all is escaped, and an HTML part may open its links alone."""

from collections.abc import Sequence
from html import escape

from cli.embedded.mailbox_store import Mail

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'"
"""Of every page, and so of the frames in it: nothing is loaded, nothing is run."""

_LINKS = "allow-popups allow-popups-to-escape-sandbox"

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1d2733}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #e3e8ee}
a{color:#0b5cad}pre{white-space:pre-wrap;background:#f6f8fa;padding:1rem}
iframe{width:100%;height:32rem;border:1px solid #e3e8ee}
dt{font-weight:600;float:left;width:6rem}dd{margin:0 0 .2rem 6rem}
"""


def list_page(mails: Sequence[Mail]) -> str:
    """All mails, as given."""
    rows = "".join(
        f"<tr><td>{_moment(mail)}</td><td>{escape(mail.sender)}</td><td>{_recipients(mail)}</td>"
        f'<td><a href="/mails/{mail.id}">{escape(mail.subject) or "(no subject)"}</a></td></tr>'
        for mail in mails
    )
    head = "<tr><th>Received</th><th>From</th><th>To</th><th>Subject</th></tr>"
    body = f"<table>{head}{rows}</table>" if mails else "<p>No mail yet.</p>"
    return _page("Mailbox", f"<h1>Mailbox</h1>{body}")


def mail_page(mail: Mail) -> str:
    """One mail: headers, HTML, text, attachments."""
    facts = (("From", escape(mail.sender)), ("To", _recipients(mail)), ("Received", _moment(mail)))
    headers = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    html = (
        f'<h2>HTML</h2><iframe sandbox="{_LINKS}" srcdoc="{escape(_apart(mail.html))}"></iframe>' if mail.html else ""
    )
    text = f"<h2>Text</h2><pre>{escape(mail.text)}</pre>" if mail.text else ""
    items = "".join(
        f'<li><a href="/mails/{mail.id}/attachments/{number}">{escape(attachment.name)}</a> '
        f"({escape(attachment.kind)}, {len(attachment.content):,} bytes)</li>"
        for number, attachment in enumerate(mail.attachments)
    )
    attachments = f"<h2>Attachments</h2><ul>{items}</ul>" if items else ""
    links = f'<p><a href="/">All mails</a> · <a href="/mails/{mail.id}/raw">Raw</a></p>'
    title = escape(mail.subject) or "(no subject)"
    return _page(title, f"{links}<h1>{title}</h1><dl>{headers}</dl>{html}{text}{attachments}")


def _apart(html: str) -> str:
    """With links that open in a page of their own: those of mails do not let themselves be shown in a frame."""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def _recipients(mail: Mail) -> str:
    return escape(", ".join(mail.to))


def _moment(mail: Mail) -> str:
    return f"{mail.received_at:%Y-%m-%d %H:%M:%S} UTC"


def _page(title: str, body: str) -> str:
    """`title` and `body` are HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
