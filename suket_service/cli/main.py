"""The tree of commands."""

import os

import click

from suket_service import __version__
from suket_service.cli.session import Session, SuketGroup

_COMMANDS = {
    "init": "setting_up:init",
    "check": "setting_up:check",
    "residents": "setting_up:residents",
    "issue": "letters:issue",
    "print": "letters:print_",
    "letters": "letter_lookup:letters",
    "show": "letter_lookup:show",
    "extend": "letter_life:extend",
    "suspend": "letter_life:suspend",
    "resume": "letter_life:resume",
    "revoke": "letter_life:revoke",
    "supersede": "letter_life:supersede",
    "withdraw": "letter_life:withdraw",
    "verify": "verifying:verify",
    "keys": "keeping:keys",
    "users": "users:users",
    "kinds": "kinds:kinds",
    "offices": "offices:offices",
    "clients": "clients:clients",
    "publish": "keeping:publish",
    "audit": "keeping:audit",
    "backup": "backup:backup",
    "backup-key": "backup:backup_key",
    "restore": "restoring:restore",
    "serve": "serving:serve",
}


@click.group(
    cls=SuketGroup,
    commands_at={name: f"suket_service.cli.{place}" for name, place in _COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="suket")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Surat keterangan pengganti KTP-el yang membuktikan dirinya sendiri."""
    os.umask(0o077)  # whatever is written is the owner's alone: letters, keys, the database
    ctx.obj = Session()
