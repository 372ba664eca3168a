"""Numbers and what is counted, by a language's own rules (CLDR)."""

from dataclasses import dataclass

from babel import Locale
from babel.numbers import format_decimal

_FOUR_DIGITS_TOGETHER = frozenset({"es"})
"""Where 1440 has no separator and 14.400 has one: CLDR's minimumGroupingDigits, which babel does not know."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What templates write numbers with."""

    locale: Locale

    def number(self, value: int) -> str:
        """The number, with the reader's separators."""
        together = self.locale.language in _FOUR_DIGITS_TOGETHER and abs(value) < 10_000
        return format_decimal(value, locale=self.locale, group_separator=not together)

    def plural(
        self,
        value: int,
        *,
        other: str,
        zero: str | None = None,
        one: str | None = None,
        two: str | None = None,
        few: str | None = None,
        many: str | None = None,
    ) -> str:
        """The form for that many, its `#` replaced by the number; `other` for a form that is not given."""
        forms = {"zero": zero, "one": one, "two": two, "few": few, "many": many, "other": other}
        form = forms[self.locale.plural_form(value)]
        return (other if form is None else form).replace("#", self.number(value))
