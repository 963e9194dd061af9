"""The auditor reads everything and changes nothing."""

import ast
import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suket_service import administering, publishing
from suket_service.administering import AuditCheck
from suket_service.administering.disclosing import OwnList
from suket_service.core.checkpoint import Checkpoint
from suket_service.core.letter import Action
from suket_service.publishing import CHECKPOINT, TRUST_BUNDLE, Publisher
from suket_service.registry import audit
from suket_service.registry.clients import ClientScope
from suket_service.registry.schema import Base
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role
from suket_service.web.access import ROUTES
from suket_service.web.calling import CALLS
from suket_service.web.staff.audit import checking
from suket_service.web.staff.audit.words import ACTIONS, MACHINES, subject_words, words
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE
from tests.registry.builders import tampering
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork
from tests.web.staff.examples import Example
from tests.web.staff.test_fuzz import odd_text
from tests.web.staff.test_matrix import EXAMPLES, ask, filled, state_of

__all__ = ["filled"]
PACKAGE = Path(__file__).parents[3] / "suket_service"
NOTING = ("issuing", "verifying", "printing", "publishing.py", "presenting", "administering", "registry")
#: Columns are written like actions, and so is a setting of the migrations.
COLUMNS = {
    f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns
}
#: Names of columns, of calls in the account of usage, and of files on their way into a backup.
NO_ACTIONS = {*COLUMNS, *CALLS.values(), "sqlalchemy.url", "backup.plain", "backup.locked"}
#: Actions that are put together from the names of something else.
COMPOSED: dict[str, type[Action | OwnList]] = {"letter.": Action, "report.": OwnList}
#: Every write that an auditor may send, and why it changes nothing of the office's.
MAY_POST = {
    "audit.search": "asks: so that what is typed stands in no address",
    "audit.export": "reads: the note in the chain is that it was read",
    "audit.check": "reads and computes",
    "account.end_session": "their own session",
    "account.end_others": "their own sessions",
    "account.set_password": "their own credentials",
    "account.set_code": "their own credentials",
    "account.recovery_codes": "their own credentials",
    "letters.find": "asks: so that no NIK or name stands in an address",
    "letters.find_by_picture": "asks",
    "letters.find_by_file": "asks",
    "printing.check_print": "reads a photograph of a test page",
    "reports.export_register": "reads: what is noted is that it was read",
    "reports.export_expiring": "reads, likewise",
    "reports.export_cards_ready": "reads, likewise",
}


@pytest.fixture
def auditor(office: OfficeAtWork) -> Client:
    return office.client("auditor")


def rows_of(page: str) -> list[int]:
    """The numbers of the entries on a page."""
    return [int(each.replace(".", "")) for each in re.findall(r'data-label="No\.">([0-9.]+)<', page)]


def chain_length(office: OfficeAtWork) -> int:
    with office.registry.reading() as tx:
        return audit.head(tx).entries


# --- entries -----------------------------------------------------------------------------------


def test_the_latest_entries_come_first_fifty_a_page(office: OfficeAtWork, auditor: Client) -> None:
    with office.registry.writing() as tx:
        audit.append_all(
            tx,
            [audit.Entry(datetime.now(UTC), "operator", "letter.print", f"{n}", "2172") for n in range(60)],
        )
    first, second = rows_of(auditor.page("/audit")), rows_of(auditor.page("/audit?page=2"))
    assert (len(first), first[0]) == (50, chain_length(office))
    assert first == sorted(first, reverse=True)
    assert second[0] == first[-1] - 1
    assert rows_of(auditor.page("/audit?page=99"))[-1] == rows_of(auditor.page("/audit?page=3"))[-1] == 1


def test_another_offices_entries_are_not_shown(office: OfficeAtWork, auditor: Client) -> None:
    with office.registry.writing() as tx:
        audit.append(tx, datetime.now(UTC), "operator-batam", "letter.draft", "f" * 32, "2171")
        mine = audit.append(tx, datetime.now(UTC), "publisher", "publish", "1")
    page = auditor.page("/audit")
    assert "operator-batam" not in page
    assert "f" * 32 not in page
    assert mine in rows_of(page)


def test_an_entry_is_told_in_words_with_a_way_to_its_letter(office: OfficeAtWork, auditor: Client) -> None:
    page = auditor.page("/audit?action=letter.issue")
    letter = office.letters[0]
    assert "menerbitkan surat" in page
    assert f'<a href="/letters/{letter.id}">{letter.number}</a>' in page
    assert len(rows_of(page)) == len(office.letters)


