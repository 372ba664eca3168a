"""A member is forgotten by notifications: nothing told them stays, and what others were told names nobody."""

from collections.abc import Callable

import pytest

from shared.ids import new_id
from tests import erasing
from tests.integration.notifications.conftest import Desk
from tests.scanning import places_of
from tests.unit.notifications.news import ADA, BEN

WORDS = ("ada@", "okafor")


@pytest.fixture(autouse=True)
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)


def hear_erasure(desk: Desk, order: str, erasure_id: str | None = None) -> None:
    now = desk.clock.now()
    for each in order:
        offset = next(desk._offsets)
        if each == "t":
            record = erasing.tombstone("acme", ADA, offset, now)
        else:
            record = erasing.request("acme", ADA, offset, now, erasure_id=erasure_id)
        desk._handling.handle([record])
        desk.work("erase_members")


def lived(desk: Desk) -> None:
    """Ada and Ben have been told of each other."""
    desk.know_everybody()
    desk.hear_example("mentorship.started.v1", "from-a-request")
    desk.hear_example("registration.confirmed.v1", "opted-into-mentoring", member_id=ADA)


def test_nothing_told_to_the_erased_stays_and_others_see_somebody_without_a_name(
    desk: Desk, as_member: Callable[..., dict[str, str]]
) -> None:
    lived(desk)
    client = desk.client()
    before = client.get("/v1/inbox", headers=as_member(BEN)).get_data(as_text=True)
    assert "Ada" in before
    assert desk.notifications(ADA)
    assert places_of(desk.foundation.database, *WORDS)
    hear_erasure(desk, "tr")
    assert places_of(desk.foundation.database, *WORDS) == []
    assert (desk.notifications(ADA), desk.deliveries(ADA)) == ([], [])
    after = client.get("/v1/inbox", headers=as_member(BEN))
    assert after.status_code == 200
    assert "Ada" not in after.get_data(as_text=True)
    assert len(after.json["items"]) == len(desk.notifications(BEN)) > 0  # type: ignore[index]


@pytest.mark.parametrize("order", ["tr", "rt", "trrt"])
def test_one_acknowledgment_goes_out_in_whatever_order_it_is_heard(desk: Desk, order: str) -> None:
    lived(desk)
    erasure = new_id()
    hear_erasure(desk, order, erasure)
    [said] = [each for each in desk.announced() if each["type"].endswith("erasure.completed.v1")]
    assert (said["id"], said["member_id"], said["service"]) == (erasure, ADA, "notifications")


def test_what_comes_late_is_told_to_the_others_alone(desk: Desk) -> None:
    lived(desk)
    hear_erasure(desk, "tr")
    known = len(desk.notifications(BEN))
    desk.hear_example("mentorship.ended.v1", "rematch", version=9)
    desk.hear_example("registration.confirmed.v1", "opted-into-mentoring", member_id=ADA, id=new_id(), version=2)
    assert desk.notifications(ADA) == []
    assert len(desk.notifications(BEN)) > known
    assert desk.foundation.database["registrations"].count_documents({"member_id": ADA}) == 0


def test_an_older_state_of_the_erased_is_not_taken_back(desk: Desk) -> None:
    lived(desk)
    hear_erasure(desk, "tr")
    desk.hear_example("member.registered.v1", "by-the-association", version=2)
    assert places_of(desk.foundation.database, *WORDS) == []


def test_a_token_of_the_erased_is_refused(desk: Desk, as_member: Callable[..., dict[str, str]]) -> None:
    lived(desk)
    hear_erasure(desk, "tr")
    client = desk.client()
    assert client.get("/v1/inbox", headers=as_member(ADA)).status_code == 401
    assert client.get("/v1/inbox", headers=as_member(ADA, tenant="other")).status_code == 200
