"""How an association's mails look."""

from dataclasses import dataclass

from services.notifications.domain.copies import Association

PLAIN = "#14606b"
"""The color where the association has none."""

LIGHT, DARK = "#ffffff", "#1d2a30"


@dataclass(frozen=True, slots=True)
class Branding:
    """What the layouts are given; `name` and `logo` are empty where there is none. `ink` is legible on `color`."""

    name: str
    logo: str
    color: str
    ink: str


def branding(association: Association | None) -> Branding:
    """The association's, or a plain one."""
    if association is None:
        return Branding("", "", PLAIN, LIGHT)
    color = association.primary or PLAIN
    return Branding(association.name, association.logo or "", color, ink_on(color))


def ink_on(color: str) -> str:
    """The one of a light and a dark text color with the higher contrast on `#14606b` or `#abc` (WCAG 2.2)."""
    behind, light, dark = (_luminance(each) for each in (color, LIGHT, DARK))
    return LIGHT if (light + 0.05) / (behind + 0.05) >= (behind + 0.05) / (dark + 0.05) else DARK


def _luminance(color: str) -> float:
    digits = color.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(each * 2 for each in digits)
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
