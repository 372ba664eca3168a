"""The key that services encrypt with and derive keyed hashes from, made once per data folder."""

import base64
import os
from pathlib import Path

from cli.embedded.atomic import write_atomically


def ensure_secret_key(path: Path) -> str:
    """The key kept in that file: 32 random bytes, URL-safe base64 with padding. Readable by its owner alone."""
    if not path.exists():
        write_atomically(path, base64.urlsafe_b64encode(os.urandom(32)), mode=0o600)
    return path.read_text("ascii")