def test_a_letters_number_finds_also_what_was_noted_before_it_had_one(
    office: OfficeAtWork, auditor: Client
) -> None:
    answer = auditor.post("/audit", {"subject": office.letters[0].number or ""})
    assert answer.status_code == 303
    page = auditor.page(answer.location)
    for said in ("mengajukan konsep surat", "menyetujui surat", "menerbitkan surat"):
        assert f">{said}</td>" in page
    assert len(rows_of(page)) == 3


def test_a_short_number_is_enough(office: OfficeAtWork, auditor: Client) -> None:
    answer = auditor.post("/audit", {"subject": "1", "actor": "kepala"})
    assert answer.status_code == 303
    assert len(rows_of(auditor.page(answer.location))) == 2


@pytest.mark.parametrize(
    "typed",
    ["2172031708950003", "SUHARTINI", "kode 2172031708950003", "2172 0317 0895 0003", "x" * 200, "' OR 1=1"],
)
def test_what_the_chain_does_not_name_gets_into_no_address(
    office: OfficeAtWork, auditor: Client, typed: str
) -> None:
    answer = auditor.post("/audit", {"subject": typed})
    assert (answer.status_code, "Location" in answer.headers) == (422, False)
    assert "Tidak ada catatan tentang itu" in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first=2026-02-30", "first"),
        ("first=0001-01-01", "first"),
        ("last=9999-12-31", "last"),
        ("first=2026-11-22&last=2026-11-21", "last"),
        ("actor=operator-batam", "actor"),
        ("action=letter.nothing", "action"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(auditor: Client, query: str, field: str) -> None:
    answer = auditor.get(f"/audit?{query}")
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text


def test_entries_of_days_are_those_of_the_offices_own_days(office: OfficeAtWork, auditor: Client) -> None:
    midnight = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # in WIB the second of March begins
    with office.registry.writing() as tx:
        before = audit.append(tx, midnight - timedelta(seconds=1), "operator", "letter.print", "a", "2172")
        after = audit.append(tx, midnight, "operator", "letter.print", "b", "2172")
    assert rows_of(auditor.page("/audit?first=2026-03-01&last=2026-03-01")) == [before]
    assert rows_of(auditor.page("/audit?first=2026-03-02&last=2026-03-02")) == [after]


def test_where_nothing_fits_there_is_a_way_on(auditor: Client) -> None:
    assert "Tampilkan semua catatan" in auditor.page("/audit?first=2001-01-01&last=2001-01-01")


def test_an_entry_that_was_tampered_with_is_shown_as_it_stands(office: OfficeAtWork, auditor: Client) -> None:
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET details = '[1,' WHERE seq = (SELECT max(seq) FROM audit)")
    assert "[1," in auditor.page("/audit")


# --- files -------------------------------------------------------------------------------------


def test_a_file_holds_what_was_asked_for_and_its_taking_is_noted(
    office: OfficeAtWork, auditor: Client
) -> None:
    before = chain_length(office)
    answer = auditor.post("/audit/export", {"action": "letter.issue", "format": "csv"})
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=audit-2172-")
    table = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["tentang"] for row in table] == [letter.number for letter in office.letters]
    with office.registry.reading() as tx:
        [note] = audit.stretch(tx, before, 10)
    assert (note.action, note.actor, note.subject, note.details) == (
        "audit.export",
        "auditor",
        "6 entries",
        "{}",
    )


def test_a_workbook_holds_the_same(auditor: Client) -> None:
    body = auditor.post("/audit/export", {"action": "letter.issue", "format": "xlsx"}).get_data()
    assert body[:2] == b"PK"


