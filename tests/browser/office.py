"""The demo of an office at work, served: a demo registry with drafts that wait, and browsers for its people."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from suket_service import administering
from suket_service.administering.proving import Proof
from suket_service.core.letter import LetterState
from suket_service.registry import letters, staff
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.web.app import create_app
from tests.browser.serving import ROOT, served, suket
from tests.serving import free_port
from tests.web.staff.conftest import OfficeAtWork

DEMO_OFFICE = "2172"
_AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@contextmanager
def an_office(folder: Path) -> Iterator[tuple[str, OfficeAtWork]]:
    """A served demo and its registry: thirty letters, eight drafts, sixteen people who may still come."""
    url = f"http://localhost:{(port := free_port())}"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUKET_")},
        "SUKET_DATA_DIR": str(folder),
        "SUKET_BASE_URL": url,
    }
    suket(env, "init", "--demo")
    suket(
        env,
        "issue",
        f"{ROOT}/examples/permohonan.csv",
        "--requested-by",
        "operator",
        "--approved-by",
        "kepala",
    )
    suket(env, "residents", "import", f"{ROOT}/examples/penduduk-loket.csv", "--by", "operator")
    suket(env, "issue", f"{ROOT}/examples/permohonan-menunggu.csv", "--requested-by", "operator")
    settings = Settings.from_env({"SUKET_DATA_DIR": str(folder)})
    with closing(Registry(settings.database_url)) as registry, served(env, port):
        yield url, _at_work(registry, settings)


def _at_work(registry: Registry, settings: Settings) -> OfficeAtWork:
    with registry.reading() as tx:
        drafts = letters.search(tx, DEMO_OFFICE, [LetterState.DRAFT])
        issued = letters.search(tx, DEMO_OFFICE, [LetterState.ISSUED])
        taken = {each.resident.nik for each in letters.search(tx, DEMO_OFFICE)}
        residents = tx.exec_driver_sql("SELECT id, nik FROM resident ORDER BY id").fetchall()
    free = next(row[0] for row in residents if row[1] not in taken)
    values = {
        "draft": drafts[0].id,
        "letter": issued[0].id,
        "resident": str(free),
        "village": issued[0].resident.village.code,
    }
    return OfficeAtWork(create_app(settings), registry, settings, drafts, issued, free, values)


def signed_in(
    browser: Browser, url: str, registry: Registry, username: str, **options: object
) -> BrowserContext:
    """A browser in which that member of staff is signed in, with a code just now."""
    with registry.reading() as tx:
        member = staff.find(tx, username)
    assert member is not None
    proof = Proof(member, with_code=True, complete=True)
    token = administering.begin_session(registry, proof, "Chromium", datetime.now(UTC))
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.add_cookies([{"name": "suket", "value": token, "url": url}])
    return context


def barriers(page: Page) -> str:
    """What axe finds on a page that keeps someone from using it; empty when there is nothing."""
    found = Axe().run(page, options=_AXE)
    return found.generate_report() if found.violations_count else ""
