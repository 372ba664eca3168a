"""What a person who is told can do about it at once, on the page of whoever owns it."""

from collections.abc import Callable, Sequence

from services.notifications.domain.facts import Facts
from shared.contracts.acts import Act

Offer = Callable[[Facts], Sequence[Act]]
"""The acts on what a notification with these facts is about, in the order of their buttons."""


def nothing(_: Facts) -> Sequence[Act]:
    return ()


def answer_request(_: Facts) -> Sequence[Act]:
    return (Act.ACCEPT_REQUEST, Act.DECLINE_REQUEST)


def sign(facts: Facts) -> Sequence[Act]:
    """Unless both have."""
    return () if facts.complete else (Act.SIGN_AGREEMENT,)


def give_feedback(facts: Facts) -> Sequence[Act]:
    """How it was; whether it took place at all is asked in the portal."""
    return () if facts.kind == "attendance" else (Act.GIVE_FEEDBACK,)


def confirm_session(facts: Facts) -> Sequence[Act]:
    """A time that awaits a word."""
    return (Act.CONFIRM_SESSION,) if facts.state == "proposed" else ()


def answer_introduction(_: Facts) -> Sequence[Act]:
    return (Act.ACCEPT_INTRODUCTION, Act.DECLINE_INTRODUCTION)


def take_seat(_: Facts) -> Sequence[Act]:
    return (Act.TAKE_SEAT,)


def answer_meeting(_: Facts) -> Sequence[Act]:
    return (Act.ACCEPT_MEETING, Act.DECLINE_MEETING)
