"""How news comes to the calling member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from marshmallow import ValidationError, validates
from pymongo.client_session import ClientSession

from services.notifications.api.context import reach, seal, store, wording
from services.notifications.channels.push.services import SCHEMES, NotAnAddress, host_of
from services.notifications.commands.set_preferences import Said, set_preferences
from services.notifications.commands.set_push_addresses import KeptAddress, NewAddress, set_push_addresses
from services.notifications.domain.preferences import Channel, Habits, Pace, Paces, Preferences, SaidQuietHours
from services.notifications.domain.push_address import MOST, PushAddress, PushState
from services.notifications.domain.telling import Category
from shared.contracts.fields import Choice, Flag, Id, Line, Many, One, Record, Shape, Timestamp
from shared.contracts.vocabulary import DAYS
from shared.errors import Fault, Invalid
from shared.outgoing.addresses import Forbidden
from shared.outgoing.connecting import Unreachable
from shared.web import Blueprint, etag, member_id, principal, require_match, roles, transaction

blueprint = Blueprint(
    "preferences", __name__, url_prefix="/v1/preferences", description="How news comes to the calling member."
)

_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
OUTGOING = (Channel.EMAIL, Channel.PUSH)
"""The channels that are a matter of preference: everything is in the inbox, always."""


class LocalTime(Line):
    """A time of day on the member's own clock."""

    def __init__(self, about: str, *, required: bool = False) -> None:
        super().__init__(about, 5, required=required)
        # One pattern only: OpenAPI has room for no other.
        kept = [each for each in self.validators if not isinstance(each, Shape)]
        self.validators = [*kept, Shape(_TIME, error="Not a time of day, as 22:00.", longest=5)]


class QuietHoursBody(Record):
    """From the one time until the other, over midnight where that is earlier; the same for both: never."""

    start = LocalTime("From when on, `22:00`.", required=True)
    end = LocalTime("Until when, `07:00`.", required=True)


class DigestBody(Record):
    """When daily and weekly digests go out."""

    at = LocalTime("At what time, `08:00`.")
    day = Choice("On which day, of weekly ones.", DAYS)


def _pace(channel: Channel) -> Choice:
    return Choice(f"How soon by {channel}: at once, gathered for some hours, daily, weekly, or not at all.", list(Pace))


PacesBody = Record.from_dict({channel.value: _pace(channel) for channel in OUTGOING}, name="PacesBody")
CategoriesBody = Record.from_dict(
    {category.value: One(f"News of {category}.", PacesBody) for category in Category}, name="CategoriesBody"
)


class PushAddressBody(Record):
    """One address that push goes to. Of a new one only `url` is given; it is never shown again."""

    id = Id("Of one that is there already, and stays.")
    url = Line(f"Of a new one, as apprise writes them, by {', '.join(SCHEMES)}: `ntfys://ntfy.example.org/topic`.", 500)
    scheme = Line("Shown.", 20)
    host = Line("Shown: where messages go.", 253)
    state = Choice("`off`: it failed for 5 days; `active` has it tried again.", list(PushState))
    failing_since = Timestamp("Shown: since when nothing was taken there.")


