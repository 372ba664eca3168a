"""Answering from a mail, without signing in: the act is the API's own, and nothing but pressing the button does it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.member import Membership
from services.matching.domain.program import Format
from shared.contracts.acts import Act
from shared.settings import RateLimits
from shared.web.act_pages import Grants
from tests.integration.matching.asking import accept, asked, state_of
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import TERMS, Pair, pair, pair_at_work
from tests.integration.matching.surveying import after_a_session
from tests.integration.matching.surveying import asked as surveys
from tests.integration.matching.telling import merged, tell
from tests.integration.matching.test_erasing import erase
from tests.visiting import Page, address, press, visit

NAUGHTY = "<script>alert('x')</script> & \"Ada\""


def link(association: Association, act: Act, member: str, subject: str, **options: str) -> str:
    return address(act, TENANT, member, subject, association.clock.now(), **options)  # type: ignore[arg-type]


def opened(association: Association, path: str, method: str = "GET") -> Page:
    return visit(association.app.test_client(), path, method)


def pressed(association: Association, path: str, **entry: str) -> Page:
    return press(association.app.test_client(), path, **entry)


class Request:
    """One that waits for its mentor's answer."""

    def __init__(self, association: Association, **member: str) -> None:
        self.association = association
        self.program = association.program(name="Spring & Summer")
        self.mentor, self.mentee = association.mentor(self.program), association.mentee(self.program)
        association.tell_of(self.mentee, name=member.get("name", "Ben Baker"))
        self.id = asked(association, self.program, self.mentee, self.mentor, message="Would you help me?")[0]

    def state(self) -> str:
        return state_of(self.association, self.mentor, f"/v1/requests/{self.id}")

    def link(self, act: Act = Act.ACCEPT_REQUEST, **options: str) -> str:
        return link(self.association, act, self.mentor, self.id, **options)


@pytest.fixture
def request_(association: Association) -> Request:
    return Request(association)


def test_a_mentor_accepts_from_a_mail(association: Association, request_: Request) -> None:
    shown = opened(association, request_.link())
    assert shown.status == 200
    for said in ("Ben Baker", "Spring & Summer", "Would you help me?", "January 21, 2026", "Yes, accept"):
        assert said in shown.text
    done = pressed(association, request_.link())
    assert (done.status, done.has_form) == (200, False)
    assert "You have accepted." in done.text
    assert request_.state() == "accepted"
    [mentorship] = association.call(request_.mentor, "GET", "/v1/mentorships").json["items"]
    assert mentorship["mentee_id"] == request_.mentee


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("act", [Act.ACCEPT_REQUEST, Act.DECLINE_REQUEST])
def test_looking_at_a_page_changes_nothing(association: Association, request_: Request, method: str, act: Act) -> None:
    database = association.foundation.database
    before = {name: list(database[name].find().sort("_id", 1)) for name in ("requests", "outbox", "mentor_loads")}
    for _ in range(2):
        assert opened(association, request_.link(act), method).status == 200
    assert {name: list(database[name].find().sort("_id", 1)) for name in before} == before


def test_a_second_time_it_says_that_it_was_done_already(association: Association, request_: Request) -> None:
    pressed(association, request_.link())
    told = association.messages()
    for page in (opened(association, request_.link()), pressed(association, request_.link())):
        assert (page.status, page.has_form) == (200, False)
        assert "accepted this request already" in page.text
    assert association.messages() == told


def test_a_decline_gives_the_reason_that_was_chosen_and_no_other(association: Association, request_: Request) -> None:
    done = pressed(association, request_.link(Act.DECLINE_REQUEST), reason="no_time")
    assert "You have declined." in done.text
    [told] = association.messages("request.declined.v1")
    assert told["reason"] == "no_time"
    other = Request(association)
    assert pressed(association, other.link(Act.DECLINE_REQUEST), reason="because I say so").status == 200
    assert {each["reason"] for each in association.messages("request.declined.v1")} == {"no_time", "other"}


def test_who_has_declined_cannot_accept_any_more(association: Association, request_: Request) -> None:
    pressed(association, request_.link(Act.DECLINE_REQUEST))
    page = pressed(association, request_.link())
    assert (page.status, page.has_form) == (409, False)
    assert "declined this request already" in page.text
    assert request_.state() == "declined"


def test_a_request_withdrawn_meanwhile_is_not_accepted(association: Association, request_: Request) -> None:
    association.call(request_.mentee, "POST", f"/v1/requests/{request_.id}/withdraw")
    assert opened(association, request_.link()).status == 200
    page = pressed(association, request_.link())
    assert page.status == 409
    assert "Ben Baker has taken the request back." in page.text


