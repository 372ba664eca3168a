"""The development issuer and the secret key: made once, private."""

import json
import stat
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from cli.embedded.errors import NoPlatform
from cli.embedded.issuer import ensure_issuer, load_issuer
from cli.embedded.secret_key import ensure_secret_key


def test_a_token_is_accepted_by_the_published_keys(tmp_path: Path) -> None:
    issuer = ensure_issuer(tmp_path / "issuer")

    token = load_issuer(tmp_path / "issuer").sign({"sub": "ada"})

    keys = KeySet.import_key_set(json.loads(issuer.jwks.read_bytes()))
    assert jwt.decode(token, keys).claims == {"sub": "ada"}


def test_the_key_stays_the_same_and_private(tmp_path: Path) -> None:
    first = ensure_issuer(tmp_path)
    again = ensure_issuer(tmp_path)

    assert again.key.thumbprint() == first.key.thumbprint()
    assert stat.S_IMODE((tmp_path / "private.json").stat().st_mode) == 0o600
    assert all("d" not in key for key in json.loads(first.jwks.read_bytes())["keys"])


def test_a_key_set_lost_to_a_kill_is_written_again(tmp_path: Path) -> None:
    jwks = ensure_issuer(tmp_path).jwks
    before = jwks.read_bytes()
    jwks.unlink()

    assert ensure_issuer(tmp_path).jwks.read_bytes() == before


def test_without_an_issuer_the_user_learns_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(NoPlatform, match="ithaca up"):
        load_issuer(tmp_path)


def test_the_secret_key_stays_the_same_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    assert ensure_secret_key(path) == ensure_secret_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
