"""What a mail lets a person do, and whom it lets."""

import tomllib
from datetime import timedelta

import pytest

from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Subject
from services.notifications.rendering.act_links import LABELS, ActLinks
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Words
from shared.contracts.acts import OWNERS, Act
from shared.web.act_pages import Grants
from tests.unit.notifications.news import ADA, BEN, NOW, all_news, examples, notifications, one

KEY = "a-key-of-these-tests-and-no-other"
PAGES = {"matching": "https://m.example", "events": "https://e.example/our"}


class Standing:
    def now(self) -> object:
        return NOW


ACTS = ActLinks(PAGES, Grants([KEY]), 14, Standing())  # type: ignore[arg-type]
LINKS = Links("https://n.example/pages/{kind}/{id}", ACTS)
WORDS = Words(language="en", direction="ltr", title="Title", paragraphs=(), action="See it", calendar=None)
NEWS = all_news()


def offered(notification: Notification) -> list[Act]:
    return [Act(link.address.split("/")[-2]) for link in ACTS.of(notification, "en", "en")]


@pytest.mark.parametrize(
    ("type_name", "member_id", "acts"),
    [
        ("request.sent.v1", BEN, [Act.ACCEPT_REQUEST, Act.DECLINE_REQUEST]),
        ("request.reminded.v1", BEN, [Act.ACCEPT_REQUEST, Act.DECLINE_REQUEST]),
        ("request.answered.v1", BEN, [Act.ACCEPT_REQUEST, Act.DECLINE_REQUEST]),
        ("request.accepted.v1", ADA, []),
        ("registration.offered.v1", ADA, [Act.TAKE_SEAT]),
        ("registration.confirmed.v1", ADA, []),
        ("session.proposed.v1", BEN, [Act.CONFIRM_SESSION]),
    ],
)
def test_a_type_offers_what_can_be_done_about_it(type_name: str, member_id: str, acts: list[Act]) -> None:
    named = {"member_id": member_id} if type_name.startswith("registration.") else {}
    data = next(iter(examples(type_name).values())) | named
    [told] = [each for each in notifications(type_name, data) if each.member_id == member_id]
    assert offered(told) == acts


def test_an_agreement_is_signed_until_both_have() -> None:
    open_ones = [each for name, each in NEWS.items() if name.startswith("agreement.") and not each.facts.complete]
    assert open_ones
    assert all(offered(each) == [Act.SIGN_AGREEMENT] for each in open_ones)
    both = one("agreement.signed.v1", signed_by=[ADA, BEN], complete=True, example=None, member_id=ADA)
    assert offered(both) == []


def test_feedback_is_given_and_attendance_is_not() -> None:
    asked = [each for name, each in NEWS.items() if name.startswith("feedback.requested")]
    assert {each.facts.kind == "attendance" for each in asked} == {True, False}
    for each in asked:
        assert offered(each) == ([] if each.facts.kind == "attendance" else [Act.GIVE_FEEDBACK])


def test_every_act_is_offered_by_something_and_each_is_granted_for_its_own_thing() -> None:
    found = set()
    for notification in NEWS.values():
        for link in ACTS.of(notification, "en", "de-AT"):
            *_, act, text = link.address.split("/")
            grant = Grants([KEY]).read(text)
            found.add(grant.act)
            assert act == grant.act.value
            assert link.address.startswith(f"{PAGES[OWNERS[grant.act]]}/pages/")
            assert (grant.tenant, grant.member_id) == (notification.tenant, notification.member_id)
            assert (grant.subject_id, grant.locale) == (notification.about_id, "de-AT")
            assert grant.until == NOW + timedelta(days=14)
    assert found == set(Act)


def test_whoever_did_it_can_do_nothing_about_it() -> None:
    for notification in NEWS.values():
        if notification.actor_id == notification.member_id:
            assert offered(notification) == []


def test_a_portal_has_the_only_link() -> None:
    portal = Links("https://portal.example/{kind}/{id}")
    [button] = portal.buttons(one("request.sent.v1", BEN), WORDS, "en")
    assert button.label == "See it"
    assert button.address.startswith(f"https://portal.example/{Subject.REQUEST}/")


def test_what_asks_for_nothing_leads_to_a_page_that_does_nothing() -> None:
    [button] = LINKS.buttons(one("request.accepted.v1"), WORDS, "en")
    assert button.address == LINKS.to(one("request.accepted.v1"))


def test_the_inbox_lets_nobody_act() -> None:
    assert LINKS.to(one("request.sent.v1", BEN)).startswith("https://n.example/pages/requests/")


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "ar"])
def test_every_act_has_a_name_in_every_language(language: str) -> None:
    labels = tomllib.loads((LABELS / f"{language}.toml").read_text("utf-8"))
    assert set(labels) == {each.value for each in Act}
    assert all(labels.values())
    acts = [link.label for link in ACTS.of(one("request.sent.v1", BEN), language, language)]
    assert acts == [labels["accept-request"], labels["decline-request"]]


def test_a_language_without_names_for_acts_has_the_english_ones() -> None:
    assert [link.label for link in ACTS.of(one("request.sent.v1", BEN), "pt", "pt")] == ["Accept", "Decline"]
