"""One trace holds what one request set off, in whichever process it happened."""

from tests.collector import Collector, Span
from tests.e2e.conftest import Told
from tests.e2e.running import eventually

ACCEPT = "POST /v1/requests/<id:request_id>/accept"


def one(spans: list[Span], service: str, role: str) -> Span | None:
    return next((span for span in spans if (span.service, span.role) == (service, role)), None)


def test_an_accepted_request_is_one_trace_from_http_to_the_mail(collected: Collector, told: Told) -> None:
    assert told.command.returncode == 0, told.command.stdout + told.command.stderr

    def mailed() -> tuple[Span, ...] | None:
        """From the request down to a mail about it, each span below the one before."""
        for request in collected.named(ACCEPT):
            for left in collected.named("publish request.accepted.v1"):
                if request not in collected.ancestors(left):
                    continue
                for effect in collected.named("relationships request.accepted.v1", below=left):
                    for work in collected.named("due send_mail", below=effect):
                        for mail in collected.named("send mail", below=work):
                            return request, left, effect, work, mail
        return None

    request, left, effect, work, mail = eventually(mailed)
    assert {span.trace for span in (request, left, effect, work, mail)} == {request.trace}
    assert (request.service, request.role, request.kind) == ("matching", "web", "SERVER")
    assert request.attributes["http.response.status_code"] == 200
    assert (left.service, left.role, left.kind) == ("matching", "web", "PRODUCER")
    assert "transaction" in [span.name for span in collected.ancestors(left)]
    assert (effect.service, effect.role, effect.kind) == ("notifications", "worker", "CONSUMER")
    assert (work.service, work.role, mail.kind) == ("notifications", "worker", "CLIENT")

    sent = eventually(lambda: one(collected.named("send matches.v1", below=left), "matching", "relay"))
    assert sent.kind == "PRODUCER"
    assert sent.attributes["messaging.message.id"] == left.attributes["messaging.message.id"]
    assert effect.attributes["messaging.message.id"] == left.attributes["messaging.message.id"]


def test_what_becomes_of_the_mail_is_told_in_the_same_trace(collected: Collector, told: Told) -> None:
    def told_of() -> Span | None:
        mails = {span.trace for span in collected.named("send mail")}
        return next((s for s in collected.named("publish notification.delivered.v1") if s.trace in mails), None)

    delivered = eventually(told_of)
    assert "due send_mail" in [span.name for span in collected.ancestors(delivered)]


def test_spans_hold_no_address_and_no_personal_data(collected: Collector, told: Told) -> None:
    eventually(lambda: collected.named("send mail"))
    for span in list(collected.spans):
        shown = f"{span.name} {span.attributes}"
        assert "@" not in shown
        assert "://" not in shown
        assert not {"url.full", "url.path", "url.query", "http.target", "db.statement"} & span.attributes.keys()
    assert collected.named("insert deliveries")


def test_looking_for_work_makes_no_trace(collected: Collector, told: Told) -> None:
    eventually(lambda: collected.named("send mail"))
    commands = [span for span in list(collected.spans) if "db.system.name" in span.attributes]
    assert commands
    assert [span.name for span in commands if not span.parent] == []
