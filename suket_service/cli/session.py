"""What every command starts from: settings, registry, language; and how errors are told.

Exit codes (design.md section 7): 0 done or valid, 1 refused or any other outcome, 2 wrong use or
input that cannot be read.
"""

import json
import os
import sys
from datetime import UTC, date, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from suket_service import publishing
from suket_service.core.keyring import Purpose
from suket_service.errors import (
    FileRefused,
    NotFound,
    Problem,
    RegistryError,
    SettingsError,
    SuketError,
    Text,
)
from suket_service.issuing import Sealing
from suket_service.publishing import Publisher
from suket_service.registry import keys, offices, staff
from suket_service.registry.session import Registry
from suket_service.settings import Settings

REFUSED = 1
WRONG_USE = 2


def now() -> datetime:
    """The clock, read at the edge only."""
    return datetime.now(UTC)


class Session:
    """One run of the command."""

    @cached_property
    def settings(self) -> Settings:
        """The settings, read when first needed: ``verify --bundle`` needs none."""
        return Settings.from_env()

    @cached_property
    def registry(self) -> Registry:
        """The registry, which must have been initialised.

        Raises:
            NotFound: ``not_initialised``.
            RegistryError: ``not_migrated``.
        """
        registry = self.registry_as_is
        if not registry.is_migrated():
            raise _not_initialised() if registry.revision() is None else _not_migrated()
        with registry.reading() as tx:
            offices.require_environment(tx, self.settings.environment)
        return registry

    @cached_property
    def registry_as_is(self) -> Registry:
        """The registry in whatever shape: a check must answer even where it cannot be read.

        Raises:
            NotFound: ``not_initialised``: there is no file at all.
        """
        registry = Registry(self.settings.database_url)
        if registry.file is not None and not registry.file.exists():
            raise _not_initialised()  # opening it would make an empty one
        return registry

    @property
    def language(self) -> str:
        """The language of messages, even when the settings cannot be read."""
        return language()

    @property
    def publisher(self) -> Publisher:
        """What publishing takes."""
        return Publisher(self.settings.key_passphrase, self.settings.base_url, self.settings.host)

    def office_of(self, username: str) -> str:
        """The office that a member of staff works in."""
        with self.registry.reading() as tx:
            return staff.office_of(tx, username)

    def office(self, code: str | None) -> str:
        """The office named, or the only one there is.

        Raises:
            NotFound: several offices and none named.
        """
        with self.registry.reading() as tx:
            known = [each.code for each in offices.offices(tx)]
        if code in known or (code is None and len(known) == 1):
            return code or known[0]
        raise NotFound(
            "office_needed",
            Text(
                f"Sebutkan kantornya dengan --office: {', '.join(known)}.",
                f"Name the office with --office: {', '.join(known)}.",
            ),
        )

    def today(self, office_code: str) -> date:
        """The office's calendar day."""
        with self.registry.reading() as tx:
            return offices.office(tx, office_code).local_date(now())

    def sealing(self, office_code: str) -> Sealing:
        """The office's unlocked seal key."""
        with self.registry.reading() as tx:
            today = offices.office(tx, office_code).local_date(now())
            key = keys.unlock(tx, Purpose.SEAL, office_code, today, self.settings.key_passphrase)
        return Sealing(key, self.settings.base_url)

    def publish(self) -> None:
        """Tell the outside at once; a process that may not sign leaves it to one that may."""
        try:
            publishing.publish(self.registry, self.publisher, now())
        except SuketError as error:
            # What was asked is done and recorded; only telling it failed, and the service tries again.
            self.warn(Text(f"Belum dipublikasikan: {error.text.id}", f"Not published yet: {error.text.en}"))

    def tell(self, id: str, en: str) -> str:
        """A word or a sentence in the language of messages."""
        return Text(id, en).in_language(self.language)

    def say(self, id: str, en: str) -> None:
        """One line for people."""
        click.echo(self.tell(id, en))

    def warn(self, text: Text) -> None:
        """One line of warning."""
        click.echo(text.in_language(self.language), err=True)


def language() -> str:
    """``en`` when SUKET_LANG says so, otherwise ``id``."""
    return "en" if os.environ.get("SUKET_LANG") == "en" else "id"


def problem_json(problem: Problem, language: str) -> dict[str, str]:
    """A problem as the contract has it: ``{"field", "code", "message"}``."""
    return {"field": problem.field, "code": problem.code, "message": problem.text.in_language(language)}


def write_whole(path: Path, data: bytes) -> None:
    """Write a file all at once, for its owner alone: under its name there is never half of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a process that was killed
        with open(part, "xb", opener=_for_owner_alone) as file:
            file.write(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def print_json(value: Any) -> None:
    """One JSON object on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


class SuketGroup(click.Group):
    """Loads each command when it is asked for, and tells our own errors in one line.

    Printing brings in Pango, which takes a second and may be missing: checking a letter, and saying
    that Pango is missing, must not wait for it.
    """

    def __init__(self, *args: Any, commands_at: dict[str, str] | None = None, **kwargs: Any) -> None:
        """``commands_at``: command name to ``module:attribute``."""
        super().__init__(*args, **kwargs)
        self._commands_at = commands_at or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the contract."""
        return [*self._commands_at, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        place = self._commands_at.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the tree of commands is ours
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours ends it with its exit code."""
        try:
            return super().invoke(ctx)
        except SuketError as error:
            click.echo(f"suket: {error.text.in_language(language())}", err=True)
            sys.exit(WRONG_USE if isinstance(error, (FileRefused, SettingsError)) else REFUSED)
        except BrokenPipeError:
            # Whoever read our output has seen enough; nothing more can be told, and nothing is wrong.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(REFUSED)
        except OSError as error:
            told = Text("Berkas tidak dapat ditulis atau dibaca", "A file cannot be written or read")
            where = f"{error.filename} " if error.filename else ""
            click.echo(f"suket: {told.in_language(language())}: {where}({error.strerror})", err=True)
            sys.exit(WRONG_USE)


def _not_migrated() -> RegistryError:
    return RegistryError(
        "not_migrated",
        Text(
            "Tabel registri ini dari versi lain. Hentikan layanan, buat cadangan, lalu jalankan `suket init` dari"
            " versi yang baru.",
            "The tables of this registry are another version's. Stop the service, back up, and run `suket init` of"
            " the new version.",
        ),
    )


def _not_initialised() -> NotFound:
    return NotFound(
        "not_initialised",
        Text(
            "Registri belum disiapkan. Jalankan `suket init` (atau `suket init --demo`).",
            "There is no registry yet. Run `suket init` (or `suket init --demo`).",
        ),
    )
