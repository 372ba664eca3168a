"""The table of mutations as docs/reliability.md shows it: `python -m tests.mutations.page` writes it there."""

from tests.mutations.ground import ROOT
from tests.mutations.table import MUTATIONS

PAGE = ROOT / "docs" / "reliability.md"
_BEGIN, _END = "<!-- mutations -->\n", "<!-- end of mutations -->\n"


def table() -> str:
    """A row for each, in the order in which a message goes its way."""
    head = "| without | what would go wrong | noticed by |\n| --- | --- | --- |\n"
    return head + "".join(
        f"| `{each.name}`: {each.mechanism} | {each.otherwise} | {_named(each.tests)} |\n" for each in MUTATIONS
    )


def shown() -> str:
    """The table that stands in the page now."""
    return PAGE.read_text("utf-8").partition(_BEGIN)[2].partition(_END)[0]


def _named(tests: tuple[str, ...]) -> str:
    return "<br>".join(f"`{test.rpartition('/')[2]}`" for test in tests)


def main() -> None:
    """Writes the table into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    PAGE.write_text(f"{before}{_BEGIN}{table()}{_END}{rest.partition(_END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
