"""`ithaca preview`: what a notification will look like."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.preview import command
from services.notifications.domain.catalog import CATALOG
from services.notifications.rendering.templates import Templates
from tests.examples import shared_out

LANGUAGES = sorted(Templates(markup=False).languages)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


@pytest.mark.parametrize("name", ["request.sent", "request.sent.v1", "org.ithaca.request.sent.v1"])
def test_a_type_is_known_by_its_short_and_its_long_name(name: str) -> None:
    shown = run(name)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Subject: Ben Lindqvist asks you to be their mentor\n\nHello Ada Okafor,\n")
    assert "https://portal.example.org/requests/" in shown.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_can_be_previewed_and_in_every_language(language: str, tmp_path: Path) -> None:
    for name in shared_out(list(CATALOG), LANGUAGES.index(language), len(LANGUAGES)):
        _can_be_previewed(name, language, tmp_path)


def _can_be_previewed(name: str, language: str, tmp_path: Path) -> None:
    shown = run(name, "--language", language, "--html", str(tmp_path / "mail.html"))
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert f'lang="{language}"' in (tmp_path / "mail.html").read_text("utf-8")


def test_another_example_of_the_type_can_be_chosen() -> None:
    assert "changed" in run("rounds.published", "--example", "replanned").stdout
    assert "changed" not in run("rounds.published").stdout
    unknown = run("rounds.published", "--example", "none-such")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "replanned" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["request.snt"], "Do you mean request.sent?"),
        (["nonsense"], "topic.updated"),
        (["request.viewed"], "Nobody is told of request.viewed."),
        (["request.sent", "--language", "xx"], "only in "),
        ([], "Name one TYPE"),
        (["request.sent", "--all", "sheets"], "Name one TYPE"),
    ],
)
def test_a_mistake_is_named_with_what_there_is(arguments: list[str], said: str) -> None:
    failed = run(*arguments)
    assert (failed.exit_code, failed.stdout) == (2, "")
    assert said in failed.stderr


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = run("request.sent", "--html", str(tmp_path / "file" / "mail.html"))
    assert failed.exit_code == 1
    assert "cannot be written" in failed.stderr


def test_the_contact_sheets_show_every_type_and_every_language_light_and_dark(tmp_path: Path) -> None:
    shown = run("--all", str(tmp_path))
    assert (shown.exit_code, shown.stderr) == (0, "")
    every, some = ((tmp_path / name).read_text("utf-8") for name in ("index.html", "languages.html"))
    assert all(f'src="mails/{name}.en.light.html"' in every for name in CATALOG)
    assert some.count("<iframe") == 6 * 2 * len(LANGUAGES)
    for page in (every, some):
        frames = [part.partition('"')[0] for part in page.split('src="')[1:]]
        assert all((tmp_path / frame).is_file() for frame in frames)
    dark = [file for file in (tmp_path / "mails").iterdir() if ".dark." in file.name]
    assert len(dark) == 6 * len(LANGUAGES)
    assert not any("prefers-color-scheme" in file.read_text("utf-8") for file in dark)
