"""This service's own variables: where the other services answer, for exports."""

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.settings import SERVICES, SettingsError, with_files

SELF = "profiles"
OTHERS = tuple(name for name in SERVICES if name != SELF)

_FIRST_PORT = 8001
"""Of the services as `ithaca up` numbers them."""


def addresses(environment: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The base address of each other service, without a slash at its end. Raises SettingsError naming the variable.

    The only places that an export asks: what a caller sends names none.
    """
    values = with_files(os.environ if environment is None else environment)
    return {name: _address(values, name) for name in OTHERS}


def _address(values: Mapping[str, str], service: str) -> str:
    variable = f"ITHACA_{service.upper()}_URL"
    raw = values.get(variable) or f"http://127.0.0.1:{_FIRST_PORT + SERVICES.index(service)}"
    wrong = SettingsError(f"{variable} is {raw!r}: it takes an http or https address, as http://{service}:8000.")
    try:
        parts = urlsplit(raw)
        sound = parts.port != 0 and re.fullmatch(r"[!-~]+", raw) is not None
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or not sound:
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"{variable} holds a user or a password: it takes an address alone.")
    return raw.rstrip("/")
