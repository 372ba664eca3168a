"""What the values of an account may be: the limits that members have over HTTP."""

from collections.abc import Collection
from typing import Any

from marshmallow import ValidationError, validates, validates_schema

from services.profiles.api.scim.answers import Refused
from services.profiles.api.scim.portrayal import PLACES
from services.profiles.api.shapes import Tag, require_zone
from services.profiles.domain.account import STANDINGS, Account
from services.profiles.domain.member import can_be_folded, email_key, user_name_key
from services.profiles.domain.member_row import LONGEST_NUMBER
from shared.contracts.fields import Choice, Email, Flag, Line, Many, One, Record
from shared.errors import Fault
from shared.web.pointers import faults_of

_LONGEST_NAME = 255
_LONGEST_KEY = 420
"""Of an identifier, as it is announced."""
_MOST_ADDRESSES = 20
_BLANK = "Must not be blank."


class AddressBody(Record):
    """An e-mail address."""

    value = Email("The address.", required=True)
    kind = Line("What it is for.", 50)
    primary = Flag("Whether mail goes there.")

    @validates("value")
    def _can_be_folded(self, value: str, **_: Any) -> None:
        if not can_be_folded(value):
            raise ValidationError("The address is too long once case-folded.")


class AccountBody(Record):
    """The fields of an account; each may be left out."""

    user_name = Line("Of the identity provider.", _LONGEST_NAME, shortest=1)
    external_id = Line("Of the identity provider's own system.", _LONGEST_NAME, shortest=1)
    display_name = Line("The name to show.", 200)
    given_name = Line("Given name.", 200)
    family_name = Line("Family name.", 200)
    title = Line("What the member does.", 200)
    preferred_language = Tag("Of mails.")
    time_zone = Line("IANA time zone.", 64)
    active = Flag("Whether the membership is not suspended.")
    addresses = Many("E-mail addresses.", One("An address.", AddressBody, required=True), _MOST_ADDRESSES)
    organization = Line("Whom the member works for.", 200)
    member_number = Line("The association's number.", LONGEST_NUMBER, shortest=1)
    grade = Line("Grade.", 200)
    section = Line("Section.", 200)
    membership = Choice("Standing; a suspension is said by `active`.", STANDINGS)

    @validates("user_name")
    def _user_name_is_a_key(self, value: str | None, **_: Any) -> None:
        if value is not None and (not value.strip() or len(user_name_key(value).value) > _LONGEST_KEY):
            raise ValidationError("Must not be blank, nor too long once case-folded.")

    @validates("external_id")
    def _external_id_is_not_blank(self, value: str | None, **_: Any) -> None:
        if value is not None and not value.strip():
            raise ValidationError(_BLANK)

    @validates("member_number")
    def _number_is_not_blank(self, value: str | None, **_: Any) -> None:
        if value is not None and not value.strip():
            raise ValidationError(_BLANK)

    @validates("time_zone")
    def _is_a_zone(self, value: str | None, **_: Any) -> None:
        require_zone(value)

    @validates_schema(skip_on_field_errors=True)
    def _addresses_are_different(self, data: dict[str, Any], **_: Any) -> None:
        keys = [email_key(each["value"]) for each in data.get("addresses", ())]
        if len(set(keys)) < len(keys):
            raise ValidationError("The same address is listed twice.", "addresses")


_BODY = AccountBody()


def check(account: Account, said: Collection[str]) -> None:
    """Raises Refused, naming each value among those said that a member cannot have."""
    content = {name: getattr(account, name) for name in said if name != "addresses"}
    if "addresses" in said:
        content["addresses"] = [
            {"value": each.value, "kind": each.kind, "primary": each.primary} for each in account.addresses
        ]
    if messages := _BODY.validate(content):
        told = [f"{_attribute(fault)}: {fault.detail}" for fault in faults_of(messages, _BODY)]
        raise Refused(" ".join(told), "invalidValue")


def _attribute(fault: Fault) -> str:
    """Where SCIM has the value at fault."""
    name, *rest = fault.pointer.lstrip("/").split("/")
    if name == "addresses":
        return ".".join(("emails", *("type" if part == "kind" else part for part in rest)))
    return (":" if ":" in PLACES[name][0] else ".").join(PLACES[name])
