"""Settings, time and ids."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from shared import settings, storage
from shared.clock import TestClock, parse_rfc3339, rfc3339, to_milliseconds
from shared.ids import derived_id, is_id, made_at, new_id, new_ids
from shared.settings import SettingsError


def test_without_any_variable_the_settings_describe_a_platform_on_this_machine() -> None:
    read = settings.read({})
    assert read.kafka.bootstrap_servers == ("127.0.0.1:9092",)
    assert read.topic("members.v1") == "ithaca.members.v1"
    assert read.database_name("profiles") == "ithaca_profiles"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAFKA_BOOTSTRAP_SERVERS", "localhost"),
        ("KAFKA_BOOTSTRAP_SERVERS", "localhost:99999"),
        ("KAFKA_BOOTSTRAP_SERVERS", ":9092"),
        ("KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("KAFKA_SASL_MECHANISM", "LDAP"),
        ("KAFKA_SSL_CAFILE", "/no/such/file"),
        ("MONGODB_URI", "127.0.0.1:27017"),
        ("ITHACA_DATABASE_PREFIX", "a/b"),
        ("ITHACA_TOPIC_PREFIX", "a b"),
        ("ITHACA_JWKS_URL", "ftp://id.example.org/jwks.json"),
        ("ITHACA_PUBLIC_URL", "mentoring.example.org"),
        ("ITHACA_SECRET_KEY", "short"),
        ("ITHACA_LOG_FORMAT", "xml"),
        ("ITHACA_PORT", "http"),
        ("ITHACA_PORT", "0"),
        ("ITHACA_PORT", "65536"),
        ("ITHACA_RATE_LIMITS", "read"),
        ("ITHACA_RATE_LIMITS", "read=0"),
        ("ITHACA_RATE_LIMITS", "read=-1"),
        ("ITHACA_RATE_LIMITS", "reads=10"),
        ("ITHACA_REQUEST_SECONDS", "0"),
        ("ITHACA_REQUEST_SECONDS", "1.5"),
        ("ITHACA_PROXIES", "-1"),
        ("ITHACA_STRICT_SOURCES", "yes"),
        ("ITHACA_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("ITHACA_ALLOWED_NETWORKS", "intranet"),
        ("ITHACA_BROKER", "rabbit"),
        ("ITHACA_SECRET_KEY_FILE", "/no/such/file"),
        ("ITHACA_TEST_CLOCK", "/no/such/file"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        settings.read({variable: value})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("the first of the keys,the second of the keys\n")
    read = settings.read({"ITHACA_SECRET_KEY_FILE": str(secret)})
    assert read.secret_keys == ("the first of the keys", "the second of the keys")


@pytest.mark.parametrize("missing", ["MECHANISM", "USERNAME", "PASSWORD"])
def test_sasl_without_one_of_its_three_variables_is_refused_by_the_name_of_that_one(missing: str) -> None:
    given = {"KAFKA_SASL_MECHANISM": "PLAIN", "KAFKA_SASL_USERNAME": "ithaca", "KAFKA_SASL_PASSWORD": "secret"}
    del given[f"KAFKA_SASL_{missing}"]
    with pytest.raises(SettingsError, match=f"KAFKA_SASL_{missing} is not set"):
        settings.read({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", **given})


@pytest.mark.parametrize("uri", ["mongodb://", "mongodb://ithaca:hush/hush@db", "mongodb://ithaca:hush"])
def test_an_address_that_the_driver_does_not_take_is_refused_and_not_quoted(uri: str) -> None:
    with pytest.raises(SettingsError, match="MONGODB_URI") as refused:
        storage.connect(settings.read({"MONGODB_URI": uri}))
    assert "hush" not in str(refused.value)


def test_rate_limits_that_are_not_named_keep_their_default() -> None:
    limits = settings.read({"ITHACA_RATE_LIMITS": "write=10, public=5"}).rate_limits
    assert limits == settings.RateLimits(write=10, public=5)
    assert settings.read({}).rate_limits == settings.RateLimits()
    assert settings.read({"ITHACA_RATE_LIMITS": "off"}).rate_limits is None


def test_a_test_clock_is_ahead_by_what_its_file_says_now(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = TestClock(file)
    clock.set_ahead(timedelta(days=40))
    assert settings.read({"ITHACA_TEST_CLOCK": str(file)}).test_clock == file
    assert timedelta(0) <= clock.now() - to_milliseconds(datetime.now(UTC)) - timedelta(days=40) < timedelta(seconds=9)
    clock.set_ahead(timedelta(days=41))
    assert clock.now() > datetime.now(UTC) + timedelta(days=40)
    file.write_text("soon", "utf-8")
    with pytest.raises(ValueError, match="soon"):
        clock.now()


@pytest.mark.parametrize(
    "elsewhere", [{"ITHACA_ISSUER": "https://id.example.org"}, {"ITHACA_JWKS_URL": "https://id.example.org/keys"}]
)
def test_a_test_clock_is_refused_with_any_but_the_local_issuer(tmp_path: Path, elsewhere: dict[str, str]) -> None:
    TestClock(tmp_path / "clock").set_ahead(timedelta(0))
    with pytest.raises(SettingsError, match="ITHACA_TEST_CLOCK"):
        settings.read({"ITHACA_TEST_CLOCK": str(tmp_path / "clock"), **elsewhere})


def test_a_value_and_its_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MONGODB_URI_FILE"):
        settings.read({"MONGODB_URI": "mongodb://a", "MONGODB_URI_FILE": str(tmp_path)})


def test_times_are_written_in_utc_with_z_and_milliseconds_only_where_there_are_any() -> None:
    elsewhere = datetime(2026, 1, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert rfc3339(elsewhere) == "2026-01-01T10:00:00Z"
    assert rfc3339(elsewhere.replace(microsecond=5999)) == "2026-01-01T10:00:00.005Z"


def test_any_offset_is_read_and_none_is_refused() -> None:
    assert parse_rfc3339("2023-09-14T04:38:49.294294+02:00") == datetime(2023, 9, 14, 2, 38, 49, 294000, UTC)
    for text in ("2023-09-14T04:38:49", "2023-09-14", "soon", ""):
        with pytest.raises(ValueError, match=r".*"):
            parse_rfc3339(text)


def test_an_id_says_when_it_was_made() -> None:
    assert made_at("0194f3c5-2b7f-7000-8000-000000000000") == datetime(2025, 2, 11, 6, 49, 32, 799000, UTC)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= made_at(new_id()) <= datetime.now(UTC)


def test_ids_are_sorted_by_the_millisecond_they_were_made_in_and_never_repeat() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == len(ids)
    assert all(is_id(each) and each[14] == "7" for each in ids)
    assert [each[:13] for each in ids] == sorted(each[:13] for each in ids)
    assert not is_id("ABC")


def test_ids_that_are_made_at_once_differ_and_are_as_new_as_one_alone() -> None:
    before, made = new_id(), new_ids(1000)
    assert len(set(made)) == 1000
    assert all(is_id(each) and made_at(before) <= made_at(each) <= made_at(new_id()) for each in made)
    assert new_ids(0) == []


def test_a_derived_id_is_as_old_as_the_other_and_the_same_for_the_same_names() -> None:
    run = new_id()
    one = derived_id(run, "a", "b")
    assert is_id(one)
    assert made_at(one) == made_at(run)
    assert derived_id(run, "a", "b") == one
    assert len({one, derived_id(run, "ab"), derived_id(run, "b", "a"), derived_id(new_id(), "a", "b"), run}) == 5
