"""Fields whose marshmallow check and JSON Schema accept exactly the same values.

marshmallow's own fields coerce ("3" is an integer, "yes" a boolean, 20260101 a date); a compiled JSON Schema does not.
Here both say the same, so that either may stand at a door. A field that is not required may be left out or null;
both mean "not known".
"""
# ruff: noqa: ARG002 - marshmallow calls every field with the same arguments, used or not

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shared.clock import parse_rfc3339, rfc3339

UNKNOWN_FIELD = "This field is not known here."
_CENTURIES = "(19|20|21)[0-9]{2}"
_DATE = rf"{_CENTURIES}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
FIRST_YEAR, LAST_YEAR = 1900, 2199
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
TIMESTAMP_PATTERN = rf"^{_DATE}T{_TIME}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-]{_TIME})$"
DAY_PATTERN = rf"^{_DATE}$"
TIME_OF_DAY_PATTERN = rf"^({_TIME}|24:00)$"
ID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
CODE_PATTERN = "^[a-z0-9][a-z0-9_.-]*$"
LINE_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
LONGEST_EMAIL = 254
LONGEST_ADDRESS = 2000
WEB_ADDRESS_PATTERN = r"^https?://[A-Za-z0-9._~%\-]+(:[0-9]{1,5})?([/?#][!#-;=?-\[\]-~]*)?$"
_MAIL_ATOM = r"[^\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u3000\ufeff@<>,;:\"()\[\]\\]"
EMAIL_PATTERN = rf"^{_MAIL_ATOM}{{1,64}}@{_MAIL_ATOM}+\.{_MAIL_ATOM}+$"


class Record(Schema):
    """A JSON object of the contract. Unknown fields are faults that name them."""

    error_messages = {"unknown": UNKNOWN_FIELD, "type": "Must be an object."}  # noqa: RUF012 - marshmallow's own name

    class Meta:
        unknown = RAISE


class Shape(validate.Validator):
    """The whole text matches; a trailing newline does not slip past `$` as it does in Python's `match`.

    A text over `longest` is not looked at: its length is a fault of its own, and Python's matching can take the square
    of it while no other thread runs.
    """

    def __init__(self, pattern: str, error: str, longest: int | None = None) -> None:
        self.regex = re.compile(pattern)
        self.fault = error
        self.longest = longest

    def __call__(self, value: str) -> str:
        if self.longest is not None and len(value) > self.longest:
            return value
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self.fault)
        return value


def _options(
    about: str,
    required: bool,
    nullable: bool | None,
    validators: Sequence[validate.Validator] = (),
    **schema: object,
) -> dict[str, Any]:
    return {
        "required": required,
        "allow_none": not required if nullable is None else nullable,
        "validate": list(validators),
        "metadata": {"description": about, **schema},
    }


