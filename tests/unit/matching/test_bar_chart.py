"""Charts that a screen reader reads, and that no name can break out of."""

from xml.etree import ElementTree

import pytest

from services.matching.api.bar_chart import Bar, Chart, in_words, svg

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart("Who came how far", ("Mentees", "Mentors"), (Bar("Enrolled", (1200, 30)), Bar("Matched", (600, None))))


def drawn(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(svg(chart))


def widths(root: ElementTree.Element) -> list[float]:
    """Of the bars: they alone have a title of their own."""
    return [float(each.get("width", 0)) for each in root.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]


def test_everything_it_shows_it_also_says() -> None:
    root = drawn(CHART)
    assert root.get("role") == "img"
    named = [root.find(f"{SVG}{tag}[@id='{name}']") for tag, name in (("title", "title"), ("desc", "description"))]
    assert [each.text for each in named if each is not None] == [
        "Who came how far",
        "Enrolled: Mentees 1,200, Mentors 30. Matched: Mentees 600, Mentors none.",
    ]
    assert root.get("aria-labelledby") == "title description"
    titles = [each.text for bar in root.iter(f"{SVG}rect") for each in bar.findall(f"{SVG}title")]
    assert titles == [
        "Enrolled, Mentees: 1,200",
        "Enrolled, Mentors: 30",
        "Matched, Mentees: 600",
        "Matched, Mentors: none",
    ]


def test_bars_are_as_long_as_their_numbers_are_large() -> None:
    assert widths(drawn(CHART)) == [400.0, 10.0, 200.0, 0.0]
    shares = Chart("Shares", ("Share",), (Bar("a", (0.5,)), Bar("b", (0.25,))), shares=True)
    assert widths(drawn(shares)) == [200.0, 100.0]


def test_series_differ_by_more_than_color() -> None:
    fills = {each.get("fill") for each in drawn(CHART).iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None}
    assert len(fills) == 2
    assert "url(#hatched)" in fills
    assert "Mentors" in [each.text for each in drawn(CHART).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'", "]]>", "a\x00b\x1b\ufffe", "\ud800", "x" * 500])
def test_whatever_people_call_themselves_is_text(name: str) -> None:
    root = drawn(Chart(name, (name,), (Bar(name, (1,)),)))
    assert not list(root.iter(f"{SVG}script"))
    assert len(list(root.iter(f"{SVG}text"))) == 4


def test_a_chart_without_anything_says_so() -> None:
    empty = Chart("Pairs by score", ("Pairs",), ())
    assert in_words(empty) == "There is nothing to show yet."
    assert "There is nothing to show yet." in [each.text for each in drawn(empty).iter(f"{SVG}text")]
    assert widths(drawn(Chart("All zero", ("Pairs",), (Bar("a", (0,)),)))) == [0.0]


def luminance(color: str) -> float:
    """As WCAG 2.2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colors_stand_out_from_the_ground() -> None:
    colors = {each.get("fill", "") for each in drawn(CHART).iter()} - {"", "#ffffff", "url(#hatched)"}
    assert len(colors) == 3
    for color in colors:
        assert 1.05 / (luminance(color) + 0.05) > 4.5, color