def test_a_request_whose_time_is_over_is_not_accepted(association: Association, request_: Request) -> None:
    path = request_.link()
    association.clock.pass_by(days=14)
    page = pressed(association, path)
    assert (page.status, page.has_form) == (409, False)
    assert "time to answer this request is over" in page.text


def test_a_link_ends_after_its_time(association: Association, request_: Request) -> None:
    path = request_.link()
    association.clock.pass_by(days=14, seconds=1)
    for method in ("GET", "POST"):
        page = opened(association, path, method)
        assert (page.status, page.has_form) == (410, False)
        assert "Ben Baker" not in page.html


def test_a_full_mentor_reads_why_and_nothing_happens(association: Association, request_: Request) -> None:
    other = association.mentee(request_.program)
    second = asked(association, request_.program, other, request_.mentor)[0]
    path = link(association, Act.ACCEPT_REQUEST, request_.mentor, second)
    assert accept(association, request_.mentor, request_.id).status_code == 200
    page = pressed(association, path)
    assert page.status == 409
    assert "no longer be accepted" in page.text


def test_a_lapsed_member_reads_why_and_nothing_happens(association: Association, request_: Request) -> None:
    association.tell_of(request_.mentor, name="Ada", membership=Membership.LAPSED)
    page = pressed(association, request_.link())
    assert (page.status, page.has_form) == (409, True)
    assert "You take no part in this program at the moment" in page.text
    assert request_.state() == "sent"


def test_a_block_reads_as_if_the_other_took_no_part(association: Association, request_: Request) -> None:
    path = request_.link()
    association.call(request_.mentee, "PUT", f"/v1/blocks/{request_.mentor}")
    page = pressed(association, path)
    assert page.status in (404, 409)
    assert "block" not in page.text.casefold()
    assert association.call(request_.mentor, "GET", "/v1/mentorships").json["items"] == []


def test_a_link_opens_for_nobody_and_nothing_else(association: Association, request_: Request) -> None:
    elsewhere = Request(association)
    now = association.clock.now()
    stranger = address(Act.ACCEPT_REQUEST, TENANT, association.member(), request_.id, now)
    the_asker = address(Act.ACCEPT_REQUEST, TENANT, request_.mentee, request_.id, now)
    other_thing = address(Act.ACCEPT_REQUEST, TENANT, request_.mentor, elsewhere.id, now)
    other_tenant = address(Act.ACCEPT_REQUEST, "globex", request_.mentor, request_.id, now)
    other_act = address(Act.DECLINE_REQUEST, TENANT, request_.mentor, request_.id, now, at="accept-request")
    other_service = address(Act.TAKE_SEAT, TENANT, request_.mentor, request_.id, now)
    no_act = address(Act.ACCEPT_REQUEST, TENANT, request_.mentor, request_.id, now, at="rule-the-world")
    foreign_key = request_.link(grants=Grants(["a-key-that-is-not-of-this-place"]))  # type: ignore[arg-type]
    for path in (stranger, the_asker, other_thing, other_tenant, other_act, other_service, no_act, foreign_key):
        for method in ("GET", "POST"):
            page = opened(association, path, method)
            assert (page.status, page.has_form) == (404, False)
            assert "Ben Baker" not in page.html
    assert (request_.state(), elsewhere.state()) == ("sent", "sent")


def test_a_link_that_was_changed_opens_nothing(association: Association, request_: Request) -> None:
    path = request_.link()
    start = path.rindex("/") + 1
    broken = (
        path[:-1],
        f"{path}A",
        f"{path[:start]}{'A' * 5000}",
        f"{path[:start]}%00",
        f"{path[:start]}%ff",
        path[:start],
    )
    for changed in broken:
        assert opened(association, changed, "POST").status == 404
    assert request_.state() == "sent"


def test_an_erased_member_can_do_nothing_any_more(association: Association, request_: Request) -> None:
    path = request_.link()
    erase(association, request_.mentor)
    for method in ("GET", "POST"):
        assert opened(association, path, method).status == 404
    assert association.messages("request.accepted.v1") == []


def test_who_was_merged_into_another_still_answers(association: Association, request_: Request) -> None:
    path = request_.link()
    survivor = association.member(name="Ada")
    tell(association, merged(association, request_.mentor, survivor))
    association.do_due_work()
    assert "You have accepted." in pressed(association, path).text
    [mentorship] = association.call(survivor, "GET", "/v1/mentorships").json["items"]
    assert mentorship["mentor_id"] == survivor


@pytest.mark.parametrize("turn", range(4))
def test_pressing_twice_while_the_portal_accepts_makes_one_mentorship(
    association: Association, request_: Request, turn: int
) -> None:
    path = request_.link()
    pages = [lambda: pressed(association, path).status] * 2
    answers = at_once([*pages, lambda: accept(association, request_.mentor, request_.id).status_code])
    assert all(status in (200, 409) for status in answers)
    assert 200 in answers
    assert len(association.messages("request.accepted.v1")) == 1
    assert len(association.messages("mentorship.started.v1")) == 1


