"""Whether a server answers 200. Directly, whatever proxies the environment names."""

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit


def answers_ok(url: str, timeout: float = 1.0) -> bool:
    """Whether GET answers 200 within `timeout` seconds."""
    target = urlsplit(url)
    connection = HTTPConnection(target.hostname or "", target.port, timeout=timeout)
    try:
        connection.request("GET", target.path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
