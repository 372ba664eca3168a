"""The templates' files, and how a block of one becomes a line or a text."""

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup

from services.notifications.rendering.typography import is_elided_before, typeset

FOLDER = Path(__file__).parent.parent / "templates"


@cache
def _environment(*, markup: bool) -> Environment:
    """One for a process, as what it compiled stays with it."""
    environment = Environment(  # nosec B701
        loader=FileSystemLoader(FOLDER),
        autoescape=markup,  # noqa: S701 - off for plain text only, where an entity would be shown as it is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.tests["eliding"] = is_elided_before
    return environment


class Templates:
    """All languages' templates, for HTML or for plain text. One for a process; safe to share between threads."""

    def __init__(self, *, markup: bool) -> None:
        self.markup = markup
        self._environment = _environment(markup=markup)
        self._found: dict[str, Template] = {}

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages there are templates in, as BCP 47 tags in lower case."""
        return frozenset(folder.name for folder in FOLDER.iterdir() if folder.is_dir())

    def template(self, name: str) -> Template:
        """The file of that name, `layout.html.jinja` or `en/nouns.jinja`."""
        # Jinja's own cache takes a lock and makes a key: a third of the time of a sentence.
        found = self._found.get(name)
        return found or self._found.setdefault(name, self._environment.get_template(name))

    def compiled(self, source: str) -> Template:
        """A template that stands in no file as it is."""
        return self._environment.from_string(source)

    def blocks(self, language: str, name: str) -> frozenset[str]:
        """The names of a file's blocks."""
        return frozenset(self.template(f"{language}/{name}.jinja").blocks)

    def text(self, language: str, name: str, block: str, values: Mapping[str, Any]) -> str:
        """A block of a file, as it is."""
        template = self.template(f"{language}/{name}.jinja")
        # Without Jinja's globals, which no template uses: to copy them takes longer than to render a block.
        context = Context(self._environment, dict(values), template.name, template.blocks)
        return "".join(template.blocks[block](context))

    def line(self, language: str, name: str, block: str, values: Mapping[str, Any]) -> str:
        """A block of a file as one line."""
        return self.set(self.text(language, name, block, values), language)

    def paragraphs(self, language: str, name: str, block: str, values: Mapping[str, Any]) -> tuple[str, ...]:
        """A block of a file as lines, one for each of its paragraphs."""
        parts = self.text(language, name, block, values).split("\n\n")
        return tuple(line for part in parts if (line := self.set(part, language)))

    def set(self, text: str, language: str) -> str:
        """One line; escaped text stays marked as such."""
        line = typeset(text, language)
        return Markup(line) if self.markup else line  # noqa: S704 - an autoescaping template made it  # nosec B704