def test_a_file_that_would_be_too_large_is_refused_and_not_noted(
    office: OfficeAtWork, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suket_service.administering.audit.MOST_EXPORTED", 3)
    before = chain_length(office)
    answer = auditor.post("/audit/export", {"format": "csv"})
    assert (answer.status_code, chain_length(office)) == (422, before)
    assert "Persempit harinya" in answer.text


def test_nobody_but_the_offices_auditor_takes_entries_out(office: OfficeAtWork) -> None:
    from suket_service.errors import NotAllowed
    from suket_service.registry.audit_search import Wanted

    for username in ("operator", "kepala", "admin", "auditor-batam"):
        with pytest.raises(NotAllowed):
            administering.export_entries(office.registry, Wanted("2172"), username, datetime.now(UTC))


# --- checks ------------------------------------------------------------------------------------


def published(office: OfficeAtWork, name: str) -> str:
    publishing.publish(office.registry, Publisher(PASSPHRASE, BASE_URL, HOST), datetime.now(UTC))
    found = publishing.stored(office.registry, name)
    assert found is not None
    return found.body.decode()


def test_a_whole_chain_says_what_that_proves_and_what_not(office: OfficeAtWork, auditor: Client) -> None:
    page = auditor.post("/audit/check").text
    assert f"Rantai utuh dalam dirinya: {chain_length(office)} catatan." in page
    assert "Belum terbukti: seluruh rantai tidak ditulis ulang" in page
    assert page.rstrip().endswith("</html>")


@pytest.mark.parametrize("name", [CHECKPOINT, TRUST_BUNDLE])
def test_a_checkpoint_is_compared_pasted_or_as_a_file(
    office: OfficeAtWork, auditor: Client, name: str
) -> None:
    token = published(office, name)
    assert "cocok dengan titik" in auditor.post("/audit/check", {"checkpoint": f"\n {token} \n"}).text
    assert (
        "cocok dengan titik" in auditor.post("/audit/check", files={"file": (token.encode(), "x.jws")}).text
    )


def test_the_checkpoint_of_a_closing_report_is_one_too(office: OfficeAtWork, auditor: Client) -> None:
    at = datetime.now(UTC)
    day = (at + timedelta(hours=7)).date()
    report = administering.close_day(office.registry, "2172", day, PASSPHRASE, "kepala", at)
    assert "cocok dengan titik" in auditor.post("/audit/check", {"checkpoint": report.checkpoint}).text


def test_a_chain_that_was_rewritten_does_not_fit(office: OfficeAtWork, auditor: Client) -> None:
    token = published(office, CHECKPOINT)
    with tampering(office.registry) as connection:
        rewrite_last(office.registry, connection)
    page = auditor.post("/audit/check", {"checkpoint": token}).text
    assert "TIDAK COCOK dengan titik periksa" in page
    assert "Jangan ubah apa pun" in page


def rewrite_last(registry: Registry, connection: object) -> None:
    """Take the last entry out and put another in its place, hashes and all."""
    with registry.reading() as tx:
        last = audit.stretch(tx, audit.head(tx).entries - 1, 1)[0]
    digest = audit._digest(last.previous, last.seq, last.at, None, "nobody", "publish", "1", "{}")
    connection.execute(  # type: ignore[attr-defined]
        "UPDATE audit SET office = NULL, actor = 'nobody', action = 'publish', subject = '1', details = '{}', "
        "hash = ? WHERE seq = ?",
        (digest, last.seq),
    )


def test_a_broken_chain_names_the_entry(office: OfficeAtWork, auditor: Client) -> None:
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET actor = 'x' WHERE seq = 4")
    assert "RANTAI PUTUS pada catatan 4." in auditor.post("/audit/check").text


def test_a_letter_that_was_changed_by_hand_is_named_with_a_way_to_it(
    office: OfficeAtWork, auditor: Client
) -> None:
    letter = office.letters[2]
    with tampering(office.registry) as connection:
        connection.execute("UPDATE letter SET name = 'LAIN' WHERE id = ?", (letter.id,))
    page = auditor.post("/audit/check", {"letters": "1"}).text
    assert "Ada surat yang TIDAK SESUAI" in page
    assert f"/letters/{letter.id}" in page


def test_another_offices_letter_is_told_of_and_not_named(office: OfficeAtWork, auditor: Client) -> None:
    letter = office.letters[2]
    with tampering(office.registry) as connection:
        connection.execute("UPDATE letter SET name = 'LAIN', office = '2171' WHERE id = ?", (letter.id,))
    page = auditor.post("/audit/check", {"letters": "1"}).text
    assert str(letter.number) not in page
    assert "milik kantor lain" in page


def test_letters_that_fit_are_said_to(auditor: Client) -> None:
    page = auditor.post("/audit/check", {"letters": "1"}).text
    assert "Setiap surat sesuai" in page
    assert "Memeriksa setiap surat" in page


@pytest.mark.parametrize(
    ("form", "files"),
    [
        ({"checkpoint": "not a checkpoint"}, {}),
        ({"checkpoint": "e30.e30.AA"}, {}),
        ({}, {"file": (b"\xff\x00\xfe", "x.jws")}),
        ({"checkpoint": "a.b.c"}, {"file": (b"a.b.c", "x.jws")}),
    ],
)
def test_what_is_no_checkpoint_is_refused_before_anything_is_checked(
    auditor: Client, form: dict[str, str], files: dict[str, tuple[bytes, str]]
) -> None:
    answer = auditor.post("/audit/check", form, files)
    assert answer.status_code == 422
    assert 'class="problems"' in answer.text


def test_a_file_that_nobody_signed_is_told_as_the_wrong_file(auditor: Client) -> None:
    assert "Ini bukan titik periksa" in auditor.post("/audit/check", {}, {"file": (b"notes", "x.txt")}).text


def test_progress_is_written_out_while_the_check_goes_on(
    office: OfficeAtWork, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suket_service.administering.audit.PORTION", 10)
    length = chain_length(office)
    answer = auditor.post("/audit/check")
    pieces = [piece.decode() for piece in answer.response]  # type: ignore[union-attr]
    assert len(pieces) > length // 10
    assert f"10 dari {length} catatan utuh" in pieces[1]
    assert answer.headers["X-Accel-Buffering"] == "no"


def test_a_registry_that_fails_meanwhile_is_said_to_have_proven_nothing(
    office: OfficeAtWork, auditor: Client
) -> None:
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET at = 'never' WHERE seq = 5")
    page = auditor.post("/audit/check").text
    assert "RANTAI PUTUS" in page
    assert "belum membuktikan apa pun" in page


def test_a_checkpoint_that_was_the_witness_of_a_restore_cannot_be_compared(office: OfficeAtWork) -> None:
    given = Checkpoint("r", datetime.now(UTC), 100, "00", {})
    with office.app.test_request_context():
        result = checking.of_chain(AuditCheck(90, None, None, lost_in_restore=80), given)
        doubtful = checking.of_chain(AuditCheck(90, None, fits_checkpoint=False, lost_in_restore=80), given)
    assert (result.tone, doubtful.tone) == (checking.Tone.OPEN, checking.Tone.BAD)
    assert "80" in result.meaning.id
    assert "80" in doubtful.meaning.id


# --- unusual issuing ---------------------------------------------------------------------------


def move_issues(office: OfficeAtWork, at: datetime) -> None:
    """Let every letter have been issued at that instant."""
    with tampering(office.registry) as connection:
        stored = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        day = (at + timedelta(hours=7)).date().isoformat()
        connection.execute(
            "UPDATE letter SET issued_at = ?, issued_on = ? WHERE number IS NOT NULL", (stored, day)
        )


def test_letters_of_a_sunday_are_a_finding_with_rule_people_and_letters(
    office: OfficeAtWork, auditor: Client
) -> None:
    move_issues(office, datetime(2026, 11, 15, 3, 0, tzinfo=UTC))  # ten o'clock on a Sunday, in WIB
    page = auditor.page("/audit/unusual?first=2026-11-09&last=2026-11-15")
    assert "1 temuan" in page
    assert "Di luar jam buka" in page
    assert "15 November 2026 10.00 WIB" in page
    assert "Kepala" in page
    for letter in office.letters:
        assert f'<a href="/letters/{letter.id}">{letter.number}</a>' in page


def test_of_many_letters_the_first_are_named_with_a_way_to_the_others(
    office: OfficeAtWork, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suket_service.web.staff.audit.unusual_issuing.MOST_NAMED", 2)
    move_issues(office, datetime(2026, 11, 15, 3, 0, tzinfo=UTC))
    page = auditor.page("/audit/unusual?first=2026-11-15&last=2026-11-15")
    assert page.count('<li><a href="/letters/') == 2
    assert "/letters?from=2026-11-15&amp;until=2026-11-15" in page


def test_letters_of_a_working_day_are_none(office: OfficeAtWork, auditor: Client) -> None:
    move_issues(office, datetime(2026, 11, 16, 3, 0, tzinfo=UTC))
    page = auditor.page("/audit/unusual?first=2026-11-09&last=2026-11-20")
    assert "Tidak ada yang tidak lazim" in page


def test_the_offices_own_opening_hours_count(office: OfficeAtWork, auditor: Client) -> None:
    move_issues(office, datetime(2026, 11, 15, 3, 0, tzinfo=UTC))
    with tampering(office.registry) as connection:
        connection.execute(
            """UPDATE office SET opening_hours = '{"sun": ["08:00", "12:00"]}' WHERE code = '2172'"""
        )
    assert "Tidak ada yang tidak lazim" in auditor.page("/audit/unusual?first=2026-11-15&last=2026-11-15")


def test_overrides_are_found(office: OfficeAtWork, auditor: Client) -> None:
    move_issues(office, datetime(2026, 11, 16, 3, 0, tzinfo=UTC))
    with tampering(office.registry) as connection:
        connection.execute("UPDATE letter SET override_reason = 'x' WHERE number IS NOT NULL")
    page = auditor.page("/audit/unusual?first=2026-11-16&last=2026-11-16")
    assert "6 dari 6 surat (100 %) dengan pengecualian." in page


def test_another_offices_letters_are_nobodys_finding_here(office: OfficeAtWork) -> None:
    move_issues(office, datetime(2026, 11, 15, 3, 0, tzinfo=UTC))
    page = office.client("auditor-batam").page("/audit/unusual?first=2026-11-15&last=2026-11-15")
    assert "Tidak ada yang tidak lazim" in page


@pytest.mark.parametrize(
    "query", ["first=2026-01-01&last=2026-12-31", "first=2026-02-02&last=2026-02-01", "last=x"]
)
def test_days_that_cannot_be_judged_are_refused(auditor: Client, query: str) -> None:
    assert auditor.get(f"/audit/unusual?{query}").status_code == 422


# --- nothing is changed, nothing breaks, nothing is without words --------------------------------


def test_every_write_open_to_the_auditor_is_known_and_has_a_reason(office: OfficeAtWork) -> None:
    open_to_them = {
        rule.endpoint
        for rule in office.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and Role.AUDITOR in (ROUTES[rule.endpoint].roles or ())
    }
    assert open_to_them == set(MAY_POST)


@pytest.mark.few(9)
@pytest.mark.parametrize(
    ("endpoint", "example"),
    [
        pytest.param(endpoint, example, id=endpoint)
        for endpoint, found in EXAMPLES.items()
        for example in found
        if endpoint in MAY_POST and not endpoint.startswith("account.") and example.method == "POST"
    ],
)
def test_no_write_of_the_auditor_changes_anything(
    office: OfficeAtWork, filled: Callable[[Example], Example], endpoint: str, example: Example
) -> None:
    browser, wanted = office.client("auditor"), filled(example)
    with office.registry.reading() as tx:
        session = tx.exec_driver_sql("SELECT * FROM staff_session").fetchall()
    before = state_of(office)
    browser = office.client("auditor")
    ask(browser, wanted)
    assert state_of(office) == before, session


query_fields = st.sampled_from(["first", "last", "actor", "action", "subject", "page", "format"])


@given(asked=st.dictionaries(query_fields, odd_text))
@settings(
    max_examples=examples(40),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.parametrize("path", ["/audit", "/audit/unusual"])
def test_no_address_breaks_a_page(auditor: Client, path: str, asked: dict[str, str]) -> None:
    assert auditor.client.get(path, query_string=asked).status_code in (200, 422)


def noted_in_the_code() -> Iterator[str]:
    """Every text below the edges that reads as the code of an action."""
    for name in NOTING:
        path = PACKAGE / name
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(node.value)):
                    yield str(node.value)
                if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    beginning = str(node.values[0].value)
                    if re.fullmatch(r"[a-z_]+\.", beginning):
                        yield from (beginning + each.value for each in COMPOSED[beginning])


def test_every_action_has_its_words_and_no_words_are_left_over() -> None:
    noted = set(noted_in_the_code())
    assert noted - NO_ACTIONS - set(ACTIONS) == set()
    assert set(ACTIONS) - noted == {"publish"}
    assert len({text.id for text in ACTIONS.values()}) == len(ACTIONS)


def test_every_entry_that_an_office_makes_has_words(office: OfficeAtWork) -> None:
    with office.registry.reading() as tx:
        assert {entry.action for entry in audit.stretch(tx, 0, 1000)} <= set(ACTIONS)


def test_an_action_of_another_version_stands_as_it_is() -> None:
    assert words("letter.unheard_of").id == "letter.unheard_of"


@pytest.mark.parametrize(
    ("subject", "told"),
    [("50 letters", "50 surat"), ("election 3", "pemilihan 3"), ("471.13/0001/SKP/2172/2026", None)],
)
def test_what_an_entry_is_about_is_told_in_words(subject: str, told: str | None) -> None:
    assert subject_words(subject).id == (told or subject)


def test_who_has_no_account_is_named_in_words(office: OfficeAtWork, auditor: Client) -> None:
    with office.registry.writing() as tx:
        audit.append(tx, NOON, "device", "device.check", "ada", OFFICE.code)
    assert f">{MACHINES['device'].id}<" in auditor.page("/audit")


def test_an_agencys_program_is_told_by_its_name(office: OfficeAtWork, auditor: Client) -> None:
    scopes = frozenset({ClientScope.VERIFY})
    administering.add_client(
        office.registry, OFFICE.code, "RSUD Contoh", "Layanan", scopes, None, "admin", NOON
    )
    assert 'data-label="Tentang">RSUD Contoh' in auditor.page("/audit")
