"""The code of docs/integrating.md, exactly as a reader would paste it. Runs nothing.

A block in Python or JavaScript is a file; the sentence above it says under which name (``as `ask.py` ``).
Blocks of commands belong to the section that they stand in.
"""

import re
from dataclasses import dataclass
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "integrating.md"
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r" as `([a-z_-]+\.(?:py|mjs))`[^\n]*:\n\n\Z")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
PROGRAMS = {"python": ".py", "javascript": ".mjs"}


@dataclass(frozen=True)
class Block:
    """One fenced block: its section, its language, its text, and of a file its name."""

    section: str
    language: str
    text: str
    name: str | None


def blocks() -> list[Block]:
    """Every block of the guide, in its order."""
    text = GUIDE.read_text("utf-8")
    headings = list(_HEADING.finditer(_without_code(text)))
    found = []
    for fenced in _FENCED.finditer(text):
        named = _NAMED.search(text[: fenced.start()])
        section = [each[1] for each in headings if each.start() < fenced.start()][-1]
        found.append(Block(section, fenced[1], fenced[2], named[1] if named else None))
    return found


def program(name: str) -> str:
    """The text of the file of that name."""
    [found] = [each.text for each in blocks() if each.name == name]
    return found


def put_programs(folder: Path) -> None:
    """Save every file of the guide, as a reader would."""
    for each in blocks():
        if each.name is not None:
            (folder / each.name).write_text(each.text, "utf-8")


def _without_code(text: str) -> str:
    # A comment of a block begins like a heading; its place stays, so that offsets keep their meaning.
    return _FENCED.sub(lambda fenced: re.sub(r"[^\n]", " ", fenced[0]), text)
