"""Whatever text the registry holds, on a page it is text (A16)."""

import re
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import String

from suket_service.errors import RegistryError
from suket_service.registry.schema import Base
from suket_service.settings import Settings
from tests.security.routes import answer_to, asked
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.test_matrix import begun

ROOT = Path(__file__).parents[2]
MARKUP = "\"'><img src=x onerror=alert(1)></title></textarea><script>alert(2)</script>{{7*7}}&"
#: By these the registry finds its rows, or they are no text that anybody typed.
KEYS = re.compile(
    r"(^|_)(id|kid|hash|sha256|key|code|series|number|pattern|template|username|actor|subject|action|account|"
    r"request_key|requested_by|approved_by|media_type|text|state|rule|by|digest|renderer|environment|row|batch|ref)$"
)
KEY_COLUMNS = {"publication.name", "uploaded_photo.name", "portrait.name"}
TEXT_LENGTH = 60
#: Paper and pictures, which are looked at elsewhere; what does not fit there is refused.
DRAWN = re.compile(r"\.(pdf|png|svg|xlsx|csv|jpg)$|preview|/print$|/pdf|/xlsx|/csv")


def typed_columns() -> list[tuple[str, str]]:
    """Table and column of each text that somebody typed, or that came in a file."""
    return [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String)
        and (column.type.length or 0) >= TEXT_LENGTH
        and not KEYS.search(column.name)
        and not column.primary_key
        and f"{table.name}.{column.name}" not in KEY_COLUMNS
        and table.name != "audit"
    ]


def put_everywhere(office: OfficeAtWork, text: str) -> set[str]:
    """That text in every such column of every row that the registry lets change; the columns it came into."""
    changed = set()
    for table, column in typed_columns():
        try:
            with office.registry.writing() as tx:
                done = tx.exec_driver_sql(f"UPDATE {table} SET {column} = ? || rowid", (text,))
                if done.rowcount:
                    changed.add(f"{table}.{column}")
        except RegistryError:
            continue  # the registry's own guards: what was issued stays as it is
    return changed


def test_markup_in_any_text_of_the_registry_is_text_on_every_page(
    prepared: tuple[Path, dict[str, str]], served_office: tuple[APIFlask, Settings]
) -> None:
    shown = 0
    with begun(prepared, served_office) as office:
        changed = put_everywhere(office, MARKUP)
        assert {"resident.name", "staff.name", "client.name", "service_point.name", "kind.title"} <= changed
        for endpoint, example, browser in asked(office):
            if example.method == "GET" and not DRAWN.search(example.path):
                answer = answer_to(browser, example)
                assert answer.status_code != 500, endpoint
                if answer.mimetype == "text/html":
                    assert "<img src=x" not in answer.text, endpoint
                    assert "<script>alert" not in answer.text, endpoint
                    assert "49&amp;" not in answer.text, endpoint
                    shown += "&lt;img src=x onerror=alert(1)&gt;" in answer.text
    assert shown > 20


#: A sign of ours, at which a page is cut in two; it is never sent.
CUT = {"templates/staff/audit/checking.html": "{{ mark|safe }}"}


def test_no_template_takes_a_text_for_markup() -> None:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            name, text = str(path.relative_to(ROOT)), path.read_text("utf-8")
            assert "autoescape" not in text, name
            found = re.findall(r"\{\{[^}]*\|\s*safe\b[^}]*\}\}", text)
            assert found in ([], [CUT.get(name)]), name
