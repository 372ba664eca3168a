"""Server-sent events as text (WHATWG HTML, section 9.2): what a stream is made of."""

from shared.web.bodies import encode

CONTENT_TYPE = "text/event-stream"


def event(name: str, data: object, identifier: str | None = None) -> bytes:
    """One event, its data as JSON on one line.

    The id comes last: of an event that was cut off, no client takes it for read.
    """
    return b"event: %s\ndata: %s\n%s\n" % (name.encode(), encode(data), _position(identifier))


def heartbeat(identifier: str | None) -> bytes:
    """Says that the stream is alive and dispatches nothing; with an id, how far it has come."""
    return b":\n%s\n" % _position(identifier)


def retry(milliseconds: int) -> bytes:
    """After how long a client that lost its stream comes back."""
    return b"retry: %d\n\n" % milliseconds


def _position(identifier: str | None) -> bytes:
    """What a client sends back as `Last-Event-ID`."""
    return b"" if identifier is None else b"id: %s\n" % identifier.encode()