def test_names_and_words_are_shown_and_never_run(association: Association) -> None:
    request = Request(association, name=NAUGHTY)
    page = opened(association, request.link())
    assert NAUGHTY in page.text
    assert "<script" not in page.html
    assert "<bdi>&lt;script&gt;" in page.html


def test_a_hidden_name_is_not_shown(association: Association, request_: Request) -> None:
    association.tell_of(request_.mentee, name="Ben Baker", visibility={"name": "nobody"})
    page = opened(association, request_.link())
    assert "Ben" not in page.html
    assert "A member would like you to be their mentor" in page.text


@pytest.mark.parametrize(
    ("locale", "lang", "direction", "said"),
    [
        ("de-AT", "de", "ltr", "Ja, annehmen"),
        ("es", "es", "ltr", "Sí, aceptar"),
        ("fr_CA", "fr", "ltr", "Oui, accepter"),
        ("ar-EG", "ar", "rtl", "نعم، أوافق"),
        ("pt-BR", "en", "ltr", "Yes, accept"),
    ],
)
def test_a_page_speaks_the_language_of_whoever_got_the_mail(
    association: Association, request_: Request, locale: str, lang: str, direction: str, said: str
) -> None:
    page = opened(association, request_.link(locale=locale))
    assert (page.lang, page.direction) == (lang, direction)
    assert said in page.text


def test_peers_are_nobodys_mentor(association: Association) -> None:
    program = association.program(format=Format.PEER)
    one, other = association.mentee(program), association.mentee(program)
    request = asked(association, program, one, other)[0]
    page = opened(association, link(association, Act.ACCEPT_REQUEST, other, request))
    assert "to be paired with you" in page.text
    assert "mentor" not in page.text.casefold()


def test_pages_are_kept_by_nobody_and_tell_nobody_where_they_are(association: Association, request_: Request) -> None:
    for page in (opened(association, request_.link()), opened(association, "/pages/accept-request/nothing")):
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in page.headers
        assert "<script" not in page.html
        assert "http" not in page.html.replace("http-equiv", "")


def test_what_is_no_form_is_refused_as_a_page(association: Association, request_: Request) -> None:
    client = association.app.test_client()
    for body in ({"json": {"seen": ""}}, {"data": {"file": (__file__, "x")}, "content_type": "multipart/form-data"}):
        page = visit(client, request_.link(), "POST", **body)
        assert (page.status, page.headers["Content-Type"]) == (415, "text/html; charset=utf-8")
    assert visit(client, request_.link(), "DELETE").status == 405
    assert request_.state() == "sent"


