"""The drill of a lost registry: letters before and after the backup, after the last publication, and after the restore."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from suket_service import administering
from suket_service.administering import Order, Published, Restored
from suket_service.registry.session import Registry
from tests.administering.office import OfficeAtWork, Paper
from tests.builders import OFFICE


@dataclass
class Loss:
    """What is left when the registry is gone: a backup, what was published since, and paper.

    A: issued before the backup. B: after it, and published. C: after the last publication; nobody
    knows of them but their holders.
    """

    a: list[Paper]
    b: list[Paper]
    c: list[Paper]
    extended_to: dict[str, date]
    backup: Path
    published: Published


def work_and_lose(office: OfficeAtWork, folder: Path) -> Loss:
    """Letters of every fate: [1] revoked after the backup, [2] suspended, [3] extended, A[4] resumed."""
    a = office.issue(6)
    office.suspend(a[4])
    file = office.back_up(folder / "registry.backup").file
    office.tick(hours=10 * 24)
    b = office.issue(5)
    office.tick(hours=10 * 24)
    extended = {paper.number: office.extend(paper) for paper in (a[3], b[3])}
    for paper in (a[1], b[1]):
        office.revoke(paper)
    for paper in (a[2], b[2]):
        office.suspend(paper)
    office.resume(a[4])
    published = office.publish()
    return Loss(a, b, office.issue(3), extended, file, published)


@dataclass
class Drill:
    """What was restored from what, and how the office stands after it."""

    loss: Loss
    d: list[Paper]  # issued after the restore
    order: Order
    place: Path
    after: Published
    restored: Restored
    office: OfficeAtWork

    @property
    def registry(self) -> Registry:
        return self.office.registry

    def numbers_not_in_use(self) -> set[str]:
        """Numbers that the report names as lost or passed over."""
        return {
            OFFICE.number(serial, {1: "SKP", 2: "SKR"}[each.change.kind], each.change.year)
            for each in self.restored.series
            for serial in range(each.change.in_backup + 1, each.change.now + 1)
        }


def bring_back(office: OfficeAtWork, loss: Loss, new: Registry) -> Drill:
    """Restore into an empty place, issue ten letters, publish."""
    order = Order(loss.backup, "production", published=loss.published)
    place = new.file or loss.backup.parent / "suket.sqlite3"
    restored = administering.restore(new, place, order, office.tick())
    office.registry = new
    d = office.issue(10)
    return Drill(loss, d, order, place, office.publish(), restored, office)
