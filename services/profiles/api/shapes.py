"""Lines of a certain form in requests."""

from functools import cache
from zoneinfo import available_timezones

from marshmallow import ValidationError

from shared.contracts.fields import Line, Shape


class Shaped(Line):
    """A line that matches a pattern as a whole."""

    def __init__(self, about: str, longest: int, pattern: str, error: str, *, required: bool = False) -> None:
        super().__init__(about, longest, required=required)
        # One pattern only: OpenAPI has room for no other. It has to leave out what no line may hold.
        self.validators = [each for each in self.validators if not isinstance(each, Shape)] + [
            Shape(pattern, error=error, longest=longest)
        ]


class Tag(Shaped):
    """A language tag by its shape (BCP 47)."""

    def __init__(self, about: str, *, required: bool = False) -> None:
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
        super().__init__(about, 35, pattern, "Not a language tag, as `en` or `pt-BR`.", required=required)


def require_zone(name: str | None) -> None:
    """Raises ValidationError for what is no IANA time zone; null says nothing."""
    if name is not None and name not in _zones():
        raise ValidationError("Not an IANA time zone, as `Europe/Rome`.")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
