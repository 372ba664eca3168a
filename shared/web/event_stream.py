"""Server-sent events as text (WHATWG HTML, section 9.2): what a stream is made of."""

from shared.web.bodies import encode

CONTENT_TYPE = "text/event-stream"


def event(name: str, data: object, identifier: str | None = None) -> bytes:
    """One event, its data as JSON on one line."""
    begun = b"" if identifier is None else position(identifier)
    return b"%sevent: %s\ndata: %s\n\n" % (begun, name.encode(), encode(data))


def heartbeat(identifier: str | None) -> bytes:
    """Says that the stream is alive and dispatches nothing; with an id, how far it has come."""
    return b":\n\n" if identifier is None else b"%s:\n\n" % position(identifier)


def retry(milliseconds: int) -> bytes:
    """After how long a client that lost its stream comes back."""
    return b"retry: %d\n\n" % milliseconds


def position(identifier: str) -> bytes:
    """The line that a client sends back as `Last-Event-ID`."""
    return b"id: %s\n" % identifier.encode()
