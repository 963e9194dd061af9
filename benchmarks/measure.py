"""Timing, medians and the table. Knows nothing of letters."""

import cProfile
import os
import pstats
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HEADINGS = ("what", "ours", "baseline", "ratio", "goal")
NONE = "–"


class WrongAnswer(Exception):
    """What was measured did not do its work: its time means nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. ``ratio``: our speed by the baseline's; above 1 ours is the quicker."""

    what: str
    ours: str
    baseline: str = NONE
    ratio: float | None = None
    goal: str = NONE


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes."""
    begin = clock()
    work()
    return clock() - begin


def cpu_seconds(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median processor seconds of each: what other processes do hardly shows, waiting not at all."""
    times = [[seconds(work, time.process_time) for work in works] for _ in range(rounds)]
    return [statistics.median(taken) for taken in zip(*times, strict=True)]


def processor_seconds(*processes: int) -> float:
    """The processor time that these processes and all that descend from them have had so far."""
    parents, had = {}, {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(status.parent.name)
        parents[pid], had[pid] = int(words[1]), int(words[11]) + int(words[12])
    family = set(processes)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(had.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")


def alternate(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median seconds of each, run in turn (A B A B): whatever else the machine does meets all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            taken.append(seconds(work))
    return [statistics.median(taken) for taken in times]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def per_second(rate: float) -> str:
    """A rate as the table shows it."""
    return f"{rate:,.0f}/s" if rate >= 100 else f"{rate:.1f}/s"


def milliseconds(taken: float) -> str:
    """A time as the table shows it."""
    return f"{taken * 1000:,.1f} ms"


def microseconds(taken: float) -> str:
    """A short time as the table shows it."""
    return f"{taken * 1e6:,.0f} µs"


def goal(text: str, *, met: bool) -> str:
    """A goal and whether this run met it: information, never an assertion."""
    return f"{text}: {'met' if met else 'MISSED'}"


def print_table(lines: Iterable[Line]) -> None:
    """The lines as a Markdown table; in each subject those with a ratio come first."""
    rows = [
        (each.what, each.ours, each.baseline, _ratio(each.ratio), each.goal)
        for each in sorted(lines, key=lambda each: each.ratio is None)
    ]
    widths = [max(len(row[column]) for row in (HEADINGS, *rows)) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    for row in (HEADINGS, rule, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(cells)} |", flush=True)


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return NONE
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.1g}"


def profile(title: str, work: Callable[[], object], top: int = 18) -> None:
    """Where the time of ``work`` goes, by own and by cumulative time, without this machine's paths."""
    profiler = cProfile.Profile()
    profiler.runcall(work)
    print(f"\n## {title}", flush=True)
    for order in ("cumulative", "tottime"):
        pstats.Stats(profiler).strip_dirs().sort_stats(order).print_stats(top)


def filesystem(path: Path) -> str:
    """The kind of filesystem that ``path`` lies on: what a commit costs depends on it."""
    whole = path.resolve()
    kinds = {}
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, mounted, kind, *_ = line.split(" ")
        if whole.is_relative_to(mounted):
            kinds[mounted] = kind
    return kinds[max(kinds, key=len)] if kinds else "unknown"


def processor() -> str:
    """The processor's name and how many cores this process may use."""
    names = (
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    )
    return f"{next(names, 'unknown processor')}, {len(os.sched_getaffinity(0))} cores"
