"""A small reader of Dockerfiles: stages and their steps, as far as the project's own needs it. Runs nothing."""

import fnmatch
import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

_CONTINUED = re.compile(r"\\\s*\n")
_OPTION = re.compile(r"--([a-z-]+)=(\S+)\s+")


@dataclass(frozen=True)
class Step:
    """One instruction: ``RUN``, ``COPY`` and so on."""

    word: str
    options: dict[str, str]
    rest: str

    @property
    def command(self) -> list[str]:
        """What a step runs: the words of its exec form, or a shell's."""
        words = self.rest.removeprefix("CMD ").strip()
        return json.loads(words) if words.startswith("[") else ["/bin/sh", "-c", words]

    @property
    def pairs(self) -> dict[str, str]:
        """What ``ENV`` sets."""
        return dict(pair.split("=", 1) for pair in shlex.split(self.rest))


@dataclass
class Stage:
    """From one ``FROM`` to the next."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def last(self, word: str) -> Step | None:
        """The step of that kind that holds in the end."""
        found = [step for step in self.steps if step.word == word]
        return found[-1] if found else None


def read(text: str) -> list[Stage]:
    """The stages of a Dockerfile, in their order."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: list[Stage] = []
    for line in _CONTINUED.sub(" ", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        options = dict(_OPTION.findall(rest)) if word in ("COPY", "HEALTHCHECK", "RUN") else {}
        rest = _OPTION.sub("", rest).strip() if options else rest.strip()
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name or str(len(stages))))
        else:
            stages[-1].steps.append(Step(word, options, rest))
    return stages


def is_ignored(path: str, patterns: list[str]) -> bool:
    """Whether ``.dockerignore`` keeps a path of the context out."""
    parts = Path(path).parts
    heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    anywhere = {pattern.removeprefix("**/") for pattern in patterns if pattern.startswith("**/")}
    return any(fnmatch.fnmatchcase(head, pattern) for head in heads for pattern in patterns) or any(
        fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in anywhere
    )
