"""`ithaca token`: a JWT from the local development issuer, for trying the platform by hand."""

import os
import re
import time
from collections.abc import Sequence

import click

from cli.embedded.errors import NoPlatform
from cli.embedded.issuer import ISSUER, Issuer, load_issuer
from shared.ids import new_id
from shared.settings import default_data_folder
from shared.web.access import ROLES
from shared.web.auth import is_subject, is_tenant

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def lifetime(text: str) -> int:
    """`30s`, `15m`, `1h` or `2d`, as seconds. Raises click's BadParameter for anything else."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if found is None:
        raise click.BadParameter(f"{text!r}: give a whole number with s, m, h or d, such as 30s or 1h.")
    return int(found[1]) * _SECONDS[found[2]]


def tenant_name(text: str) -> str:
    """What the services take as a tenant. Raises click's BadParameter for anything else."""
    if not is_tenant(text):
        raise click.BadParameter(f"{text!r}: give 1 to 64 of a-z 0-9 . _ -")
    return text


def subject_name(text: str) -> str:
    """What the services take as a subject. Raises click's BadParameter for anything else."""
    if not is_subject(text):
        raise click.BadParameter("give 1 to 255 characters.")
    return text


@click.command("token")
@click.option("--tenant", required=True, type=tenant_name, metavar="TENANT", help="The association.")
@click.option(
    "--subject", required=True, type=subject_name, metavar="SUBJECT", help="The member's id, or any name for a system."
)
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice(ROLES), help="May be given again.")
@click.option(
    "--ttl",
    default="1h",
    show_default=True,
    type=lifetime,
    metavar="LIFETIME",
    help="How long it is good for: 30s, 15m, 1h, 2d.",
)
def command(tenant: str, subject: str, roles: tuple[str, ...], ttl: int) -> None:
    """Prints a JWT from the local development issuer.

    The issuer is the one that `ithaca up` made in the data folder (ITHACA_DATA). No other platform takes its tokens.
    """
    try:
        issuer = load_issuer(default_data_folder(os.environ) / "issuer")
    except NoPlatform as error:
        raise click.ClickException(str(error)) from None
    click.echo(signed(issuer, tenant=tenant, subject=subject, roles=roles, seconds=ttl))


def signed(issuer: Issuer, *, tenant: str, subject: str, roles: Sequence[str], seconds: int) -> str:
    """A token of that issuer with every claim that the services read, good for so many seconds from now."""
    now = int(time.time())
    return issuer.sign(
        {
            "iss": ISSUER,
            "sub": subject,
            "tenant": tenant,
            "roles": list(dict.fromkeys(roles)),
            "iat": now,
            "exp": now + seconds,
            "jti": new_id(),
        }
    )
