"""What a check costs when millions of letters are on record, beside the same with ten thousand. Takes minutes, and
some gigabytes of disk until it ends: run only when asked for by name."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from benchmarks.filling import fill
from benchmarks.http_verify import in_turn, measured, process_of
from benchmarks.measure import Line, goal, microseconds, milliseconds, per_second
from benchmarks.office import DemoOffice, demo_office
from benchmarks.served import answers_rightly, serving, write_bodies
from tests.postgresql import SUPERUSER, Cluster, NoServer
from tests.serving import free_port

FEW, MANY, MANY_IN_A_FILE = 10_000, 5_000_000, 1_000_000
MOST_GROWTH = 1.2
#: A server with room for its indexes; nothing of it has to outlive the run.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
}


def run(*, quick: bool) -> Iterator[Line]:
    """A small and a large registry, each served, in turn; first on PostgreSQL, then in a file."""
    rounds, duration, shrink = (1, 2, 50) if quick else (5, 5, 1)
    try:
        with Cluster(durable=True, settings=_SETTINGS) as cluster, ExitStack() as offices:
            made: list[tuple[DemoOffice, int, list[str]]] = []
            server = process_of(cluster)
            for letters in (FEW, MANY // shrink):
                name, port = f"letters_{letters}", free_port()
                cluster.create_database(name)
                office = offices.enter_context(demo_office(port, cluster.url(name)))
                url = cluster.url(name, role=SUPERUSER).replace("postgresql:", "postgresql+psycopg:")
                made.append((office, port, fill(office, url, letters, _tell)))
            yield from _told(_growth("PostgreSQL", made, MANY // shrink, rounds, duration, server))
            what = f"PostgreSQL, {MANY // shrink:,} letters"
            yield from _told(measured(*made[1], what, rounds, duration, server))
    except NoServer as reason:
        yield Line(f"on PostgreSQL: {reason}", "–")
    with ExitStack() as offices:
        made = []
        for letters in (FEW, MANY_IN_A_FILE // shrink):
            port = free_port()
            office = offices.enter_context(demo_office(port))
            made.append((office, port, fill(office, office.settings.database_url, letters, _tell)))
        yield from _told(_growth("SQLite", made, MANY_IN_A_FILE // shrink, rounds, duration))


def _growth(
    database: str,
    made: list[tuple[DemoOffice, int, list[str]]],
    many: int,
    rounds: int,
    duration: int,
    *also: int,
) -> Iterator[Line]:
    with ExitStack() as servers:
        sides = []
        for office, port, texts in made:
            service = servers.enter_context(serving(office, port))
            answers_rightly(port, texts)
            sides.append((service, write_bodies(office, texts)))
        few, large = in_turn(sides, rounds, duration, also)
    growth = large.cost() / few.cost()
    yield Line(
        f"one check, {database}, {many:,} letters / {FEW:,}: processor time of service and database",
        microseconds(large.cost()),
        microseconds(few.cost()),
        1 / growth,
        goal(f"cost ≤ {MOST_GROWTH} times", met=growth <= MOST_GROWTH),
    )
    yield Line(
        "the same, checks a second",
        per_second(large.rate()),
        per_second(few.rate()),
        large.rate() / few.rate(),
    )
    yield Line("the same, p99", milliseconds(large.p99()), milliseconds(few.p99()), few.p99() / large.p99())


def _told(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines, said at once: the table comes minutes later."""
    for line in lines:
        _tell(f"{line.what}: {line.ours}, {line.baseline}")
        yield line


def _tell(how_far: str) -> None:
    print(how_far, flush=True)
