"""How systems call a member."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name that `issuer` gives a member; the highest version says whose it is."""

    issuer: str
    value: str
    version: int
