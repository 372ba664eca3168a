"""What became of a request, in words for whoever opens it after: of mentor and mentee, and of peers alike."""

from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "accepted": "The answer was yes.",
    "declined": "The answer was no.",
    "withdrawn": "It was taken back.",
    "expired": "Nobody answered in time.",
    "invalidated": "It can no longer be accepted.",
}
"""By state, where the reason says no more."""

_REASONS: Mapping[str, Mapping[str, str]] = {
    "declined": {
        "no_time": "The answer was no: they have no time for it at present.",
        "not_a_fit": "The answer was no: somebody else would fit better.",
    },
    "invalidated": {
        "mentor_full": "It can no longer be accepted: whoever was asked has no place left.",
        "mentee_matched": "It can no longer be accepted: whoever asked has found a partner.",
        "mentor_paused": "It can no longer be accepted: whoever was asked takes nobody new at the moment.",
        "mentee_paused": "It can no longer be accepted: whoever asked takes a break.",
        "withdrawn": "It can no longer be accepted: one of the two is no longer there for the other in this program.",
        "registration_cancelled": "It can no longer be accepted: the registration for the event was cancelled.",
        "already_paired": "It needs no answer any more: the two are paired.",
        "asked_first": "It was not sent: they have asked first.",
        "program_over": "It can no longer be accepted: the program is over.",
    },
}
"""By state and reason code; of a reason that is nobody's business it says nothing."""


def what_happened(state: str, reason: str | None) -> str | None:
    """A sentence; None while the request is open."""
    return _REASONS.get(state, {}).get(reason or "", _WORDS.get(state))
