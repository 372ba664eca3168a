"""Profiles runs without a key, and says what it lacks where one is needed."""

import dataclasses

from shared.settings import Settings
from tests.integration.profiles.conftest import Office


def test_without_a_key_an_export_is_refused_by_the_name_of_the_variable_and_nothing_is_begun(
    own_settings: Settings,
) -> None:
    office = Office(dataclasses.replace(own_settings, secret_keys=()))
    try:
        member = office.register()["id"]
        answer = office.call("POST", f"/v1/members/{member}/export", subject=member)
        assert answer.status_code == 503
        assert "ITHACA_SECRET_KEY" in answer.json["detail"]
        assert office.call("GET", f"/v1/members/{member}/export", subject=member).status_code == 404
    finally:
        office.foundation.close()
