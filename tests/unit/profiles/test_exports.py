"""How an export goes on, and what its archive is."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from services.profiles.archive.bundle import bundle
from services.profiles.domain.export import ASKS_FOR, Export, ExportState, PartState, begun
from services.profiles.settings import addresses
from shared.settings import SettingsError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA = "0197a000-0000-7000-8000-000000000001"
HOSTILE = '=1+1 <script>alert("1")</script> & \u202e'


def export(*services: str) -> Export:
    return begun("e", "acme", ADA, whole=True, services=services, token="sealed", now=NOW)


def share(**sections: list[dict[str, object]]) -> bytes:
    return orjson.dumps({"service": "events", "member_id": ADA, "sections": sections})


def archive(**shares: bytes | None) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bundle(ADA, NOW, whole=True, shares=shares)))


def test_a_service_that_is_away_does_not_hold_up_the_others() -> None:
    after = export("events", "matching").failed("events", "unreachable", NOW)
    assert [part.service for part in after.missing] == ["matching", "events"]
    assert after.due_at == NOW


def test_the_last_missing_service_is_asked_later_each_time_and_never_later_than_in_five_minutes() -> None:
    one = export("events")
    pauses = []
    for _ in range(7):
        one = one.failed("events", "unreachable", NOW)
        assert one.due_at is not None
        pauses.append((one.due_at - NOW).total_seconds())
    assert pauses == [2, 5, 15, 60, 300, 300, 300]


def test_what_was_collected_stays_when_the_token_is_not_taken_any_more_and_asking_again_goes_on() -> None:
    half = export("events", "matching").given("events", PartState.COLLECTED, 10, NOW).interrupted(NOW)
    assert (half.state, half.token, half.due_at) == (ExportState.INTERRUPTED, None, None)
    again = half.asked_again("another", NOW)
    assert (again.state, again.token, again.due_at) == (ExportState.COLLECTING, "another", NOW)
    assert [part.service for part in again.missing] == ["matching"]


def test_a_token_is_used_for_an_hour_and_no_longer() -> None:
    assert export("events").may_ask(NOW + ASKS_FOR - timedelta(seconds=1))
    assert not export("events").may_ask(NOW + ASKS_FOR)


def test_an_export_that_is_ready_keeps_no_token_and_is_kept_for_seven_days_from_then() -> None:
    later = NOW + timedelta(days=3)
    ready = export("events").ready(100, later)
    assert (ready.token, ready.due_at, ready.expire_at) == (None, None, later + timedelta(days=7))


def test_an_archive_says_what_is_in_it() -> None:
    made = archive(events=share(registrations=[{"id": "1"}], calendars=[]), matching=None)
    assert set(made.namelist()) == {"index.html", "export.json", "events.json", "csv/events-registrations.csv"}
    assert orjson.loads(made.read("export.json")) == {
        "form": "ithaca-export-1",
        "member_id": ADA,
        "made_at": "2026-06-01T12:00:00Z",
        "whole": True,
        "services": {"events": {"registrations": 1, "calendars": 0}, "matching": {}},
    }


def test_the_json_of_a_service_is_in_the_archive_as_it_came() -> None:
    came = share(registrations=[{"id": "1", "name": HOSTILE}])
    assert archive(events=came).read("events.json") == came


def test_what_people_wrote_is_neither_markup_in_the_page_nor_a_formula_in_a_table() -> None:
    made = archive(events=share(**{"<b>": [{"<i>": HOSTILE, "nested": [{"a": None}]}]}))
    page = made.read("index.html").decode()
    assert "<script" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;" in page
    [header, row] = csv.reader(io.StringIO(made.read("csv/events-<b>.csv").decode("utf-8-sig")))
    assert header == ["<i>", "nested"]
    assert row == [f"'{HOSTILE}", '[{"a":null}]']


def test_a_page_asks_for_nothing_from_elsewhere() -> None:
    page = archive(events=share(a=[{"b": "c"}])).read("index.html").decode()
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_same_shares_make_the_same_archive() -> None:
    shares = {"events": share(a=[{"b": 1}]), "matching": None}
    assert bundle(ADA, NOW, whole=True, shares=shares) == bundle(ADA, NOW, whole=True, shares=shares)


def test_services_are_looked_for_where_the_platform_has_them_unless_said() -> None:
    assert addresses({"ITHACA_EVENTS_URL": "https://inside.example.org/events/"}) == {
        "matching": "http://127.0.0.1:8002",
        "events": "https://inside.example.org/events",
        "notifications": "http://127.0.0.1:8004",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "events:8000",
        "ftp://events",
        "http://",
        "http://events?x=1",
        "http://a b",
        "http://u:p@events",
        "http://e:99999",
    ],
)
def test_what_is_no_address_is_refused_by_the_name_of_its_variable(wrong: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_EVENTS_URL"):
        addresses({"ITHACA_EVENTS_URL": wrong})
