"""Speed rounds on a big screen and on paper."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import (
    Watch,
    do,
    gathering,
    own_plan,
    path,
    planned,
    plans,
    published,
    seats,
    watched,
)

PRINTED = ("room_plan", "table_cards", "personal_plans")
HOSTILE = "<script>alert('1')</script>&\"{{ 7*7 }}"


@pytest.fixture
def watch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """The clock of the service."""
    yield from watched(bench, monkeypatch)


def links(bench: Bench, series: dict[str, Any]) -> dict[str, str]:
    answer = do(bench, series, "links")
    assert answer.status_code == 201, answer.get_data()
    start = bench.settings.public_url
    assert all(address.startswith(f"{start}/v1/rounds/") for address in answer.json.values())  # type: ignore[union-attr]
    return {name: address.removeprefix(start) for name, address in answer.json.items()}  # type: ignore[union-attr]


def fetch(bench: Bench, address: str) -> TestResponse:
    """As a browser does: without a token."""
    return bench.app.test_client().get(address, headers={"Accept": "text/html,*/*;q=0.8"})


def text(bench: Bench, address: str) -> str:
    answer = fetch(bench, address)
    assert answer.status_code == 200, answer.get_data()
    return answer.get_data(as_text=True)


def rows(page: str) -> dict[str, list[str]]:
    """By name, what the screen says of somebody: now, and next."""
    found = {}
    for row in re.findall(r"<li>(.*?)</li>", page, re.DOTALL):
        first, *rest = re.findall(r">([^<>]+)<", row)
        found[first] = [each for each in rest if each != "→"]
    return found


def test_the_screen_says_where_everybody_goes_before_during_between_and_after(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 7)
    series = published(bench, event, rounds=3)
    screen = links(bench, series)["screen"]
    by_name = {f"Person {at:05d}": seats(plans(bench, series), member) for at, member in enumerate(people)}

    def at(number: int) -> dict[str, list[str]]:
        return {name: [own[number] or "break"] for name, own in by_name.items()}

    watch.set(minutes=-5)
    page = text(bench, screen)
    assert "Find your table" in page
    assert ">5:00<" in page
    assert rows(page) == at(1)
    watch.set(minutes=7, seconds=30)
    page = text(bench, screen)
    assert "Round 1 of 3" in page
    assert ">0:30<" in page
    assert rows(page) == {name: [*at(1)[name], *at(2)[name]] for name in by_name}
    watch.set(minutes=9)
    page = text(bench, screen)
    assert "Find your table" in page
    assert "Round 2 · 14:10" in page
    assert rows(page) == at(2)
    watch.set(minutes=20)
    assert rows(text(bench, screen)) == at(3)
    assert "the last round" in text(bench, screen)
    watch.set(hours=1)
    assert "All rounds are over." in text(bench, screen)
    assert rows(text(bench, screen)) == {}


def test_several_screens_share_the_alphabet(bench: Bench, watch: Watch) -> None:
    event, _ = gathering(bench, 10)
    screen = links(bench, published(bench, event))["screen"]
    watch.set(minutes=1)
    shares = [rows(text(bench, f"{screen}?part={part}&parts=3")) for part in (1, 2, 3)]
    assert [len(each) for each in shares] == [4, 4, 2]
    assert sorted(name for each in shares for name in each) == sorted(rows(text(bench, screen)))


def test_what_people_wrote_is_text_and_nothing_else(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 2, name=HOSTILE)
    bench.member(people[0], "P-0", version=2, given_name=HOSTILE, family_name="")
    series = published(bench, event, name=HOSTILE, tables=[HOSTILE[:40]])
    watch.set(minutes=1)
    for name, address in links(bench, series).items():
        page = text(bench, address)
        assert "alert('1')" not in page
        assert "&lt;script&gt;alert(&#39;1&#39;)" in page
        assert "49" not in re.sub(r"nonce=\S+|data-\w+=\S+", "", re.sub(r"<style.*?</style>", "", page, flags=re.S))
        assert page.count("<script") == (1 if name == "screen" else 0)


def test_a_page_loads_nothing_and_runs_only_its_own(bench: Bench) -> None:
    event, _ = gathering(bench, 2)
    for address in links(bench, published(bench, event)).values():
        answers = [fetch(bench, address) for _ in range(2)]
        nonces = set()
        for answer in answers:
            assert answer.content_type == "text/html; charset=utf-8"
            policy = answer.headers["Content-Security-Policy"]
            [nonce] = set(re.findall(r"'nonce-([^']+)'", policy))
            page = answer.get_data(as_text=True)
            assert set(re.findall(r'nonce="([^"]+)"', page)) == {nonce}
            assert policy.startswith("default-src 'none'; ")
            assert "unsafe" not in policy
            assert not re.findall(r"\b(?:src|href)=|style=\"|\son\w+=", page)
            nonces.add(nonce)
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "no-store" in answer.headers["Cache-Control"]
        assert len(nonces) == 2


def test_names_that_are_hidden_are_on_no_page(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 3)
    bench.member(people[1], "P-1", version=2, given_name="Secret", family_name="", visibility={"name": "nobody"})
    series = published(bench, event)
    watch.set(minutes=1)
    [own] = own_plan(bench, series, people[1])
    for address in links(bench, series).values():
        page = text(bench, address)
        assert "Secret" not in page
        assert f"Guest {own['number']}" in page


def test_people_of_one_name_are_told_apart_by_their_numbers(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 3)
    for at in (0, 1):
        bench.member(people[at], f"P-{at}", version=2, given_name="Maria", family_name="Rossi")
    series = published(bench, event)
    watch.set(minutes=1)
    page = text(bench, links(bench, series)["screen"])
    assert re.findall(r'<small class="number">(\d)</small>', page) == ["1", "2"]


@pytest.mark.parametrize("group_size", [2, 3])
def test_what_is_printed_has_everybody_in_every_round(bench: Bench, group_size: int) -> None:
    event, people = gathering(bench, 7)
    series = planned(bench, event, rounds=2, group_size=group_size)
    made = links(bench, series)
    pages = {name: text(bench, made[name]) for name in PRINTED}
    for at, member in enumerate(people):
        name, own = f"Person {at:05d}", seats(plans(bench, series), member)
        assert pages["room_plan"].count(f">{name}<") == 2
        assert pages["table_cards"].count(f">{name}<") == sum(table is not None for table in own.values())
        assert pages["personal_plans"].count(f'<h2><bdi dir="auto" class="name">{name}</bdi></h2>') == 1
    assert all("draft" in page for page in pages.values())
    do(bench, series, "publish")
    assert all('class="draft"' not in text(bench, made[name]) for name in PRINTED)


def test_an_address_shows_until_it_is_revoked_and_a_new_one_revokes_it(bench: Bench) -> None:
    event, people = gathering(bench, 2)
    series = published(bench, event)
    first = links(bench, series)
    second = links(bench, series)
    assert {fetch(bench, each).status_code for each in first.values()} == {404}
    assert {fetch(bench, each).status_code for each in second.values()} == {200}
    # The address of a screen is seen by everybody in the room: it leads to nothing else.
    assert fetch(bench, second["screen"].replace("/screen", "/room-plan")).status_code == 404
    assert fetch(bench, second["room_plan"].replace("/room-plan", "/screen")).status_code == 404
    stranger = bench.call("DELETE", path(series, "links"), "organizer", tenant=bench.neighbor)
    assert stranger.status_code == 404
    assert bench.call("DELETE", path(series, "links"), "organizer").status_code == 204
    assert {fetch(bench, each).status_code for each in second.values()} == {404}
    assert fetch(bench, f"/v1/rounds/{new_id()}/screen").status_code == 404
    assert bench.call("POST", path(series, "links"), "member", member=people[0]).status_code == 403


def test_the_screen_of_cancelled_rounds_says_so(bench: Bench) -> None:
    event, _ = gathering(bench, 2)
    series = published(bench, event)
    made = links(bench, series)
    do(bench, series, "cancel")
    assert "These rounds do not take place." in text(bench, made["screen"])
    assert "There is no plan yet." in text(bench, made["room_plan"])