def test_too_many_at_once_read_that_on_a_page(association: Association, request_: Request) -> None:
    path, service = request_.link(), association.service
    few = replace(association.foundation.settings, rate_limits=RateLimits(public=1))
    client = replace(service, foundation=replace(service.foundation, settings=few)).web_app().test_client()
    assert visit(client, path).status == 200
    page = visit(client, path, "POST")
    assert (page.status, page.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "Retry-After" in page.headers
    assert "Nothing was changed" in page.text
    assert request_.state() == "sent"


def test_an_agreement_is_signed_as_it_was_read(association: Association) -> None:
    made = pair(association)
    made.call(made.mentor, "PUT", "/agreement", {**TERMS, "boundaries": "No calls at night."})
    path = link(association, Act.SIGN_AGREEMENT, made.mentee, made.mentorship)
    shown = opened(association, path)
    for said in ("every two weeks", "by video", "24 weeks", "Lead a team", "No calls at night.", "version 1"):
        assert said in shown.text
    made.call(made.mentor, "PUT", "/agreement", {**TERMS, "goals": ["Rule the world"]})
    stale = visit(association.app.test_client(), path, "POST", data=shown.hidden)
    assert (stale.status, stale.has_form) == (409, True)
    assert "has changed since you opened the page" in stale.text
    assert "Rule the world" in stale.text
    assert made.call(made.mentor, "GET").json["agreement"]["signed_by"] == []
    signed = pressed(association, path)
    assert "counts once" in signed.text
    assert made.call(made.mentor, "GET").json["agreement"]["signed_by"] == [made.mentee]
    assert "signed this version already" in pressed(association, path).text
    both = pressed(association, link(association, Act.SIGN_AGREEMENT, made.mentor, made.mentorship))
    assert "signed by both of you" in both.text
    assert made.call(made.mentor, "GET").json["state"] == "active"


def test_there_is_nothing_to_sign_before_somebody_has_written_it_or_after_the_end(association: Association) -> None:
    made = pair(association)
    path = link(association, Act.SIGN_AGREEMENT, made.mentee, made.mentorship)
    assert opened(association, path).status == 404
    made.call(made.mentor, "PUT", "/agreement", TERMS)
    assert made.call(made.mentor, "POST", "/end", {}).status_code == 200
    page = pressed(association, path)
    assert (page.status, page.has_form) == (409, False)


def feedback(made: Pair, who: str) -> str:
    survey = surveys(made, who)[-1]["id"]
    return link(made.association, Act.GIVE_FEEDBACK, who, survey)


def test_feedback_is_given_from_a_mail(association: Association) -> None:
    made = after_a_session(association)
    path = feedback(made, made.mentee)
    shown = opened(association, path)
    assert shown.fields == ["rating_satisfaction", "rating_next_steps", "text", "share_with_coordinators"]
    done = pressed(association, path, rating_satisfaction="5", text="It helped.\r\nA lot.")
    assert (done.status, done.has_form) == (200, False)
    mine = surveys(made, made.mentee)[-1]["mine"]
    assert (mine["ratings"], mine["text"]) == ({"satisfaction": 5}, "It helped.\nA lot.")
    assert not mine["share_with_coordinators"]
    again = pressed(association, path, rating_satisfaction="1")
    assert "You have written already" in again.text
    assert surveys(made, made.mentee)[-1]["mine"]["ratings"] == {"satisfaction": 5}


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"text": "  \r\n "},
        {"rating_satisfaction": "6", "text": "kept"},
        {"rating_satisfaction": "five", "text": "kept"},
        {"rating_mentor_rating": "5", "text": "kept"},
        {"text": "x" * 4001},
        {"rating_satisfaction": "-1"},
    ],
)
def test_feedback_that_says_nothing_or_something_else_is_not_taken(
    association: Association, entry: dict[str, str]
) -> None:
    made = after_a_session(association)
    path = feedback(made, made.mentee)
    page = pressed(association, path, **entry)
    assert (page.status, page.has_form) == (422, True)
    assert entry.get("text", "").strip() in page.html
    assert surveys(made, made.mentee)[-1]["mine"] is None


def test_a_session_is_confirmed_at_the_time_that_was_shown(association: Association) -> None:
    made = pair_at_work(association)
    at = association.clock.now() + timedelta(days=2)
    proposal = {"starts_at": at.isoformat(), "duration_minutes": 45, "place": "The library"}
    session = made.call(made.mentor, "POST", "/sessions", proposal).json["id"]
    path = link(association, Act.CONFIRM_SESSION, made.mentee, session)
    shown = opened(association, path)
    for said in ("January 9, 2026", "45 minutes", "The library"):
        assert said in shown.text
    later = {"starts_at": (at + timedelta(days=1)).isoformat()}
    assert made.call(made.mentor, "PATCH", f"/sessions/{session}", later).status_code == 200
    stale = visit(association.app.test_client(), path, "POST", data=shown.hidden)
    assert stale.status == 409
    assert "January 10, 2026" in stale.text
    assert "Confirmed: you meet on" in pressed(association, path).text
    assert made.call(made.mentor, "GET", f"/sessions/{session}").json["state"] == "confirmed"
    assert "confirmed already" in pressed(association, path).text
    own = pressed(association, link(association, Act.CONFIRM_SESSION, made.mentor, session))
    assert own.status == 200


def test_whoever_proposed_a_session_does_not_confirm_it(association: Association) -> None:
    made = pair_at_work(association)
    at = (association.clock.now() + timedelta(days=2)).isoformat()
    session = made.call(made.mentor, "POST", "/sessions", {"starts_at": at, "duration_minutes": 45}).json["id"]
    page = pressed(association, link(association, Act.CONFIRM_SESSION, made.mentor, session))
    assert (page.status, page.has_form) == (409, False)
    assert "You have proposed this time" in page.text


def test_an_introduction_is_answered_by_the_third_alone(association: Association) -> None:
    made = pair_at_work(association)
    third = association.member(name="Cleo")
    offered = made.call(
        made.mentor, "POST", "/introductions", {"introduced_to_id": third, "message": "You both build bridges."}
    )
    assert offered.status_code == 201, offered.json
    introduction = offered.json["id"]
    for who in (made.mentor, made.mentee):
        assert opened(association, link(association, Act.ACCEPT_INTRODUCTION, who, introduction)).status == 404
    assert (
        "You both build bridges."
        in opened(association, link(association, Act.ACCEPT_INTRODUCTION, third, introduction)).text
    )
    done = pressed(association, link(association, Act.DECLINE_INTRODUCTION, third, introduction))
    assert "You have declined." in done.text
    late = pressed(association, link(association, Act.ACCEPT_INTRODUCTION, third, introduction))
    assert (late.status, late.has_form) == (409, False)
