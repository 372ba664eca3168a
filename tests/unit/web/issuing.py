"""An issuer for tests: a key of its own and tokens signed with it."""

import time
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.web.auth import Authenticator
from shared.web.keys import PublishedKeys

ISSUER = "https://issuer.test"
MEMBER = "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a"


class Issuer:
    def __init__(self, kid: str = "first") -> None:
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})

    def key_set(self) -> bytes:
        return orjson.dumps({"keys": [self.key.as_dict(private=False)]})

    def publish(self, folder: Path) -> str:
        path = folder / "jwks.json"
        path.write_bytes(self.key_set())
        return path.as_uri()

    def authenticator(self, **options: Any) -> Authenticator:
        keys = PublishedKeys("https://issuer.test/jwks", fetch=lambda _: self.key_set())
        return Authenticator(issuer=ISSUER, keys=keys, **options)

    def token(self, *roles: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        content: dict[str, Any] = {
            "iss": ISSUER,
            "sub": MEMBER,
            "tenant": "acme",
            "roles": list(roles or ("member",)),
            "exp": now + 600,
        } | claims
        content = {name: value for name, value in content.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid} | (header or {}), content, self.key)

    def headers(self, *roles: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}
