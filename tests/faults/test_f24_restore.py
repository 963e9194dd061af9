"""F24, the registry is gone: what a restore keeps, and what putting the backup's file back would not."""

import shutil
from pathlib import Path

from suket_service.core.verdict import Outcome
from suket_service.registry.session import Registry
from tests.administering.drill import bring_back, work_and_lose
from tests.administering.office import OfficeAtWork
from tests.databases import Databases, SqliteDatabases
from tests.faults import invariants
from tests.faults.conftest import Found


def test_f24_restore(databases: Databases, tmp_path: Path, found: Found) -> None:
    """No number or position is given twice, nothing revoked is alive, and what is lost is named."""
    with databases.nothing_yet() as new:
        with databases.a_registry() as old:
            office = OfficeAtWork(old)
            loss = work_and_lose(office, tmp_path)
        drill = bring_back(office, loss, new)
        papers = [*loss.a, *loss.b, *loss.c, *drill.d]
        assert len({paper.number for paper in papers}) == len(papers)
        assert len({paper.position for paper in papers}) == len(papers)
        for revoked in (loss.a[1], loss.b[1]):
            assert office.online(revoked).outcome is Outcome.REVOKED
            assert office.offline(drill.after, revoked).outcome is Outcome.REVOKED
        named = {
            (each.status_list, index)
            for each in drill.restored.lost
            for index in range(each.first, each.last + 1)
        }
        assert named == {paper.position for paper in loss.b}
        invariants.check(new, lost=drill.numbers_not_in_use())
        found(
            f"{len(loss.b)} published letters lost and named, {len(loss.c)} unpublished ones inside the "
            f"passed-over numbers; {len(drill.d)} issued after it, no twin"
        )


def test_f24_control_the_file_put_back(
    sqlite_databases: SqliteDatabases, tmp_path: Path, found: Found
) -> None:
    """Without `suket restore` numbers and positions are given twice, and what was revoked is valid again."""
    with sqlite_databases.nothing_yet() as new:
        with sqlite_databases.a_registry() as old:
            office = OfficeAtWork(old)
            loss = work_and_lose(office, tmp_path)
        put_back(loss.backup, new)
        office.registry = new
        d = office.issue(10)
        earlier = [*loss.b, *loss.c]
        twin_numbers = {paper.number for paper in d} & {paper.number for paper in earlier}
        twin_positions = {paper.position for paper in d} & {paper.position for paper in earlier}
        assert len(twin_numbers) == len(twin_positions) == len(earlier)
        assert office.online(loss.a[1]).outcome is Outcome.VALID
        found(f"{len(twin_numbers)} numbers and positions given twice, a revoked letter valid")


def put_back(backup: Path, place: Registry) -> None:
    assert place.file is not None
    shutil.copy(backup, place.file)
