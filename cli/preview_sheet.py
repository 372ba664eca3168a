"""Contact sheets of `ithaca preview --all`: many mails side by side, each on a page of its own that a sheet frames."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from services.notifications.channels.email.preview import Preview, preview
from services.notifications.domain.catalog import CATALOG
from services.notifications.rendering.specimen import examples, specimen
from services.notifications.rendering.words import Wording

FIRST = "index.html"

_IN_EVERY_LANGUAGE = (
    "registration.confirmed.v1",
    "request.sent.v1",
    "mentorship.started.v1",
    "session.changed.v1",
    "feedback.requested.v1",
    "rounds.published.v1",
)

_STYLE = """body { margin: 24px; font: 15px/1.4 Arial, Helvetica, sans-serif; background: #d9dee0; color: #1d2a30; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(400px, 1fr)); gap: 20px; }
figure { margin: 0; background: #fff; }
figcaption { padding: 8px 12px; font-size: 13px; }
iframe { display: block; width: 100%; height: 760px; border: 0; }"""

_LIGHT, _DARK = "light", "dark"
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")


def pages(wording: Wording, language: str) -> Mapping[str, str]:
    """The pages by the names of their files: the sheets, and below them each mail in each color scheme."""
    every = [(name, language, _LIGHT) for name in CATALOG]
    some = [
        (name, each, scheme)
        for scheme in (_LIGHT, _DARK)
        for name in _IN_EVERY_LANGUAGE
        for each in sorted(wording.text.languages)
    ]
    found = {_file(*shown): shown for shown in (*every, *some)}
    written = {each: _preview(wording, name, of) for each, (name, of, _) in found.items()}
    mails = {each: _in_scheme(written[each].html, scheme) for each, (_, _, scheme) in found.items()}
    links = '<p><a href="languages.html">Some types in every language</a>, light and dark.</p>'
    return {
        FIRST: _sheet(f"Every notification ({language})", links, every, written),
        "languages.html": _sheet("Some notifications in every language", "", some, written),
        **mails,
    }


def _preview(wording: Wording, name: str, language: str) -> Preview:
    return preview(specimen(name, examples(name)[0], language), wording)


def _file(name: str, language: str, scheme: str) -> str:
    return f"mails/{name}.{language}.{scheme}.html"


def _sheet(title: str, above: str, shown: Sequence[tuple[str, str, str]], written: Mapping[str, Preview]) -> str:
    figures = "\n".join(_figures(shown, written))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{above}\n"
        f"<main>\n{figures}\n</main>\n</body>\n</html>\n"
    )


def _figures(shown: Sequence[tuple[str, str, str]], written: Mapping[str, Preview]) -> Iterator[str]:
    for name, language, scheme in shown:
        file = _file(name, language, scheme)
        subject = escape(written[file].subject)
        yield (
            f'<figure><figcaption>{escape(name)} · {language} · {scheme}<br><bdi lang="{language}">{subject}</bdi>'
            f'</figcaption><iframe src="{file}" title="{subject}" loading="eager"></iframe></figure>'
        )


def _in_scheme(html: str, scheme: str) -> str:
    """The mail as whoever prefers that color scheme sees it, whatever the browser that shows the sheet prefers."""
    return _SCHEME.sub(lambda asked: "all" if asked[1] == scheme else "not all", html)
