"""The association itself: its face, and the numbers it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Colors:
    """As CSS hexadecimal, `#14532d`."""

    primary: str | None = None
    secondary: str | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """One for a tenant; `id` is the tenant's name."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    colors: Colors | None = None
    logo: str | None = None
    reply_to: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    defaults: Mapping[str, int] = field(default_factory=dict)
    """The numbers of `shared.contracts.defaults` that it changes."""
