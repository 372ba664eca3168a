"""The development issuer: one ES256 key pair per data folder, whose public half is the platform's JWKS.

As a process of its own it makes the pair and copies the public half to where services may read it, and no more:

python -m cli.embedded.issuer --folder DIR --public DIR
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from cli.embedded.atomic import write_atomically
from cli.embedded.errors import NoPlatform
from shared.settings import LOCAL_ISSUER

ISSUER = LOCAL_ISSUER
"""Its `iss`: the services' default."""

_ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Signs tokens that the platform of one data folder accepts."""

    key: ECKey
    jwks: Path

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWT with these claims, compact; the caller sets all of them."""
        return jwt.encode({"alg": _ALGORITHM, "kid": self.key.kid}, claims, self.key)


def ensure_issuer(folder: Path) -> Issuer:
    """The issuer kept in that folder, made on the first call. Called by the one process that holds the data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    private = folder / "private.json"
    if not private.exists():
        key = ECKey.generate_key("P-256", {"alg": _ALGORITHM, "use": "sig"}, auto_kid=True)
        write_atomically(private, json.dumps(key.as_dict(private=True)).encode(), mode=0o600)
    issuer = load_issuer(folder)
    # Written each time: derived from the private key, and missing where a kill came between the two files.
    write_atomically(issuer.jwks, json.dumps(KeySet([issuer.key]).as_dict(private=False)).encode())
    return issuer


def load_issuer(folder: Path) -> Issuer:
    """The issuer that `ithaca up` made in that folder. Raises NoPlatform where it never ran."""
    private = folder / "private.json"
    if not private.exists():
        raise NoPlatform(f"there is no development issuer in {folder}: start the platform once with `ithaca up`")
    return Issuer(ECKey.import_key(json.loads(private.read_bytes())), folder / "jwks.json")


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Keeps the key pair.")
@click.option("--public", type=click.Path(path_type=Path), required=True, help="Gets jwks.json, the public half.")
def main(folder: Path, public: Path) -> None:
    """Makes the issuer where there is none yet."""
    issuer = ensure_issuer(folder)
    public.mkdir(parents=True, exist_ok=True)
    write_atomically(public / issuer.jwks.name, issuer.jwks.read_bytes())


if __name__ == "__main__":
    main()
