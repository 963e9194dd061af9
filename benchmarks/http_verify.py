"""Checks over HTTP under ``suket serve``, beside an empty Flask route under the same gunicorn."""

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from benchmarks import load
from benchmarks.load import Load
from benchmarks.measure import (
    Line,
    WrongAnswer,
    cpu_seconds,
    goal,
    microseconds,
    milliseconds,
    per_second,
    processor_seconds,
    profile,
)
from benchmarks.office import DemoOffice, demo_office, now
from benchmarks.served import PATH, Served, answers_rightly, empty_route, serving, write_bodies
from suket_service.verifying import Desk, report
from suket_service.web.app import create_app
from tests.postgresql import Cluster, NoServer
from tests.serving import free_port

LETTERS = 300
GOAL_RATE, GOAL_P99, GOAL_RATIO = 2_564, 0.050, 0.40


def run(*, quick: bool) -> Iterator[Line]:
    """Requests a second, ours and the empty route in turn, on either database."""
    rounds, duration, letters = (1, 2, 60) if quick else (3, 5, LETTERS)
    port = free_port()
    with demo_office(port) as office:
        yield from measured(office, port, office.seal_texts(letters), "SQLite", rounds, duration)
    try:
        with Cluster() as cluster:
            cluster.create_database("office")
            with demo_office(port, cluster.url("office")) as office:
                texts = office.seal_texts(letters)
                server = process_of(cluster)
                yield from measured(office, port, texts, "PostgreSQL", rounds, duration, server)
    except NoServer as reason:
        yield Line(f"on PostgreSQL: {reason}", "–")
    yield Line("load made by", load.tool())


def measured(
    office: DemoOffice, port: int, texts: Sequence[str], what: str, rounds: int, duration: int, *also: int
) -> Iterator[Line]:
    """Ours and the empty route in turn, for this office with these letters. ``also``: the database's process."""
    bodies = write_bodies(office, texts)
    with ExitStack() as servers:
        service = servers.enter_context(serving(office, port))
        empty = servers.enter_context(empty_route(office, service.command, answers_rightly(port, texts)))
        seen = in_turn(((service, bodies), (empty, bodies)), rounds, duration, also)
        answers_rightly(port, texts)
    yield from _lines(f"POST /api/v1/verifications, {what}, 2 workers", *seen)


def process_of(cluster: Cluster) -> int:
    """The server's first process."""
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def in_turn(
    sides: Sequence[tuple[Served, Path]], rounds: int, duration: int, also: Sequence[int]
) -> list["Side"]:
    """Load on each side in turn, after a turn that only warms them up."""
    seen = [Side() for _ in sides]
    for turn in range(-1, rounds):
        for (service, bodies), side in zip(sides, seen, strict=True):
            before = processor_seconds(service.process, *also)
            run = load.put(service.port, PATH, bodies, duration)
            if turn >= 0:
                side.runs.append(run)
                side.costs.append((processor_seconds(service.process, *also) - before) / run.answers)
    if errors := sum(run.errors for side in seen for run in side.runs):
        raise WrongAnswer(f"{errors} of the answers were missing or not valid")
    return seen


@dataclass
class Side:
    """What was seen of one service."""

    runs: list[Load] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)  # processor seconds of service and database an answer

    def rate(self) -> float:
        """Answers a second."""
        return statistics.median(run.per_second for run in self.runs)

    def p50(self) -> float:
        """What half of the answers did not take longer than."""
        return statistics.median(run.p50 for run in self.runs)

    def p99(self) -> float:
        """What 99 of 100 answers did not take longer than."""
        return statistics.median(run.p99 for run in self.runs)

    def cost(self) -> float:
        """Processor time an answer: other work on this machine hardly shows in it."""
        return statistics.median(self.costs)


def _lines(what: str, ours: Side, empty: Side) -> Iterator[Line]:
    mine, theirs = ours.rate(), empty.rate()
    ratio = mine / theirs
    yield Line(
        f"{what} / empty Flask route",
        per_second(mine),
        per_second(theirs),
        ratio,
        goal(f"≥ {GOAL_RATE:,}/s", met=mine >= GOAL_RATE)
        + "; "
        + goal(f"ratio ≥ {GOAL_RATIO:.2f}", met=ratio >= GOAL_RATIO),
    )
    mine, theirs = ours.cost(), empty.cost()
    yield Line(
        "the same, processor time of service and database an answer",
        microseconds(mine),
        microseconds(theirs),
        theirs / mine,
    )
    yield Line("the same, p50", milliseconds(ours.p50()), milliseconds(empty.p50()), empty.p50() / ours.p50())
    mine, theirs = ours.p99(), empty.p99()
    reached = goal("< 50 ms", met=mine < GOAL_P99)
    yield Line("the same, p99", milliseconds(mine), milliseconds(theirs), theirs / mine, reached)


def profiled(*, quick: bool) -> None:
    """Where the time of one request goes, in this process and without gunicorn."""
    with demo_office() as office:
        texts = office.seal_texts(50)
        app = create_app(office.settings)
        desk = Desk(office.registry, "demo", office.settings.host)
        bare = Flask("bare")
        bare.add_url_rule(PATH, "verifications", _nothing, methods=["POST"])
        answers = [desk.check_text(text, now()) for text in texts]
        parts: dict[str, Callable[[], object]] = {
            "the whole request": lambda: [_request(app, text) for text in texts],
            "of that, Desk.check_text": lambda: [desk.check_text(text, now()) for text in texts],
            "of that, report": lambda: [report(each, masked=True) for each in answers],
            "an empty Flask request": lambda: [_request(bare, text) for text in texts],
        }
        for work in parts.values():
            work()
        for name, taken in zip(parts, cpu_seconds(3 if quick else 9, *parts.values()), strict=True):
            print(f"{name}: {taken / len(texts) * 1e6:,.0f} µs of processor time")
        profile("POST /api/v1/verifications", lambda: [_request(app, text) for text in texts * 4], 40)


def _nothing() -> str:
    return "{}"


def _request(app: Flask, text: str) -> bytes:
    environ = EnvironBuilder(PATH, method="POST", json={"seal": text}).get_environ()

    def start(status: str, _headers: Any, _trouble: Any = None) -> Any:
        if not status.startswith("200"):
            raise WrongAnswer(status)
        return os.devnull

    return b"".join(app(environ, start))
