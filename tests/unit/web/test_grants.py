"""Grants of one act: whole or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.acts import OWNERS, Act
from shared.contracts.vocabulary import SERVICES
from shared.ids import new_id
from shared.signing import NotOurs
from shared.web.act_pages import Grant, Grants

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
OLD, NEW = "a-key-of-last-year-and-no-other", "a-key-of-this-year-and-no-other"
SIGNING = Grants([NEW])


def grant(act: Act = Act.TAKE_SEAT, tenant: str = "acme", locale: str = "de-AT") -> Grant:
    return Grant(act, tenant, new_id(), new_id(), locale, NOW + timedelta(days=14))


@pytest.mark.parametrize("act", Act)
def test_what_is_granted_is_read(act: Act) -> None:
    given_away = grant(act)
    text = SIGNING.signed(given_away)
    assert SIGNING.read(text) == given_away
    assert text.isascii()
    assert not {"/", "+", "=", "?", "#"} & set(text)


def test_the_longest_grant_is_read() -> None:
    given_away = grant(tenant="t" * 64, locale="l" * 35)
    assert SIGNING.read(SIGNING.signed(given_away)) == given_away


@given(st.data())
def test_a_text_with_any_character_changed_grants_nothing(data: st.DataObject) -> None:
    text = SIGNING.signed(grant())
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda each: each != text[at]))
    with pytest.raises(NotOurs):
        SIGNING.read(text[:at] + other + text[at + 1 :])


@given(st.text(max_size=500))
def test_no_text_of_somebody_else_grants_anything(text: str) -> None:
    with pytest.raises(NotOurs):
        SIGNING.read(text)


def test_every_key_of_the_list_verifies_and_the_first_one_signs() -> None:
    before, both, after = Grants([OLD]), Grants([NEW, OLD]), Grants([NEW])
    of_old, of_new = before.signed(grant()), both.signed(grant())
    both.read(of_old)
    after.read(of_new)
    for reader, text in ((after, of_old), (before, of_new)):
        with pytest.raises(NotOurs):
            reader.read(text)


def test_a_grant_is_over_after_its_time() -> None:
    made = grant()
    assert not made.is_over(made.until)
    assert made.is_over(made.until + timedelta(seconds=1))


def test_every_act_has_an_owner() -> None:
    assert set(OWNERS) == set(Act)
    assert set(OWNERS.values()) <= set(SERVICES)
