"""The push and chat services that members may name an address of, as apprise knows them by their schemes."""

import logging
import threading
from functools import cache
from importlib import import_module
from typing import Any, cast
from urllib.parse import urlsplit

from services.notifications.channels.push import guarded
from shared.outgoing.addresses import Reach, brief_resolve
from shared.outgoing.connecting import close, connection_to

_MODULES = {
    "json": "custom_json",
    "jsons": "custom_json",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "gotify": "gotify",
    "gotifys": "gotify",
    "mmost": "mattermost",
    "mmosts": "mattermost",
}
SCHEMES = tuple(_MODULES)
"""Those whose messages are one POST each."""

_lock = threading.Lock()


class NotAnAddress(Exception):
    """The message says in a sentence what is wrong with it, and shows nothing of it."""


class NotPushed(Exception):
    """The service did not take it."""


def host_of(url: str, reach: Reach) -> str:
    """Where a message to this address would go.

    Raises NotAnAddress, and what `connection_to` raises where we may not, or cannot, speak to that host.
    """
    service = _service(url)
    with guarded.going_nowhere():
        _sent(service, "", "")
    target = guarded.meant()
    if target is None:
        raise NotAnAddress("It names nothing to send to.")
    parts = urlsplit(target)
    close(connection_to(parts, reach, brief_resolve, 5.0))
    return parts.hostname or ""


def push(url: str, reach: Reach, title: str, body: str) -> None:
    """One message to the address. Raises NotPushed."""
    try:
        service = _service(url)
    except NotAnAddress as error:
        raise NotPushed from error
    with guarded.within(reach):
        taken = _sent(service, title, body)
    if not taken:
        raise NotPushed


def _sent(service: Any, title: str, body: str) -> bool:
    """Whether it was taken. `notify` would wait, and try again, for as long as the address asks for."""
    from apprise import NotifyType

    if len(title) > service.title_maxlen:  # chat services have room for none, and would leave it out
        title, body = "", f"{title}\n{body}"
    return bool(service.send(body=body, title=title, notify_type=NotifyType.INFO))


def _service(url: str) -> Any:
    scheme = urlsplit(url).scheme.lower()
    if scheme not in _MODULES:
        raise NotAnAddress(f"The address begins with none of {', '.join(f'{each}://' for each in SCHEMES)}.")
    _prepare(_MODULES[scheme])
    from apprise import Apprise

    service = Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise NotAnAddress(f"This is not how an address of {scheme}:// is written.")
    return service


@cache
def _prepare(module: str) -> None:
    """Before its first use: it speaks through us, and logs nothing, as that would show addresses and keys."""
    with _lock:
        logging.getLogger("apprise").disabled = True
        cast(Any, import_module(f"apprise.plugins.{module}")).requests = guarded
