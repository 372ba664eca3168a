"""Who gets in, who does not, and what they are told."""

import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.errors import Unavailable
from shared.web.auth import LEEWAY, Authenticator, Principal, Unauthenticated
from shared.web.keys import PublishedKeys, UnknownKey, parse
from tests.unit.web.issuing import ISSUER, MEMBER, Issuer

RSA, EC, OKP = RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(value: object) -> str:
    """One of the parts of a token that are JSON."""
    return encoded(orjson.dumps(value))


def by_hmac(secret: bytes, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token as if the secret were shared with us."""
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def refusal(issuer: Issuer, authorization: str | None) -> str:
    with pytest.raises(Unauthenticated) as refused:
        issuer.authenticator().authenticate(authorization)
    return refused.value.detail


def test_a_good_token_is_its_principal(issuer: Issuer) -> None:
    expires = int(time.time()) + 300
    token = issuer.token("member", "coordinator", "queen of the world", exp=expires)
    caller = issuer.authenticator().authenticate(f"Bearer {token}")
    roles = frozenset({"member", "coordinator"})
    assert caller == Principal("acme", MEMBER, ISSUER, MEMBER, roles, expires_at=expires + LEEWAY)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic abc", "Bearer a b"])
def test_without_a_bearer_token_nobody_gets_in(issuer: Issuer, authorization: str | None) -> None:
    assert "earer" in refusal(issuer, authorization)


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"exp": 1}, "the token has expired"),
        ({"exp": None}, "the token has no expiry"),
        ({"exp": "tomorrow"}, "the token has no expiry"),
        ({"exp": True}, "the token has no expiry"),
        ({"exp": 1e300}, "the token has no expiry"),
        ({"nbf": 9_000_000_000}, "the token is not valid yet"),
        ({"iss": "https://elsewhere.test"}, "the token is of another issuer"),
        ({"iss": None}, "the token is of another issuer"),
        ({"tenant": None}, "the token has no valid tenant: 1 to 64 of a-z 0-9 . _ -"),
        ({"tenant": ""}, "the token has no valid tenant: 1 to 64 of a-z 0-9 . _ -"),
        ({"tenant": "x" * 65}, "the token has no valid tenant: 1 to 64 of a-z 0-9 . _ -"),
        ({"tenant": "acme\n"}, "the token has no valid tenant: 1 to 64 of a-z 0-9 . _ -"),
        ({"tenant": ["acme"]}, "the token has no valid tenant: 1 to 64 of a-z 0-9 . _ -"),
        ({"sub": None}, "the token has no valid subject"),
        ({"roles": "coordinator"}, "the roles of the token are not a list"),
    ],
)
def test_a_wrong_claim_is_named(issuer: Issuer, claims: dict[str, Any], detail: str) -> None:
    assert refusal(issuer, f"Bearer {issuer.token(**claims)}") == detail


@pytest.mark.parametrize("audience", ["ithaca", ["other", "ithaca"]])
def test_a_token_for_us_is_taken_whoever_else_it_is_for(issuer: Issuer, audience: Any) -> None:
    authenticator = issuer.authenticator(audience="ithaca")
    assert authenticator.authenticate(f"Bearer {issuer.token(aud=audience)}").tenant == "acme"


@pytest.mark.parametrize("audience", [None, "", "other", "ithaca-admin", [], ["other"], [["ithaca"]], {"ithaca": 1}, 7])
def test_a_token_that_the_issuer_made_for_somebody_else_is_refused(issuer: Issuer, audience: Any) -> None:
    with pytest.raises(Unauthenticated, match="another audience"):
        issuer.authenticator(audience="ithaca").authenticate(f"Bearer {issuer.token(aud=audience)}")


@pytest.mark.parametrize("subject", ["  ", "x" * 256, "\ud800", "auth0|\udfff"])
def test_a_subject_that_can_be_kept_nowhere_is_refused(issuer: Issuer, subject: str) -> None:
    claims = json.dumps({"iss": ISSUER, "sub": subject, "tenant": "acme", "roles": [], "exp": 9_000_000_000})
    token = jws.serialize_compact({"alg": "ES256", "kid": issuer.key.kid}, claims, issuer.key)
    assert refusal(issuer, f"Bearer {token}") == "the token has no valid subject"


def test_clocks_may_differ_by_thirty_seconds(issuer: Issuer) -> None:
    now = time.time()
    token = issuer.token(exp=int(now - 20), nbf=int(now + 20))
    assert issuer.authenticator().authenticate(f"Bearer {token}").tenant == "acme"


def test_a_token_of_another_key_with_a_known_name_has_a_wrong_signature(issuer: Issuer) -> None:
    assert refusal(issuer, f"Bearer {Issuer().token()}") == "the signature of the token is wrong"


def test_a_token_of_a_key_that_is_not_published_is_refused(issuer: Issuer) -> None:
    assert refusal(issuer, f"Bearer {Issuer('second').token()}") == "the token is signed with an unknown key"


def test_a_token_without_signature_is_refused(issuer: Issuer) -> None:
    header, payload, _ = issuer.token().split(".")
    unsigned = base64.urlsafe_b64encode(orjson.dumps({"alg": "none", "kid": "first"})).rstrip(b"=").decode()
    assert refusal(issuer, f"Bearer {unsigned}.{payload}.") == "the token is not signed with an accepted algorithm"
    assert refusal(issuer, f"Bearer {header}.{payload}.") == "the signature of the token is wrong"


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "nOnE", "", "HS256", "HS512", "ES256K", "A128GCMKW", None, 7, ["ES256"]]
)
def test_only_the_algorithms_of_the_list_are_taken_however_they_are_written(issuer: Issuer, algorithm: Any) -> None:
    head, payload, signature = issuer.token().split(".")
    renamed = part({"alg": algorithm, "kid": "first"})
    for forged in (f"{renamed}.{payload}.", f"{renamed}.{payload}.{signature}", f"{renamed}.{payload}.{head}"):
        assert refusal(issuer, f"Bearer {forged}") == "the token is not signed with an accepted algorithm"


@pytest.mark.parametrize("public", [RSA, EC, OKP], ids=["RSA", "EC", "OKP"])
def test_no_form_of_a_public_key_is_a_shared_secret(public: Any) -> None:
    claims = {"iss": ISSUER, "sub": MEMBER, "tenant": "acme", "roles": [], "exp": int(time.time()) + 600}
    forms = [public.as_pem(private=False), public.as_der(private=False), orjson.dumps(public.as_dict(private=False))]
    for secret in (*forms, *(form.strip() for form in forms), b""):
        forged = by_hmac(secret, {"alg": "HS256", "kid": "k"}, claims)
        with pytest.raises(Unauthenticated, match="accepted algorithm"):
            _published(public).authenticate(f"Bearer {forged}")


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "first' OR '1'='1",
        "first\0",
        "First",
        " first",
        "",
        "*",
    ],
)
def test_the_name_of_a_key_is_looked_for_as_it_is_and_nowhere_else(issuer: Issuer, kid: str) -> None:
    by_nothing = by_hmac(b"", {"alg": "HS256", "kid": kid}, {"iss": ISSUER})
    assert refusal(issuer, f"Bearer {by_nothing}") == "the token is not signed with an accepted algorithm"
    assert refusal(issuer, f"Bearer {issuer.token(header={'kid': kid})}") == "the token is signed with an unknown key"


@pytest.mark.parametrize("kid", [7, ["first"], {"$gt": ""}, True])
def test_the_name_of_a_key_is_a_text(issuer: Issuer, kid: Any) -> None:
    _, payload, signature = issuer.token().split(".")
    forged = f"{part({'alg': 'ES256', 'kid': kid})}.{payload}.{signature}"
    assert refusal(issuer, f"Bearer {forged}") == "the token names no key"


def test_a_token_brings_no_key_of_its_own(issuer: Issuer) -> None:
    """RFC 8725, section 3.10: what a header says of keys was written by whoever wrote the token."""
    own = Issuer()
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return issuer.key_set()

    authenticator = Authenticator(issuer=ISSUER, keys=PublishedKeys("https://issuer.test/jwks", fetch))
    for header in (
        {"jwk": own.key.as_dict(private=False)},
        {"jku": "https://evil.test/jwks"},
        {"x5u": "https://evil.test/chain.pem"},
    ):
        for kid in ({}, {"kid": "evil"}):
            token = own.token(header=header | kid)
            with pytest.raises(Unauthenticated, match=r"signature|unknown key"):
                authenticator.authenticate(f"Bearer {token}")
    assert set(asked) == {"https://issuer.test/jwks"}


def test_what_a_header_calls_critical_is_understood_or_refused(issuer: Issuer) -> None:
    head = {"alg": "ES256", "kid": "first", "crit": ["of-our-own"], "of-our-own": True}
    _, payload, signature = issuer.token().split(".")
    assert refusal(issuer, f"Bearer {part(head)}.{payload}.{signature}").startswith("the token")


def test_of_a_claim_given_twice_the_last_counts(issuer: Issuer) -> None:
    """RFC 7519, section 4. That the issuer signed both is for the issuer to answer for."""
    claims = json.dumps({"iss": ISSUER, "sub": MEMBER, "tenant": "acme", "roles": [], "exp": 9_000_000_000})
    twice = f'{claims[:-1]}, "tenant": "globex"}}'
    token = jws.serialize_compact({"alg": "ES256", "kid": "first"}, twice, issuer.key)
    assert issuer.authenticator().authenticate(f"Bearer {token}").tenant == "globex"


@pytest.mark.parametrize("size", [16_000, 1 << 20])
def test_a_token_is_read_up_to_a_size_and_refused_beyond_it(issuer: Issuer, size: int) -> None:
    assert refusal(issuer, f"Bearer {issuer.token(padding='x' * size)}") == "the token cannot be read"


@pytest.mark.parametrize("token", ["x", "a.b.c", "é.é.é", "." * 5, "e30.e30.e30", "x" * 20_000])
def test_what_is_no_token_is_refused(issuer: Issuer, token: str) -> None:
    assert refusal(issuer, f"Bearer {token}").startswith("the token")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"kid": "k"}), "RS256"),
        (RSAKey.generate_key(2048, {"kid": "k"}), "PS256"),
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "EdDSA"),
        (ECKey.generate_key("P-256", {"kid": "k"}), "ES256"),
    ],
)
def test_every_asymmetric_algorithm_of_the_list_is_taken(key: Any, algorithm: str) -> None:
    issuer = Issuer()
    token = issuer.token()
    claims = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    signed = jwt.encode({"alg": algorithm, "kid": "k"}, claims, key, algorithms=[algorithm])
    issuer.key = key
    assert issuer.authenticator().authenticate(f"Bearer {signed}").tenant == "acme"


def test_a_foreign_subject_is_looked_up_among_the_identifiers(issuer: Issuer) -> None:
    linked = {("acme", ISSUER, "auth0|7"): MEMBER}
    authenticator = issuer.authenticator(member_lookup=lambda *who: linked.get(who))
    assert authenticator.authenticate(f"Bearer {issuer.token(sub='auth0|7')}").member_id == MEMBER
    assert authenticator.authenticate(f"Bearer {issuer.token(sub='auth0|8')}").member_id is None


def test_the_member_may_stand_in_another_claim(issuer: Issuer) -> None:
    authenticator = issuer.authenticator(member_claim="ithaca_member")
    caller = authenticator.authenticate(f"Bearer {issuer.token(sub='auth0|7', ithaca_member=MEMBER)}")
    assert (caller.subject, caller.member_id) == ("auth0|7", MEMBER)


class Source:
    """Where keys come from, and how often they were asked for."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, _: str) -> bytes:
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


URL = "https://issuer.test/jwks"


class MovingClock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def test_keys_are_fetched_once_for_many_tokens(issuer: Issuer) -> None:
    source = Source(issuer.key_set())
    keys = PublishedKeys(URL, source)
    assert [keys.find("first").kid for _ in range(5)] == ["first"] * 5
    assert source.asked == 1


def test_made_up_key_names_do_not_flood_the_issuer(issuer: Issuer) -> None:
    source = Source(issuer.key_set())
    keys = PublishedKeys(URL, source)
    for number in range(100):
        with pytest.raises(UnknownKey):
            keys.find(f"made up {number}")
    assert source.asked == 1


def test_a_new_key_is_found_and_old_keys_outlive_an_outage(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.keys._BETWEEN_FETCHES", 0.0)
    second = Issuer("second")
    both = orjson.dumps({"keys": [issuer.key.as_dict(private=False), second.key.as_dict(private=False)]})
    keys = PublishedKeys(URL, Source(issuer.key_set(), both, OSError("away")))
    assert keys.find("first").kid == "first"
    assert keys.find("second").kid == "second"
    monkeypatch.setattr("shared.web.keys._RENEW_AFTER", 0.0)
    assert keys.find("first").kid == "first"


@pytest.mark.parametrize("answer", [OSError("away"), b"<html>", b"[]", b'{"keys": 3}'])
def test_without_any_keys_no_token_can_be_judged(answer: Any) -> None:
    with pytest.raises(Unavailable):
        PublishedKeys(URL, Source(answer)).find("first")


def test_keys_for_other_uses_and_of_other_kinds_are_left_out(issuer: Issuer) -> None:
    entries = [
        issuer.key.as_dict(private=False),
        ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"}).as_dict(private=False),
        OctKey.generate_key(256, {"kid": "oct"}).as_dict(),
        {"kty": "EC", "kid": "broken", "crv": "P-256"},
        {"kty": "XYZ"},
        7,
    ]
    assert list(parse(orjson.dumps({"keys": entries}))) == ["first"]


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_keys_that_are_not_for_checking_signatures_or_too_short_for_it_are_left_out(issuer: Issuer) -> None:
    public = issuer.key.as_dict(private=False)
    entries = [
        public | {"kid": "verifies", "key_ops": ["verify"]},
        public | {"kid": "signs", "key_ops": ["sign"]},
        public | {"kid": "derives", "key_ops": ["deriveBits"]},
        public | {"kid": "odd", "key_ops": "verify"},
        public | {"kid": "other", "use": "tls"},
        _short_rsa(),
    ]
    assert list(parse(orjson.dumps({"keys": entries}))) == ["verifies"]


def _short_rsa() -> dict[str, Any]:
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    modulus = base64.urlsafe_b64encode(numbers.n.to_bytes(128, "big")).rstrip(b"=").decode()
    return {"kty": "RSA", "kid": "short", "n": modulus, "e": "AQAB"}


def test_a_key_that_its_issuer_withdraws_stops_working_with_the_next_renewal(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.keys._BETWEEN_FETCHES", 0.0)
    second = Issuer("second")
    keys = PublishedKeys(URL, Source(issuer.key_set(), second.key_set()))
    authenticator = Authenticator(issuer=ISSUER, keys=keys)
    stolen = f"Bearer {issuer.token()}"
    assert authenticator.authenticate(stolen).tenant == "acme"
    monkeypatch.setattr("shared.web.keys._RENEW_AFTER", 0.0)
    assert authenticator.authenticate(f"Bearer {second.token()}").tenant == "acme"
    with pytest.raises(Unauthenticated, match="unknown key"):
        authenticator.authenticate(stolen)


def test_a_token_that_was_let_in_before_still_expires() -> None:
    issuer, clock = Issuer(), MovingClock()
    authenticator = issuer.authenticator(clock=clock)
    token = f"Bearer {issuer.token(exp=int(clock.now().timestamp()) + 60)}"
    assert authenticator.authenticate(token).tenant == "acme"
    clock.ahead = timedelta(seconds=120)
    with pytest.raises(Unauthenticated, match="expired"):
        authenticator.authenticate(token)


def test_a_token_that_was_let_in_before_is_refused_when_another_key_has_its_name(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = PublishedKeys(URL, Source(issuer.key_set(), Issuer().key_set()))
    authenticator = Authenticator(issuer=ISSUER, keys=keys)
    token = f"Bearer {issuer.token()}"
    assert authenticator.authenticate(token).tenant == "acme"
    monkeypatch.setattr("shared.web.keys._BETWEEN_FETCHES", 0.0)
    monkeypatch.setattr("shared.web.keys._RENEW_AFTER", 0.0)
    with pytest.raises(Unauthenticated, match="signature"):
        authenticator.authenticate(token)


def test_no_more_tokens_are_remembered_than_there_is_room_for(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.auth._MOST_PROVEN", 3)
    authenticator = issuer.authenticator()
    for number in range(8):
        assert (
            authenticator.authenticate(f"Bearer {issuer.token(sub=f'person {number}')}").subject == f"person {number}"
        )
    assert len(authenticator._proven) == 2


def test_a_token_is_proved_once(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    authenticator = issuer.authenticator()
    token = f"Bearer {issuer.token('coordinator')}"
    first = authenticator.authenticate(token)
    monkeypatch.setattr("shared.web.auth.jwt", None)
    assert authenticator.authenticate(token) == first


def test_many_at_once_wait_for_one_fetch(issuer: Issuer) -> None:
    source = Source(issuer.key_set())
    keys = PublishedKeys(URL, source)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: keys.find("first").kid, range(50)))
    assert set(found) == {"first"}
    assert source.asked == 1


def _published(key: Any, **more: str) -> Authenticator:
    content = orjson.dumps({"keys": [key.as_dict(private=False) | {"kid": "k"} | more]})
    return Authenticator(issuer=ISSUER, keys=PublishedKeys(URL, Source(content)))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("published", "said", "signed_by"),
    [
        # The issuer says what its key is for; a token does not choose another algorithm for it.
        (RSA, {"alg": "RS256"}, (RSA, "PS256")),
        (RSA, {"alg": "RS512"}, (RSA, "RS256")),
        (EC, {"alg": "ES512"}, (EC, "ES256")),
        # An algorithm goes with one kind of key, whoever's it is.
        (RSA, {}, (EC, "ES256")),
        (EC, {}, (RSA, "RS256")),
        (OKP, {}, (EC, "ES256")),
        (EC, {}, (OKP, "EdDSA")),
    ],
)
def test_an_algorithm_is_pinned_to_its_key(published: Any, said: dict[str, str], signed_by: tuple[Any, str]) -> None:
    claims = {"iss": ISSUER, "sub": MEMBER, "tenant": "acme", "roles": [], "exp": int(time.time()) + 600}
    key, algorithm = signed_by
    token = jwt.encode({"alg": algorithm, "kid": "k"}, claims, key, algorithms=[algorithm])
    with pytest.raises(Unauthenticated):
        _published(published, **said).authenticate(f"Bearer {token}")
    right = _published(key, alg=algorithm).authenticate(f"Bearer {token}")
    assert right.tenant == "acme"


def test_a_key_set_in_a_file_is_read(issuer: Issuer, tmp_path: Any) -> None:
    assert PublishedKeys(issuer.publish(tmp_path)).find("first").kid == "first"


def test_a_key_set_by_another_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="ITHACA_JWKS_URL"):
        PublishedKeys("ftp://issuer.test/jwks")