class PreferencesBody(Record):
    """All of it: what is left out or null is not said, and the association's holds."""

    language = Line("Language of mails and inbox, a BCP 47 tag; else the profile's.", 35)
    time_zone = Line("IANA time zone of quiet hours, digests and times in mails; else the profile's.", 64)
    quiet_hours = One("When nothing is mailed but what is agreed or would come too late.", QuietHoursBody)
    digest = One("When digests go out.", DigestBody)
    categories = One("How soon news goes out, by category and channel.", CategoriesBody)
    push = Many(
        "Where push goes. Left out: as before. In a list, what is not in it is dropped.",
        One("An address.", PushAddressBody),
        MOST,
    )
    email_comes_back = Flag(
        "Shown: whether mail to the member's address came back, so that none goes there until it is another one. "
        "What is said of it counts for nothing."
    )

    @validates("time_zone")
    def _is_a_zone(self, value: str | None, **_: Any) -> None:
        if value is not None and value not in _zones():
            near = get_close_matches(value, _zones(), 3, 0.6)
            raise ValidationError(f"Not an IANA time zone; there is {', '.join(near) or 'Europe/Rome, for one'}.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What holds for a member: said by them, or else the association's."""

    language: str | None
    time_zone: str
    quiet_hours: Mapping[str, str]
    digest: Mapping[str, str]
    categories: Mapping[str, Mapping[str, str]]
    email_comes_back: bool
    push: Sequence[PushAddress]


@blueprint.get("")
@roles("member")
@blueprint.response(200, PreferencesBody)
def read() -> Shown:
    """Shows how news comes to the calling member, with what holds where they have said nothing.

    Everything is in the inbox, always. What people have agreed on comes by mail, at once, whatever is said here.
    """
    tenant, own = principal().tenant, member_id()
    said = store().preferences_of(tenant, own)
    etag(0 if said is None else said.version)
    return _shown(tenant, own, said, store().habits(tenant, {own})[own])


@blueprint.put("")
@roles("member")
@blueprint.arguments(PreferencesBody)
@blueprint.response(200, PreferencesBody)
def put(body: dict[str, Any]) -> Shown:
    """Says how news is to come, from now on and for what is held already.

    It takes the place of all that was said before.
    """
    _check_language(body.get("language"))
    wanted = None if body.get("push") is None else [_wanted(each, place) for place, each in enumerate(body["push"])]
    current, own = transaction(), member_id()
    said = set_preferences(current, store(), own, _said(body), check_version=require_match)
    etag(said.version)
    if wanted is not None:
        set_push_addresses(current, store(), seal(), own, wanted)
    held = store().habits(current.tenant, {own}, current.session)[own]
    return _shown(current.tenant, own, said, held, current.session)


def _check_language(tag: str | None) -> None:
    if tag is not None and not wording().speaks(tag):
        there = ", ".join(sorted(wording().languages))
        raise Invalid([Fault("/language", f"There are no mails in this language; there are in {there}.")])


def _said(body: Mapping[str, Any]) -> Said:
    quiet, digest = body.get("quiet_hours"), body.get("digest") or {}
    day = digest.get("day")
    return Said(
        language=body.get("language"),
        time_zone=body.get("time_zone"),
        quiet_hours=None if quiet is None else SaidQuietHours(quiet["start"], quiet["end"]),
        digest_at=digest.get("at"),
        digest_day=None if day is None else DAYS.index(day),
        paces=_paces(body.get("categories") or {}),
    )


def _paces(said: Mapping[str, Mapping[str, str] | None]) -> Paces:
    return {
        Category(category): {Channel(channel): Pace(pace) for channel, pace in paces.items() if pace is not None}
        for category, paces in said.items()
        if paces is not None
    }


def _comes_back(tenant: str, member_id: str) -> bool:
    person = store().recipient(tenant, member_id)
    return (
        person is not None and person.email is not None and store().bounced_addresses.is_given_up(tenant, person.email)
    )


def _wanted(given: Mapping[str, Any], place: int) -> NewAddress | KeptAddress:
    """A new address is looked at before anything is written: whether it is one, and whether we may speak to it."""
    url, identifier = given.get("url"), given.get("id")
    if (url is None) is (identifier is None):
        raise Invalid([Fault(f"/push/{place}", "Either url, of a new one, or id, of one that is there, is needed.")])
    if url is None:
        return KeptAddress(str(identifier), on=given.get("state") == PushState.ACTIVE)
    try:
        host = host_of(url, reach())
    except (NotAnAddress, Forbidden, Unreachable) as error:
        raise Invalid([Fault(f"/push/{place}/url", str(error))]) from None
    return NewAddress(url, urlsplit(url).scheme.lower(), host)


def _shown(
    tenant: str, member_id: str, said: Preferences | None, held: Habits, session: ClientSession | None = None
) -> Shown:
    return Shown(
        language=None if said is None else said.language,
        time_zone=held.clock.zone.key,
        quiet_hours={"start": _clock(held.clock.quiet.start), "end": _clock(held.clock.quiet.end)},
        digest={"at": _clock(held.digest_at), "day": DAYS[held.digest_day]},
        categories={
            category.value: {channel.value: held.pace(category, channel).value for channel in OUTGOING}
            for category in Category
        },
        email_comes_back=_comes_back(tenant, member_id),
        push=store().push_addresses.of(tenant, store().merges.known_as(tenant, member_id, session), session),
    )


def _clock(shown: time) -> str:
    return shown.isoformat("minutes")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
