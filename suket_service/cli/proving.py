"""Asking at the terminal for what only its owner knows. Proves and stores nothing itself.

Secrets are never arguments: other users of the machine could list them, and the shell remembers. At a
terminal they are asked for and not shown; from a pipe each is one line, so that a script can give them.
"""

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from suket_service import administering
from suket_service.cli.session import Session, now
from suket_service.core.credentials import MustWait
from suket_service.errors import FieldError, NotAllowed, Problem, Text

#: At a terminal; a pipe has one, for it would say the same again.
MOST_TRIES = 3
APPROVER_STDIN = click.option(
    "--approver-stdin",
    is_flag=True,
    help="Baca kata sandi dan kode sekali pakai penyetuju dari masukan standar, masing-masing satu baris.",
)
_Answer = TypeVar("_Answer")


def has_proven(session: Session, username: str, from_stdin: bool) -> bool:
    """Whether the second person has proven who they are.

    In the demo nothing is asked. Outside it password and one-time code are, where there is a terminal to ask
    at or ``from_stdin`` says that they come by pipe; otherwise, and when the password is left empty at the
    terminal, the answer is no.

    Raises:
        NotAllowed: asked, and not proven: three times at a terminal, once by pipe; or ``wait``.
        SettingsError: outside the demo SUKET_SECRET_KEY is needed.
    """
    if session.settings.is_demo:
        return True
    if not (from_stdin or is_terminal()):
        return False
    key = session.settings.own_secret_key

    def attempt() -> bool:
        password = ask_secret(session, Text(f"Kata sandi {username}:", f"Password of {username}:"))
        if not password and is_terminal():
            return False
        code = ask_secret(session, Text("Kode sekali pakai:", "One-time code:"))
        administering.prove(session.registry, username, password, code, key, now())
        return True

    return with_tries(session, attempt)


def require_proven(session: Session, username: str, from_stdin: bool) -> None:
    """Refuse to go on before the second person has proven who they are; see :func:`has_proven`.

    Raises:
        NotAllowed: also ``approver_not_asked``: there is no terminal, or nothing was typed.
        SettingsError.
    """
    if not has_proven(session, username, from_stdin):
        raise NotAllowed(
            "approver_not_asked",
            Text(
                "Penyetuju harus membuktikan dirinya. Jalankan di terminal, atau berikan --approver-stdin.",
                "The approver must prove themselves. Run this at a terminal, or give --approver-stdin.",
            ),
        )


def with_tries(session: Session, attempt: Callable[[], _Answer]) -> _Answer:
    """What ``attempt`` answers; at a terminal a refusal is told, and it may be tried again."""
    for _ in range(MOST_TRIES - 1 if is_terminal() else 0):
        try:
            return attempt()
        except MustWait:
            raise
        except (NotAllowed, FieldError) as error:
            session.warn(error.text)
    return attempt()


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def ask_secret(session: Session, prompt: Text) -> str:
    """One secret: typed unseen at a terminal, otherwise the next line of standard input.

    Raises:
        FieldError: it is no UTF-8.
    """
    try:
        if is_terminal():
            text = prompt.in_language(session.language)
            answer = click.prompt(
                text, hide_input=True, default="", show_default=False, prompt_suffix=" ", err=True
            )
            return str(answer)
        return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise FieldError(_NO_TEXT) from None


_NO_TEXT = Problem(
    "",
    "not_text",
    Text("Yang diketik bukan teks UTF-8; ketik ulang.", "What was typed is no UTF-8 text; type it again."),
)
