"""Secrets at rest: what opens them, what does not, and how a key leaves."""

import base64
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import settings as settings_module
from shared.errors import Unavailable
from shared.settings import SettingsError
from shared.storage.sealing import LateSeal, Place, Seal, SecretLost, SecretMisplaced

OLD, NEW = "the key of last year", "the key of this year"
PLACE = Place("acme", "webhook", "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a")
SECRET = "whsec_7"
SEAL = Seal([NEW])


@pytest.fixture(scope="module")
def old() -> Seal:
    return Seal([OLD])


@pytest.fixture(scope="module")
def both() -> Seal:
    return Seal([NEW, OLD])


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(secret: str) -> None:
    assert SEAL.open(SEAL.seal(secret, PLACE), PLACE) == secret


def test_sealed_text_shows_neither_the_secret_nor_that_two_are_the_same(old: Seal) -> None:
    first, second = old.seal(SECRET, PLACE), old.seal(SECRET, PLACE)
    assert first != second
    assert first.isascii()
    assert SECRET.encode() not in base64.urlsafe_b64decode(first.rpartition(".")[2])


@pytest.mark.parametrize(
    "elsewhere",
    [
        dataclasses.replace(PLACE, tenant="globex"),
        dataclasses.replace(PLACE, purpose="source-token"),
        dataclasses.replace(PLACE, owner="another"),
        Place("acmeweb", "hook", PLACE.owner),
    ],
)
def test_a_secret_opens_in_its_own_place_only(old: Seal, elsewhere: Place) -> None:
    with pytest.raises(SecretMisplaced):
        old.open(old.seal(SECRET, PLACE), elsewhere)


@pytest.mark.parametrize("text", ["", "whsec_7", "s1", "s1..", "s2.00.AA=="])
def test_what_was_never_sealed_does_not_open(old: Seal, text: str) -> None:
    with pytest.raises((SecretMisplaced, SecretLost)):
        old.open(text, PLACE)


def test_an_altered_text_does_not_open(old: Seal) -> None:
    head, _, text = old.seal(SECRET, PLACE).rpartition(".")
    content = bytearray(base64.urlsafe_b64decode(text))
    for position in range(len(content)):
        content[position] ^= 1
        with pytest.raises(SecretMisplaced):
            old.open(f"{head}.{base64.urlsafe_b64encode(content).decode()}", PLACE)
        content[position] ^= 1
    for short in (b"", content[:5], content[:-1]):
        with pytest.raises(SecretMisplaced):
            old.open(f"{head}.{base64.urlsafe_b64encode(short).decode()}", PLACE)


def test_an_older_key_still_opens_and_what_it_sealed_is_renewed_under_the_first(old: Seal, both: Seal) -> None:
    sealed = old.seal(SECRET, PLACE)
    assert both.open(sealed, PLACE) == SECRET
    assert both.is_stale(sealed)
    renewed = both.renewed(sealed, PLACE)
    assert renewed is not None
    assert Seal([NEW]).open(renewed, PLACE) == SECRET
    assert both.renewed(renewed, PLACE) is None


def test_a_key_that_left_too_early_is_asked_back_by_the_name_of_its_variable(old: Seal) -> None:
    with pytest.raises(SecretLost, match="ITHACA_SECRET_KEY"):
        SEAL.open(old.seal(SECRET, PLACE), PLACE)


@pytest.mark.parametrize("value", ["", ",", " , ", "short", f"{NEW},short"])
def test_a_service_that_needs_a_key_says_that_none_is_set_or_one_is_too_short(value: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_SECRET_KEY"):
        Seal.from_settings(settings_module.read({"ITHACA_SECRET_KEY": value}))


def test_keys_may_stand_apart_from_their_commas() -> None:
    spaced = Seal.from_settings(settings_module.read({"ITHACA_SECRET_KEY": f"{NEW} , {OLD}"}))
    assert spaced.open(Seal([OLD]).seal(SECRET, PLACE), PLACE) == SECRET


def test_a_service_without_a_key_says_which_variable_it_lacks_only_when_it_needs_one() -> None:
    late = LateSeal(settings_module.read({}))
    with pytest.raises(Unavailable, match="ITHACA_SECRET_KEY"):
        _ = late.seal


def test_the_seal_that_is_made_late_is_made_once() -> None:
    late = LateSeal(settings_module.read({"ITHACA_SECRET_KEY": "a-key-that-is-long-enough"}))
    assert late.seal is late.seal
