"""Bars as an SVG picture that stands alone, and that nobody has to see to know what it says.

The picture has a title and, as its description, every number in words; each bar says its own. Color alone tells
nothing: the series are named, and the second one is hatched. Both colors stand out from white by more than 4.5 to 1
(WCAG 2.2, 1.4.3 and 1.4.11; https://www.w3.org/TR/WCAG22/).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

SVG = "image/svg+xml"

_WIDTH, _LEFT, _BAR_WIDTH = 760, 250, 400
_BAR, _GAP, _TOP, _LINE = 16, 10, 64, 18
_LONGEST = 34
_INK = "#222222"
_FILLS = ("#1d4f91", "url(#hatched)")
_HATCHED = (
    '<pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#ffffff"/><rect width="4" height="6" fill="#a8480a"/></pattern>'
)

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for, not even escaped."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value for each series; None where there is none."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`series` are one or two. `shares` are numbers in [0, 1], drawn against 1 and told with two decimals."""

    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    shares: bool = False


def svg(chart: Chart) -> str:
    """The picture, as an XML document in UTF-8."""
    row = _BAR * len(chart.series) + _GAP
    height = _TOP + max(row * len(chart.bars), _LINE) + _GAP
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title description" '
        'font-family="sans-serif" font-size="13">',
        f'<title id="title">{_text(chart.title)}</title>',
        f'<desc id="description">{_text(in_words(chart))}</desc>',
        f"<defs>{_HATCHED}</defs>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="16" font-weight="bold" fill="{_INK}">{_text(chart.title)}</text>',
        *_legend(chart.series),
        *_drawn(chart, row),
        "</svg>",
    ]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(pieces) + "\n"


def in_words(chart: Chart) -> str:
    """Every number of the chart, for whoever does not see it."""
    if not chart.bars:
        return "There is nothing to show yet."
    return " ".join(
        f"{bar.label}: "
        + ", ".join(f"{name} {_number(value, chart)}" for name, value in zip(chart.series, bar.values, strict=True))
        + "."
        for bar in chart.bars
    )


def _legend(series: Sequence[str]) -> Iterator[str]:
    at = _LEFT
    for name, fill in zip(series, _FILLS, strict=False):
        yield f'<rect x="{at}" y="38" width="12" height="12" fill="{fill}"/>'
        yield f'<text x="{at + 18}" y="49" fill="{_INK}">{_text(name)}</text>'
        at += 200


def _drawn(chart: Chart, row: int) -> Iterator[str]:
    if not chart.bars:
        yield f'<text x="16" y="{_TOP + 14}" fill="{_INK}">There is nothing to show yet.</text>'
    most = 1.0 if chart.shares else max((value or 0 for bar in chart.bars for value in bar.values), default=0) or 1
    for number, bar in enumerate(chart.bars):
        top = _TOP + number * row
        middle = top + _BAR * len(chart.series) // 2 + 5
        label = bar.label if len(bar.label) <= _LONGEST else f"{bar.label[: _LONGEST - 1]}…"
        yield f'<text x="{_LEFT - 10}" y="{middle}" text-anchor="end" fill="{_INK}">{_text(label)}</text>'
        for at, (name, value, fill) in enumerate(zip(chart.series, bar.values, _FILLS, strict=False)):
            width = round(_BAR_WIDTH * (value or 0) / most, 1)
            told, y = _number(value, chart), top + at * _BAR
            yield (
                f'<rect x="{_LEFT}" y="{y}" width="{width}" height="{_BAR - 3}" fill="{fill}">'
                f"<title>{_text(f'{bar.label}, {name}: {told}')}</title></rect>"
            )
            yield f'<text x="{_LEFT + width + 6}" y="{y + 11}" font-size="12" fill="{_INK}">{told}</text>'


def _number(value: float | None, chart: Chart) -> str:
    if value is None:
        return "none"
    return f"{value:.2f}" if chart.shares else f"{value:,.0f}"


def _text(text: str) -> str:
    return escape(_NO_XML.sub("", text))
