"""Keyed hashes: the same for the same person in one association, and of no use to anybody without the key."""

import pytest

from shared.errors import Unavailable
from shared.storage.identifier_hashes import BUYER, EMAIL, NUMBER, IdentifierHashes

OLD, NEW = "the-first-key-of-the-tests", "the-second-key-of-the-tests"


def test_an_address_is_the_same_in_any_case_and_a_number_is_not() -> None:
    hashes = IdentifierHashes([OLD])
    assert hashes.made("acme", EMAIL, "Ada@Straße.example") == hashes.made("acme", EMAIL, "ada@strasse.EXAMPLE")
    assert hashes.made("acme", BUYER, "ADA@x\nAda O") == hashes.made("acme", BUYER, "ada@x\nada o")
    assert hashes.made("acme", NUMBER, "A1") != hashes.made("acme", NUMBER, "a1")


def test_tenant_and_kind_are_part_of_it() -> None:
    hashes = IdentifierHashes([OLD])
    made = {hashes.made(tenant, kind, "1") for tenant in ("acme", "other") for kind in (EMAIL, NUMBER)}
    assert len(made) == 4
    assert all(len(each) == 64 and set(each) <= set("0123456789abcdef") for each in made)


def test_the_first_key_makes_and_every_key_recognizes() -> None:
    before, after, without = IdentifierHashes([OLD]), IdentifierHashes([NEW, OLD]), IdentifierHashes([NEW])
    made = before.made("acme", EMAIL, "ada@example.org")
    assert made in after.every("acme", EMAIL, "ada@example.org")
    assert after.made("acme", EMAIL, "ada@example.org") == without.made("acme", EMAIL, "ada@example.org") != made
    assert made not in without.every("acme", EMAIL, "ada@example.org")


def test_without_a_key_nothing_is_made_and_nothing_recognized() -> None:
    hashes = IdentifierHashes([])
    assert (hashes.recognize, hashes.every("acme", EMAIL, "ada@example.org")) == (False, ())
    with pytest.raises(Unavailable):
        hashes.made("acme", EMAIL, "ada@example.org")