class _String(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Text(_String):
    """Text of at most `longest` characters (code points), lines and all."""

    def __init__(
        self, about: str, longest: int, *, shortest: int = 0, required: bool = False, nullable: bool | None = None
    ) -> None:
        length = validate.Length(min=shortest or None, max=longest)
        super().__init__(**_options(about, required, nullable, [length]))


class Line(_String):
    """Text on one line: no control characters, so that it may stand in a mail header."""

    def __init__(
        self, about: str, longest: int, *, shortest: int = 0, required: bool = False, nullable: bool | None = None
    ) -> None:
        length = validate.Length(min=shortest or None, max=longest)
        shape = Shape(LINE_PATTERN, error="Must be a single line without control characters.")
        super().__init__(**_options(about, required, nullable, [length, shape]))


class WebAddress(Line):
    """An http or https address, without a user in it: `https://bank.example@evil.example` is none."""

    def __init__(self, about: str) -> None:
        super().__init__(about, LONGEST_ADDRESS)
        # One pattern only: OpenAPI has room for no other. It leaves out what no line may hold.
        kept = [each for each in self.validators if not isinstance(each, Shape)]
        self.validators = [*kept, Shape(WEB_ADDRESS_PATTERN, "Must be an http or https address.", LONGEST_ADDRESS)]


class Email(_String):
    """An e-mail address by its shape: one @, a dotted domain, nothing that a mail header could trip over."""

    def __init__(self, about: str, *, required: bool = False, nullable: bool | None = None) -> None:
        shape = Shape(EMAIL_PATTERN, "Not an e-mail address.", LONGEST_EMAIL)
        super().__init__(**_options(about, required, nullable, [validate.Length(max=LONGEST_EMAIL), shape]))


class Id(_String):
    """An identifier of ours: a UUID in lower case."""

    def __init__(
        self, about: str, *, required: bool = False, nullable: bool | None = None, data_key: str | None = None
    ) -> None:
        shape = Shape(ID_PATTERN, error="Not an identifier of this platform.")
        super().__init__(data_key=data_key, **_options(about, required, nullable, [shape], format="uuid"))


class Code(_String):
    """A short machine word whose list may grow: lower case, digits, `_ . -`."""

    def __init__(self, about: str, *, required: bool = False, nullable: bool | None = None) -> None:
        shape = Shape(CODE_PATTERN, error="Not a code: lower-case letters, digits and _ . - only.")
        super().__init__(**_options(about, required, nullable, [validate.Length(max=80), shape]))


class Choice(_String):
    """One of the words listed; the list is closed within a version."""

    def __init__(
        self, about: str, choices: Sequence[str], *, required: bool = False, nullable: bool | None = None
    ) -> None:
        one = validate.OneOf(choices, error="Must be one of: {choices}.")
        super().__init__(**_options(about, required, nullable, [one]))


class Timestamp(fields.DateTime):
    """An RFC 3339 date-time with an offset, years 1900-2199, no leap second; read as aware UTC in milliseconds."""

    def __init__(
        self, about: str, *, required: bool = False, nullable: bool | None = None, data_key: str | None = None
    ) -> None:
        super().__init__(data_key=data_key, **_options(about, required, nullable, pattern=TIMESTAMP_PATTERN))

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return rfc3339(value) if isinstance(value, datetime) else value

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if isinstance(value, str) and re.fullmatch(TIMESTAMP_PATTERN, value):
            try:
                return parse_rfc3339(value)
            except ValueError:
                pass
        raise ValidationError("Not an RFC 3339 date-time with an offset, as 2026-03-01T18:00:00Z.")


class Moment(Timestamp):
    """A Timestamp in a request. The years hold in UTC, too: an offset at their edge is a fault here.

    A message's schema cannot say that, and what could be taken in and never be announced would be a fault of ours.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(f"Must be from {FIRST_YEAR} to {LAST_YEAR} in UTC, too.")
        return moment


class Day(fields.Date):
    """A calendar date, `2026-03-01`, years 1900-2199."""

    def __init__(self, about: str, *, required: bool = False, nullable: bool | None = None) -> None:
        super().__init__(**_options(about, required, nullable, pattern=DAY_PATTERN))

    def _serialize(self, value: date | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if isinstance(value, str) and re.fullmatch(DAY_PATTERN, value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise ValidationError("Not a calendar date, as 2026-03-01.")


class TimeOfDay(_String):
    """A local wall time, `18:00`; `24:00` is the end of the day."""

    def __init__(self, about: str, *, required: bool = False, data_key: str | None = None) -> None:
        shape = Shape(TIME_OF_DAY_PATTERN, error="Not a time of day, as 18:00.")
        super().__init__(data_key=data_key, **_options(about, required, None, [shape]))


class Whole(fields.Integer):
    """A whole number from `least` to `most`; 3.0 is whole, "3" and true are not."""

    def __init__(
        self, about: str, least: int, most: int, *, required: bool = False, nullable: bool | None = None
    ) -> None:
        super().__init__(**_options(about, required, nullable, [validate.Range(least, most)]))

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise self.make_error("invalid", input=value)
        return int(value)


class Number(fields.Float):
    """A number from `least` to `most`; "3" and true are none."""

    def __init__(
        self, about: str, least: float, most: float, *, required: bool = False, nullable: bool | None = None
    ) -> None:
        super().__init__(**_options(about, required, nullable, [validate.Range(least, most)]))

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Flag(fields.Boolean):
    """True or false; no word or number stands for them."""

    def __init__(self, about: str, *, required: bool = False, nullable: bool | None = None) -> None:
        super().__init__(**_options(about, required, nullable))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Many(fields.List[Any]):
    """A list of `fewest` to `most` items, none of them null."""

    def __init__(
        self,
        about: str,
        item: fields.Field[Any],
        most: int,
        *,
        fewest: int = 0,
        required: bool = False,
        nullable: bool | None = None,
    ) -> None:
        item.allow_none = False
        self._length = validate.Length(min=fewest or None, max=most)
        self._most = most
        super().__init__(item, **_options(about, required, nullable, [self._length]))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        # Before its items are: half a million of them take marshmallow many seconds.
        if isinstance(value, list) and len(value) > self._most:
            self._length(value)
        return super()._deserialize(value, attr, data, **kwargs)


class One(fields.Nested):
    """A nested object."""

    def __init__(
        self, about: str, record: type[Schema], *, required: bool = False, nullable: bool | None = None
    ) -> None:
        super().__init__(record, **_options(about, required, nullable))


class ByName(fields.Dict):
    """An object whose names are data: at most `most` of them, each a line of 1 to 200 characters."""

    def __init__(
        self,
        about: str,
        value: fields.Field[Any],
        most: int,
        *,
        required: bool = False,
        nullable: bool | None = None,
    ) -> None:
        name = Line("", 200, shortest=1, required=True)
        super().__init__(keys=name, values=value, **_options(about, required, nullable, maxProperties=most))
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise ValidationError(f"Must not have more than {self.most} names.")
        faults: dict[str, Any] = {}
        for name, item in value.items():
            for field, candidate in ((self.key_field, name), (self.value_field, item)):
                try:
                    if field is not None:
                        field.deserialize(candidate, **kwargs)
                except ValidationError as error:
                    faults[name] = error.messages
        if faults:
            raise ValidationError(faults)
        return dict(value)


class Free(fields.Raw):
    """Any JSON value: its shape belongs to whoever wrote it."""

    def __init__(self, about: str = "", *, required: bool = False) -> None:
        super().__init__(**_options(about, required, True))
