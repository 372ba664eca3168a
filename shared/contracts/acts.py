"""What a person can do on a page that a mail leads to, without signing in: each act, and the service that owns it.

Notifications offers them, the owner carries them out: the name stands in the address and in the grant.
"""

from collections.abc import Mapping
from enum import StrEnum


class Act(StrEnum):
    """One act of one person on one thing; the thing is named behind each."""

    ACCEPT_REQUEST = "accept-request"
    DECLINE_REQUEST = "decline-request"
    """A request, by whoever was asked."""
    SIGN_AGREEMENT = "sign-agreement"
    """A mentorship."""
    GIVE_FEEDBACK = "give-feedback"
    """A survey."""
    ACCEPT_INTRODUCTION = "accept-introduction"
    DECLINE_INTRODUCTION = "decline-introduction"
    """An introduction, by the third."""
    CONFIRM_SESSION = "confirm-session"
    """A session, by whoever did not propose it."""
    TAKE_SEAT = "take-seat"
    """A registration."""
    ACCEPT_MEETING = "accept-meeting"
    DECLINE_MEETING = "decline-meeting"
    """A meeting, by whoever was asked."""


OWNERS: Mapping[Act, str] = {
    Act.ACCEPT_REQUEST: "matching",
    Act.DECLINE_REQUEST: "matching",
    Act.SIGN_AGREEMENT: "matching",
    Act.GIVE_FEEDBACK: "matching",
    Act.ACCEPT_INTRODUCTION: "matching",
    Act.DECLINE_INTRODUCTION: "matching",
    Act.CONFIRM_SESSION: "matching",
    Act.TAKE_SEAT: "events",
    Act.ACCEPT_MEETING: "events",
    Act.DECLINE_MEETING: "events",
}
"""The service whose page each act has."""
