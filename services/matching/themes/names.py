"""The list of themes: names of professional skills, each of which the engine takes for one word that nobody writes."""

import re
from importlib.resources import files


def spoken(theme: str) -> str:
    """The name of a theme as people say it."""
    return _NAMES[theme]


def _names() -> dict[str, str]:
    listed = files(__package__).joinpath("themes.txt").read_text("utf-8").splitlines()
    return {"theme_" + re.sub(r"[^\w+#]+", "_", name.casefold()).strip("_"): name for name in listed}


_NAMES = _names()
THEMES = tuple(_NAMES)
