"""The page that everyone begins on: what waits for whom, how many letters, and how the system is."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from suket_service import administering, publishing
from suket_service.core.keyring import Purpose
from suket_service.publishing import Publisher
from suket_service.registry import audit
from suket_service.registry.staff import Role, StaffMember
from suket_service.web.access import ROUTES
from suket_service.web.staff.overview import condition, waiting
from tests.builders import BASE_URL, HOST, NOON, PASSPHRASE
from tests.registry.builders import Raw, raw, tampering
from tests.web.staff.conftest import LETTERS, OfficeAtWork

PEOPLE = ("operator", "kepala", "admin", "auditor")


class Shown(NamedTuple):
    many: str
    what: str
    url: str


def tasks(page: str) -> list[Shown]:
    """What the page says is waiting."""
    found = re.findall(
        r'<a class="card task[^"]*" href="([^"]*)">\s*<strong[^>]*>([^<]*)</strong>.*?<span class="what">([^<]*)',
        page,
    )
    return [Shown(count, what.strip(), url) for url, count, what in found]


def part(page: str, name: str) -> str:
    """How the page says that a part of the system is: its sign, and what is said."""
    found = re.search(rf'<div class="(\w+)"><dt>{name}</dt>\s*<dd>(.*?)</dd>', page, re.DOTALL)
    assert found, name
    return f"{found[1]} {re.sub('<[^>]*>', '', found[2])}"


def publish(office: OfficeAtWork, at: datetime) -> None:
    publishing.publish(office.registry, Publisher(PASSPHRASE, BASE_URL, HOST), at)


# --- what waits for whom -----------------------------------------------------------------------


def test_an_approver_sees_how_many_drafts_wait_and_for_how_long(office: OfficeAtWork) -> None:
    page = office.client("kepala").page("/")
    assert Shown("5", "konsep menunggu persetujuan Anda", "/desk") in tasks(page)
    # An hour, but for the first one of the day: what the fixture issues is of today.
    assert re.search(r"tertua menunggu (1 jam|[0-9]+ menit)", page)


def test_a_draft_that_was_sent_back_waits_for_its_operator_and_not_for_the_approver(
    office: OfficeAtWork,
) -> None:
    with raw(office.registry) as connection:
        send_back(connection, office.drafts[0].id)
    mine = tasks(office.client("operator").page("/"))
    assert Shown("1", "konsep dikembalikan kepada Anda untuk diperbaiki", "/drafts") in mine
    assert tasks(office.client("kepala").page("/"))[0].many == "4"
    assert not any("dikembalikan" in each.what for each in tasks(office.client("operator2").page("/")))


def send_back(connection: Raw, draft: str) -> None:
    connection.execute(
        "UPDATE letter SET returned_at = '2026-11-22 05:00:00.000000', returned_note = 'x' WHERE id = ?",
        (draft,),
    )


def test_letters_that_nobody_collected_wait_for_the_counter(office: OfficeAtWork) -> None:
    assert Shown(str(LETTERS), "surat menunggu diserahkan", "/letters/waiting") in tasks(
        office.client("operator").page("/")
    )


def test_letters_near_their_last_day_are_counted(office: OfficeAtWork) -> None:
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    with raw(office.registry) as connection:
        connection.execute("UPDATE letter SET extended_to = ? WHERE id = ?", (until, office.letters[0].id))
    shown = [(each.many, each.what) for each in tasks(office.client("operator").page("/"))]
    assert ("1", "surat mendekati hari terakhirnya") in shown


def test_an_administrator_is_told_of_staff_who_cannot_sign_in(office: OfficeAtWork) -> None:
    def told() -> str:
        return " ".join(f"{each.many} {each.what}" for each in tasks(office.client("admin").page("/")))

    before = sum(not each.can_prove for each in administering.list_staff(office.registry, "2172"))
    for name in ("baru", "pergi"):
        member = StaffMember(name, "2172", name.capitalize(), Role.OPERATOR)
        administering.add_member(office.registry, member, "console", datetime.now(UTC))
    assert f"{before + 2} petugas belum dapat masuk" in told()
    administering.set_active(office.registry, "2172", "pergi", "console", datetime.now(UTC), active=False)
    assert f"{before + 1} petugas belum dapat masuk" in told()


def test_an_administrator_is_told_what_of_the_system_is_not_well(office: OfficeAtWork) -> None:
    told = " ".join(each.what for each in tasks(office.client("admin").page("/")))
    assert "Publikasi untuk umum: BELUM PERNAH" in told
    assert "Cadangan: belum ada" in told


def test_an_auditor_is_told_of_unusual_issuing(office: OfficeAtWork) -> None:
    sunday = datetime.now(UTC).replace(hour=18, minute=0)  # one in the morning, in WIB, of a day in the week
    with tampering(office.registry) as connection:
        connection.execute(
            "UPDATE letter SET issued_at = ?, issued_on = ? WHERE number IS NOT NULL",
            (
                (sunday - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S.%f"),
                (sunday - timedelta(days=1)).date().isoformat(),
            ),
        )
    found = [each for each in tasks(office.client("auditor").page("/")) if "tidak lazim" in each.what]
    assert found
    assert found[0].url.startswith("/audit/unusual?first=")


def test_an_auditor_is_told_at_once_of_a_chain_that_is_broken_near_its_end(office: OfficeAtWork) -> None:
    assert "yang terakhir utuh; periksa semuanya" in office.client("auditor").page("/")
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET actor = 'x' WHERE seq = 7")
    assert "RANTAI PUTUS di bagian akhirnya" in office.client("auditor").page("/")


def test_who_has_nothing_waiting_is_shown_the_next_step(office: OfficeAtWork) -> None:
    page = office.client("operator-batam").page("/")
    assert "Tidak ada yang menunggu Anda." in page
    assert "Cari pemohon di loket" in page


def test_every_way_on_leads_to_a_page_that_the_role_may_see(office: OfficeAtWork) -> None:
    ways = {"drafts.mine", "letters.waiting", "reports.expiring", "desk.queue", "desk.proposals"}
    ways |= {
        "administration.staff",
        "administration.keys",
        "administration.index",
        "audit.unusual",
        "audit.checks",
    }
    assert ways <= set(ROUTES)
    for role, step in waiting.NEXT_STEP.items():
        assert ROUTES[step.endpoint].admits(role)


@pytest.mark.parametrize(
    ("waited", "said"),
    [
        (timedelta(seconds=-5), "baru saja masuk"),
        (timedelta(seconds=59), "baru saja masuk"),
        (timedelta(minutes=1), "tertua menunggu 1 menit"),
        (timedelta(hours=23, minutes=59), "tertua menunggu 23 jam"),
        (timedelta(days=3, hours=5), "tertua menunggu 3 hari"),
    ],
)
def test_an_age_is_said_in_the_unit_that_people_use(waited: timedelta, said: str) -> None:
    assert waiting.age(NOON, NOON - waited).id == said


# --- numbers and figures -----------------------------------------------------------------------


@pytest.mark.parametrize("username", PEOPLE)
def test_the_page_names_nobody(office: OfficeAtWork, username: str) -> None:
    page = office.client(username).page("/")
    assert "SUHARTINI" not in page
    assert not re.search(r"[0-9]{16}", page)


def test_the_four_numbers_are_this_offices(office: OfficeAtWork) -> None:
    def numbers(username: str) -> list[tuple[str, str]]:
        return re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd></div>", office.client(username).page("/"))[:4]

    assert dict(numbers("kepala"))["surat berlaku"] == str(LETTERS)
    assert {count for _, count in numbers("kepala-batam")} == {"0"}


def test_every_figure_is_a_table_too(office: OfficeAtWork) -> None:
    page = office.client("kepala").page("/")
    figures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    tables = re.findall(r'<table class="list small">.*?</table>', page, re.DOTALL)
    assert len(figures) == len(tables) == 3
    per_day = re.findall(r'<td class="n">([0-9.]+)</td>', tables[0])
    assert (len(per_day), sum(map(int, per_day))) == (30, LETTERS)
    assert "<td>Tanjungpinang Kota</td>" in tables[2]


def test_a_letter_that_expired_is_told_apart_from_those_in_force(office: OfficeAtWork) -> None:
    with raw(office.registry) as connection:
        connection.execute(
            "UPDATE letter SET extended_to = '2026-01-01' WHERE id = ?", (office.letters[0].id,)
        )
    page = office.client("kepala").page("/")
    assert '<td>berlaku</td><td class="n">5</td>' in page
    assert '<td>lewat masa</td><td class="n">1</td>' in page


# --- the state of the system -------------------------------------------------------------------


def test_what_was_never_published_is_said_loudly(office: OfficeAtWork) -> None:
    assert part(office.client("kepala").page("/"), "Publikasi untuk umum").startswith(
        "now ✕ tangani sekarang BELUM"
    )


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(minutes=5), "well ✓ baik "),
        (timedelta(minutes=20), "now ✕ tangani sekarang TERLAMBAT"),
        (timedelta(hours=73), "now ✕ tangani sekarang BASI"),
    ],
)
def test_a_publication_grows_late_and_then_stale(office: OfficeAtWork, age: timedelta, said: str) -> None:
    publish(office, datetime.now(UTC))
    at = (datetime.now(UTC) - age).strftime("%Y-%m-%d %H:%M:%S.%f")
    with raw(office.registry) as connection:
        connection.execute("UPDATE publication SET published_at = ?", (at,))
    assert part(office.client("kepala").page("/"), "Publikasi untuk umum").startswith(said)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(hours=1), "well ✓ baik dimulai"),
        (timedelta(days=2), "soon ! perhatikan dimulai"),
        (timedelta(days=8), "now ✕ tangani sekarang dimulai"),
    ],
)
def test_a_backup_is_known_by_its_note_in_the_audit(office: OfficeAtWork, age: timedelta, said: str) -> None:
    with office.registry.writing() as tx:
        audit.append(tx, datetime.now(UTC) - age, "console", "registry.backup_kept", "r")
    for username in ("admin", "auditor"):
        assert part(office.client(username).page("/"), "Cadangan").startswith(said)


@pytest.mark.parametrize("username", ["operator", "kepala"])
def test_a_missing_backup_is_no_alarm_to_who_can_do_nothing(office: OfficeAtWork, username: str) -> None:
    told = part(office.client(username).page("/"), "Cadangan")
    assert told.startswith("soon ! perhatikan belum ada")
    assert "Beri tahu administrator" in told


def test_the_administrators_alarm_leads_to_what_to_do_in_words_without_backticks(
    office: OfficeAtWork,
) -> None:
    page = office.client("admin").page("/")
    [backup] = [each for each in tasks(page) if each.what.startswith("Cadangan")]
    assert backup.url == "/#keadaan"
    assert '<h2 id="keadaan">' in page
    assert "<code>suket backup BERKAS</code>" in page
    assert "`" not in page


def test_where_the_chain_is_long_the_page_says_since_when_there_is_no_backup(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suket_service.registry.health.ENTRIES_LOOKED_THROUGH", 3)
    assert "tidak ada sejak" in part(office.client("kepala").page("/"), "Cadangan")


def test_a_clock_that_is_behind_the_last_entry_is_said(office: OfficeAtWork) -> None:
    browser = office.client("kepala")
    with tampering(office.registry) as connection:
        connection.execute(
            "UPDATE audit SET at = '2099-01-01 00:00:00.000000' WHERE seq = (SELECT max(seq) FROM audit)"
        )
    assert part(browser.page("/"), "Jam mesin").startswith("now")


def test_without_an_active_key_nothing_can_be_issued_and_the_page_says_so(office: OfficeAtWork) -> None:
    with raw(office.registry) as connection:
        connection.execute(
            "UPDATE signing_key SET state = 'retired' WHERE purpose = 'seal' AND office = '2172'"
        )
    page = office.client("admin").page("/")
    assert "TIDAK ADA YANG AKTIF" in part(page, "Kunci segel surat")
    assert part(page, "Kunci publikasi").startswith("well")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("days", "standby", "said"),
    [
        (31, False, "well ✓ baik aktif, 31 hari lagi"),
        (30, False, "now ✕ tangani sekarang aktif, 30 hari lagi"),
        (30, True, "soon ! perhatikan aktif, 30 hari lagi; penggantinya siap"),
        (0, False, "now ✕ tangani sekarang aktif, 0 hari lagi"),
    ],
)
def test_a_key_says_how_long_it_signs_and_whether_its_successor_waits(
    office: OfficeAtWork, days: int, standby: bool, said: str
) -> None:
    if standby:
        administering.new_key(office.registry, Purpose.SEAL, "2172", PASSPHRASE, datetime.now(UTC))
    until = today_in_wib() + timedelta(days=days)
    with raw(office.registry) as connection:
        connection.execute(
            "UPDATE signing_key SET signs_until = ? WHERE purpose = 'seal' AND office = '2172' AND state = 'active'",
            (until.isoformat(),),
        )
    assert part(office.client("kepala").page("/"), "Kunci segel surat").startswith(said)


def today_in_wib() -> date:
    return (datetime.now(UTC) + timedelta(hours=7)).date()


def test_a_disk_that_is_almost_full_is_said(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    for free, sign in ((100_000_000, "now"), (2_000_000_000, "soon"), (200_000_000_000, "well")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: Usage(500_000_000_000, 0, free))
        assert part(office.client("kepala").page("/"), "Disk").startswith(sign)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 B"), (999, "999 B"), (4_200, "4,2 kB"), (42_000_000, "42 MB"), (10**16, "10000 TB")],
)
def test_sizes_are_said_in_two_or_three_digits(count: int, said: str) -> None:
    assert condition.in_bytes(count, ",") == said


def test_every_sentence_is_there_in_english_too(office: OfficeAtWork) -> None:
    browser = office.client("kepala")
    browser.post("/language", {"language": "en", "back": "/"})
    page = browser.page("/")
    assert "Waiting for you" in page
    assert "drafts wait for your approval" in page
