"""A file of requests looked at before anything is written: judged as issuing judges, then drafted once."""

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from suket_service import administering, issuing
from suket_service.core.letter import Office
from suket_service.errors import FileRefused, NotAllowed, NotFound, Problem, Text, WrongState
from suket_service.issuing import GivenFile, RowFate, RowStatus, TwoPeople, UploadPreview, uploading
from suket_service.issuing.batch import PORTION
from suket_service.issuing.preparing import PaperCheck
from suket_service.issuing.uploading import photo_key
from suket_service.registry import audit, letters, staff, uploads
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets.read import Row
from suket_service.sheets.request_table import ERRORS, columns_of, given_back
from suket_service.sheets.write import write_csv, write_xlsx
from tests.builders import NOON, OFFICE, TODAY, a_row
from tests.databases import Databases
from tests.selection import examples

Register = Callable[..., None]
WHY = "Pasien gawat darurat, rekaman dipastikan lewat telepon"


def a_file(*rows: Row, name: str = "permohonan.csv") -> GivenFile:
    """A file of these rows; the rows' numbers are their places in it."""
    columns = columns_of(rows)
    return GivenFile(
        name, write_csv(columns, [[row.fields.get(each, "") for each in columns] for row in rows])
    )


def keep(
    registry: Registry,
    *rows: Row,
    pictures: Sequence[GivenFile] = (),
    at: datetime = NOON,
    by: str = "operator",
) -> str:
    return issuing.keep_upload(registry, OFFICE.code, by, a_file(*rows), pictures, at)


def no_check(_request: object) -> Problem | None:
    return None


def look(registry: Registry, upload: str, check: PaperCheck = no_check, at: datetime = NOON) -> UploadPreview:
    return issuing.preview_upload(registry, OFFICE.code, upload, at, check)


def draft(registry: Registry, upload: str, by: str = "operator", office: str = OFFICE.code) -> Upload:
    return issuing.draft_upload(registry, office, upload, by, lambda: NOON, no_check)


def fates(seen: UploadPreview) -> list[str]:
    return [each.fate.value for each in seen.rows]


def codes(seen: UploadPreview) -> list[list[tuple[str, str]]]:
    return [[(problem.field, problem.code) for problem in each.outcome.problems] for each in seen.rows]


def all_letters(registry: Registry) -> list[LetterRecord]:
    with registry.reading() as tx:
        return letters.search(tx, OFFICE.code)


def picture(colour: tuple[int, int, int] = (178, 34, 34)) -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), colour).save(out, "PNG")
    return out.getvalue()


def a_zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


class TestLooking:
    def test_shows_each_row_with_its_fate_and_writes_nothing(
        self, registry: Registry, register: Register
    ) -> None:
        rows = [a_row(serial=2), a_row(serial=3, rt="x", nama=""), a_row(serial=4)]
        register(rows[0], rows[2])
        seen = look(registry, keep(registry, *rows))
        assert fates(seen) == ["ready", "refused", "ready"]
        assert codes(seen)[1] == [("nama", "name_missing"), ("rt", "rt_rw_form")]
        assert [each.row.number for each in seen.rows] == [2, 3, 4]
        assert all_letters(registry) == []

    def test_counts_what_it_shows(self, registry: Registry, register: Register) -> None:
        rows = [a_row(serial=2), a_row(serial=3, rt="x"), a_row(serial=4, jenis_kelamin="PEREMPUAN")]
        register(rows[0], rows[2])
        seen = look(registry, keep(registry, *rows))
        assert seen.counts == {"ready": 2, "refused": 1, "drafted": 0, "unchanged": 0, "warned": 1}

    def test_a_person_who_has_the_same_letter_is_unchanged(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        [row] = look(registry, keep(registry, a_row())).rows
        assert (row.fate, row.outcome.letter) == (RowFate.UNCHANGED, issued)

    def test_a_row_that_passes_over_the_register_is_ready_and_marked(self, registry: Registry) -> None:
        [row] = look(registry, keep(registry, a_row(pengecualian=WHY))).rows
        assert row.fate is RowFate.READY
        assert [warning.code for warning in row.outcome.warnings] == ["override_asked"]

    def test_a_letter_that_does_not_fit_on_its_page_is_refused(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        problem = Problem("alamat", "letter_overflows", Text("tidak muat", "does not fit"))
        seen = look(registry, keep(registry, a_row()), lambda request: problem)
        assert codes(seen) == [[("alamat", "letter_overflows")]]

    def test_is_for_the_office_alone(self, registry: Registry, other_office: Office) -> None:
        upload = keep(registry, a_row())
        with pytest.raises(NotFound):
            issuing.preview_upload(registry, other_office.code, upload, NOON, no_check)

    def test_needs_no_writer_to_wait(self, registry: Registry, register: Register) -> None:
        register(a_row())
        upload = keep(registry, a_row())
        with registry.writing():
            assert fates(look(registry, upload)) == ["ready"]


_HOW = st.sampled_from(
    ("good", "good", "bad", "unrecorded", "override", "replaces", "other reason", "lettered")
)
_LINES = st.lists(st.tuples(st.integers(1, 5), _HOW), min_size=1, max_size=8)
_CHANGES: dict[str, dict[str, str]] = {
    "good": {},
    "bad": {"tanggal_lahir": "1995-13-01"},
    "unrecorded": {"nik": "2172031708958888"},
    "override": {"nik": "2172031708957777", "pengecualian": WHY},
    "replaces": {"menggantikan": "471.13/0001/SKP/2172/2026"},
    "other reason": {"alasan": "KTP-el hilang"},
    "lettered": {"nik": "2172031708950009"},
}


@given(file=_LINES)
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_looked_at_is_what_is_drafted(databases: Databases, file: list[tuple[int, str]]) -> None:
    rows = [a_row(number, person, **_CHANGES[how]) for number, (person, how) in enumerate(file, start=2)]
    with databases.a_registry() as registry:
        everyone = [a_row(serial=serial) for serial in (1, 2, 3, 4, 5, 9)]
        list(administering.import_residents(registry, OFFICE.code, everyone, "operator", "SIAK", TODAY, NOON))
        list(
            issuing.issue_rows(
                registry,
                OFFICE.code,
                [a_row(serial=9)],
                people=TwoPeople("operator", None),
                sealing=None,
                open_photo=lambda name: b"",
                file_digest="e" * 64,
                now=lambda: NOON,
            )
        )
        upload = keep(registry, *rows)
        seen = look(registry, upload)
        drafted = issuing.issue_rows(
            registry,
            OFFICE.code,
            [each.row for each in seen.rows],
            people=TwoPeople("operator", None),
            sealing=None,
            open_photo=lambda name: b"",
            file_digest=seen.upload.sha256,
            now=lambda: NOON,
            allow_overrides=True,
        )
        for foreseen, outcome in zip(seen.rows, drafted, strict=True):
            assert foreseen.outcome.status is outcome.status
            assert foreseen.outcome.problems == outcome.problems
            assert foreseen.outcome.warnings == outcome.warnings


class TestDrafting:
    def test_drafts_the_good_rows_and_passes_over_the_others(
        self, registry: Registry, register: Register
    ) -> None:
        rows = [a_row(serial=2), a_row(serial=3, rt="x"), a_row(serial=4)]
        register(*[a_row(serial=serial) for serial in (2, 3, 4)])
        done = draft(registry, keep(registry, *rows))
        assert (done.done, done.confirmed_at) == (3, NOON)
        assert done.counts == {"ready": 0, "refused": 1, "drafted": 2, "unchanged": 0, "warned": 0}
        assert [(each.number, each.requested_by, each.approved_by) for each in all_letters(registry)] == [
            (None, "operator", None)
        ] * 2

    def test_afterwards_each_row_leads_to_its_draft(self, registry: Registry, register: Register) -> None:
        register(a_row())
        upload = keep(registry, a_row(), a_row(rt="x"))
        draft(registry, upload)
        good, bad = look(registry, upload).rows
        assert good.fate is RowFate.DRAFTED
        assert good.outcome.letter == all_letters(registry)[0]
        assert bad.fate is RowFate.REFUSED

    def test_confirmed_twice_drafts_nothing_more(self, registry: Registry, register: Register) -> None:
        register(a_row())
        upload = keep(registry, a_row())
        first = draft(registry, upload)
        assert draft(registry, upload) == first
        assert len(all_letters(registry)) == 1

    @pytest.mark.both
    def test_confirmed_by_two_at_once_drafts_each_row_once(
        self, registry: Registry, register: Register
    ) -> None:
        rows = [a_row(serial=serial) for serial in range(2, 2 * PORTION)]
        register(*rows)
        upload = keep(registry, *rows)
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(lambda by: draft(registry, upload, by), ("operator", "operator2")))
        assert [each.counts for each in both] == [both[0].counts] * 2
        assert len(all_letters(registry)) == len(rows)
        assert len([each for each in actions(registry) if each == "batch.draft"]) == 1

    def test_goes_on_a_while_at_a_time(
        self, registry: Registry, register: Register, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "PATIENCE", timedelta(0))
        rows = [a_row(serial=serial) for serial in range(2, PORTION + 5)]
        register(*rows)
        upload = keep(registry, *rows)
        first = draft(registry, upload)
        assert (first.done, first.confirmed_at, len(all_letters(registry))) == (PORTION, None, PORTION)
        second = draft(registry, upload)
        assert (second.done, second.confirmed_at) == (len(rows), NOON)
        assert second.counts is not None
        assert second.counts["drafted"] == len(all_letters(registry)) == len(rows)

    def test_a_person_who_stands_twice_is_refused_also_in_a_later_while(
        self, registry: Registry, register: Register, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "PATIENCE", timedelta(0))
        rows = [a_row(serial=serial) for serial in range(2, PORTION + 2)]
        register(*rows)
        upload = keep(registry, *rows, a_row(serial=2))
        while draft(registry, upload).confirmed_at is None:
            pass
        assert codes(look(registry, upload))[-1] == [("nik", "duplicate_in_file")]

    @pytest.mark.few(2)
    @pytest.mark.parametrize("place", [0, PORTION - 1, PORTION, PORTION + 2])
    def test_a_crash_in_the_middle_and_confirming_again_makes_no_twin(
        self, registry: Registry, register: Register, place: int
    ) -> None:
        rows = [a_row(serial=serial) for serial in range(2, PORTION + 5)]
        register(*rows)
        upload = keep(registry, *rows)
        asked = iter(range(len(rows)))

        def fall(_request: object) -> Problem | None:
            if next(asked) == place:
                raise KeyboardInterrupt
            return None

        with pytest.raises(KeyboardInterrupt):
            issuing.draft_upload(registry, OFFICE.code, upload, "operator", lambda: NOON, fall)
        assert len(all_letters(registry)) == (PORTION if place >= PORTION else 0)
        done = draft(registry, upload)
        assert done.counts is not None
        assert done.counts["drafted"] == len(all_letters(registry)) == len(rows)

    def test_what_changed_since_it_was_looked_at_is_asked_again(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        upload = keep(registry, a_row())
        assert fates(look(registry, upload)) == ["ready"]
        register(a_row(status_perekaman="DUPLICATE_RECORD"))
        done = draft(registry, upload)
        assert done.counts is not None
        assert (done.counts["refused"], all_letters(registry)) == (1, [])

    @pytest.mark.parametrize("by", ["kepala", "admin", "auditor", "petugas", "nobody"])
    def test_takes_an_operator_of_this_office(
        self, registry: Registry, register: Register, other_office: Office, by: str
    ) -> None:
        register(a_row())
        upload = keep(registry, a_row())
        with pytest.raises(NotAllowed):
            draft(registry, upload, by)
        assert all_letters(registry) == []

    def test_is_not_there_for_another_office(self, registry: Registry, other_office: Office) -> None:
        upload = keep(registry, a_row())
        with pytest.raises(NotFound):
            draft(registry, upload, "petugas", other_office.code)

    def test_a_mended_file_drafts_what_was_mended_and_leaves_the_rest(
        self, registry: Registry, register: Register
    ) -> None:
        rows = [a_row(serial=2), a_row(serial=3)]
        register(*rows)
        draft(registry, keep(registry, rows[0], a_row(serial=3, rt="x")))
        mended = draft(registry, keep(registry, *rows))
        assert mended.counts is not None
        assert (mended.counts["drafted"], mended.counts["unchanged"]) == (1, 1)
        assert len(all_letters(registry)) == 2

    def test_an_override_waits_for_the_approver_with_its_reason(self, registry: Registry) -> None:
        draft(registry, keep(registry, a_row(pengecualian=WHY)))
        [letter] = all_letters(registry)
        assert (letter.override_reason, letter.number) == (WHY, None)


class TestKeeping:
    @pytest.mark.few(2)
    @pytest.mark.parametrize("by", ["kepala", "admin", "auditor", "petugas"])
    def test_takes_an_operator_of_this_office(
        self, registry: Registry, other_office: Office, by: str
    ) -> None:
        with pytest.raises(NotAllowed):
            keep(registry, a_row(), by=by)

    def test_a_file_that_is_no_table_is_not_kept(self, registry: Registry) -> None:
        with pytest.raises(FileRefused):
            issuing.keep_upload(registry, OFFICE.code, "operator", GivenFile("a.csv", b"halo"), [], NOON)
        with registry.reading() as tx:
            assert uploads.of_office(tx, OFFICE.code, Purpose.REQUESTS, 10) == []

    def test_handed_in_twice_with_one_id_is_one_upload(self, registry: Registry) -> None:
        for _ in range(2):
            file = a_file(a_row())
            kept = issuing.keep_upload(registry, OFFICE.code, "operator", file, [], NOON, "c" * 32)
            assert kept == "c" * 32
        with registry.reading() as tx:
            assert len(uploads.of_office(tx, OFFICE.code, Purpose.REQUESTS, 10)) == 1

    def test_the_audit_tells_counts_and_neither_names_nor_niks(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        file = a_file(a_row(), name="SUHARTINI 2172031708950003.csv")
        upload = issuing.keep_upload(registry, OFFICE.code, "operator", file, [], NOON)
        draft(registry, upload)
        issuing.record_given_back(registry, OFFICE.code, upload, "operator", 1, NOON)
        told = [entry for entry in stored(registry) if entry.subject == upload]
        assert [entry.action for entry in told] == ["upload.keep", "batch.draft", "upload.give_back"]
        assert not any(word in entry.details for entry in told for word in ("SUHARTINI", "217203"))

    def test_old_contents_go_when_somebody_uploads(self, registry: Registry) -> None:
        old = keep(registry, a_row(), at=NOON - timedelta(days=1, seconds=1))
        keep(registry, a_row())
        assert not look(registry, old).upload.is_held

    def test_discarded_contents_are_gone_at_once_and_cannot_be_drafted(self, registry: Registry) -> None:
        upload = keep(registry, a_row())
        issuing.discard_upload(registry, OFFICE.code, upload, "operator", NOON)
        with pytest.raises(WrongState):
            draft(registry, upload)

    def test_a_confirmed_file_cannot_be_discarded(self, registry: Registry, register: Register) -> None:
        register(a_row())
        upload = keep(registry, a_row())
        draft(registry, upload)
        with pytest.raises(WrongState):
            issuing.discard_upload(registry, OFFICE.code, upload, "operator", NOON)

    @pytest.mark.parametrize("write", [write_csv, lambda *table: write_xlsx("Permohonan", *table)])
    def test_refused_rows_that_are_given_back_come_again_as_they_were(
        self, registry: Registry, write: Callable[..., bytes]
    ) -> None:
        rows = [a_row(nama="=1+1", rt="-", golongan_darah="-"), a_row(alamat="JALAN A, -B", nik="1")]
        first = look(registry, keep(registry, *rows))
        columns = columns_of([each.row for each in first.rows])
        data = write([*columns, ERRORS], given_back(((each.row, "salah") for each in first.rows), columns))
        again = issuing.keep_upload(registry, OFFICE.code, "operator", GivenFile("p", data), [], NOON)
        mended = look(registry, again)
        assert codes(mended) == codes(first)
        assert [{**each.row.fields, ERRORS: ""} for each in mended.rows] == [
            {**each.row.fields, ERRORS: ""} for each in first.rows
        ]


class TestPortraits:
    def test_a_portrait_is_made_at_once_and_is_the_letters(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        upload = keep(registry, a_row(foto="siti.png"), pictures=[GivenFile("siti.png", picture())])
        with registry.reading() as tx:
            stored_jpeg = uploads.photo(tx, upload, "siti.png")
        assert stored_jpeg is not None
        assert stored_jpeg.startswith(b"\xff\xd8")
        draft(registry, upload)
        [letter] = all_letters(registry)
        assert letter.portrait == hashlib.sha256(stored_jpeg).digest()

    @pytest.mark.parametrize(
        ("named", "sent"),
        [
            ("siti.png", "SITI.PNG"),
            ("foto/Siti.png", "siti.png"),
            ("C:\\foto\\siti.png", "siti.png"),
            ("JOSÉ.png", unicodedata.normalize("NFD", "José.png")),
            (" siti.png ", "foto/siti.png"),
        ],
    )
    def test_is_found_by_its_name_whatever_the_case_folder_or_composition(
        self, registry: Registry, register: Register, named: str, sent: str
    ) -> None:
        register(a_row())
        upload = keep(registry, a_row(foto=named), pictures=[GivenFile(sent, picture())])
        seen = look(registry, upload)
        assert (fates(seen), seen.unused_photos) == (["ready"], [])

    def test_comes_out_of_a_zip_too(self, registry: Registry, register: Register) -> None:
        register(a_row())
        archive = a_zip(**{"foto/siti.png": picture(), "__MACOSX/._siti.png": b"x", "foto/.DS_Store": b"x"})
        seen = look(registry, keep(registry, a_row(foto="siti.png"), pictures=[GivenFile("a.zip", archive)]))
        assert (fates(seen), seen.unused_photos) == (["ready"], [])

    def test_a_name_without_a_picture_is_told_of_its_row(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        assert codes(look(registry, keep(registry, a_row(foto="siti.png")))) == [
            [("foto", "portrait_missing")]
        ]

    def test_a_picture_that_cannot_be_used_is_told_of_the_row_that_names_it(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        upload = keep(registry, a_row(foto="siti.png"), pictures=[GivenFile("siti.png", b"no picture")])
        assert codes(look(registry, upload)) == [[("foto", "portrait_not_image")]]

    def test_two_pictures_of_one_name_are_neither_of_them_used(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        archive = a_zip(**{"a/siti.png": picture(), "b/SITI.png": picture((0, 0, 0))})
        upload = keep(registry, a_row(foto="siti.png"), pictures=[GivenFile("a.zip", archive)])
        assert codes(look(registry, upload)) == [[("foto", "portrait_name_twice")]]

    def test_pictures_that_no_row_names_are_named(self, registry: Registry) -> None:
        pictures = [GivenFile("b.png", picture()), GivenFile("A.png", picture())]
        assert look(registry, keep(registry, a_row(), pictures=pictures)).unused_photos == ["a.png", "b.png"]

    def test_may_be_added_later_and_take_a_refused_ones_place(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        upload = keep(registry, a_row(foto="siti.png"), pictures=[GivenFile("siti.png", b"no picture")])
        added = [GivenFile("siti.png", picture())]
        assert issuing.add_photos(registry, OFFICE.code, upload, "operator", added, NOON) == 1
        assert fates(look(registry, upload)) == ["ready"]

    def test_come_along_to_the_mended_file_and_a_new_one_takes_their_place(
        self, registry: Registry, register: Register
    ) -> None:
        rows = [a_row(serial=2, foto="a.png"), a_row(serial=3, foto="b.png")]
        register(*rows)
        pictures = [GivenFile("a.png", picture()), GivenFile("b.png", picture())]
        first = keep(registry, *rows, pictures=pictures)
        again = [GivenFile("b.png", picture((0, 0, 255)))]
        mended = issuing.keep_upload(
            *(registry, OFFICE.code, "operator", a_file(*rows), again), NOON, mends=first
        )
        with registry.reading() as tx:
            before, after = (
                [uploads.photo(tx, upload, key) for key in ("a.png", "b.png")] for upload in (first, mended)
            )
        assert fates(look(registry, mended)) == ["ready", "ready"]
        assert before[0] == after[0]
        assert before[1] != after[1]

    def test_that_come_along_count_with_the_new_ones(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploading, "MOST_PHOTOS", 2)
        first = keep(registry, a_row(), pictures=[GivenFile(f"{name}.png", picture()) for name in "ab"])
        new = [GivenFile("c.png", picture())]
        with pytest.raises(FileRefused) as refused:
            issuing.keep_upload(registry, OFFICE.code, "operator", a_file(a_row()), new, NOON, mends=first)
        assert refused.value.code == "too_many_photos"

    def test_for_which_a_request_has_no_time_are_named_and_taken_when_sent_again(
        self, registry: Registry, register: Register, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploading, "PATIENCE", 0.0)  # one picture a request
        rows = [a_row(serial=serial, foto=f"{serial}.png") for serial in (2, 3, 4)]
        register(*rows)
        archive = GivenFile("a.zip", a_zip(**{f"{serial}.png": picture() for serial in (2, 3, 4)}))
        upload = keep(registry, *rows, pictures=[archive])
        not_taken = [("foto", "portrait_not_taken")]
        assert codes(look(registry, upload)) == [[], not_taken, not_taken]
        told = []
        for _ in range(2):
            issuing.add_photos(registry, OFFICE.code, upload, "operator", [archive], NOON)
            told.append(codes(look(registry, upload)))
        assert told == [[[], [], not_taken], [[], [], []]]

    def test_of_another_offices_file_never_come_along(self, registry: Registry, other_office: Office) -> None:
        ours = keep(registry, a_row(foto="a.png"), pictures=[GivenFile("a.png", picture())])
        with pytest.raises(NotFound):
            issuing.keep_upload(
                *(registry, other_office.code, "petugas", a_file(a_row(foto="a.png")), []), NOON, mends=ours
            )

    def test_a_confirmed_file_takes_no_more(self, registry: Registry, register: Register) -> None:
        register(a_row())
        upload = keep(registry, a_row())
        draft(registry, upload)
        with pytest.raises(WrongState):
            issuing.add_photos(registry, OFFICE.code, upload, "operator", [], NOON)

    def test_a_damaged_zip_is_refused_whole(self, registry: Registry) -> None:
        archive = GivenFile("a.zip", a_zip(**{"a.png": picture()})[:-30])
        with pytest.raises(FileRefused) as refused:
            keep(registry, a_row(), pictures=[archive])
        assert refused.value.code == "archive_damaged"

    @given(st.text(max_size=200))
    def test_a_key_is_one_line_of_at_most_120_characters(self, name: str) -> None:
        key = photo_key(name)
        assert len(key) <= 120
        assert key.isprintable()
        assert "/" not in key


class TestWhoHadAHandInAFile:
    """None of them approves what came of it, whatever they become later."""

    def drafted(self, registry: Registry, upload: str) -> str:
        draft(registry, upload, by="operator")
        [letter] = [each.id for each in all_letters(registry)]
        with registry.writing() as tx:
            staff.set_role(tx, "operator2", Role.APPROVER)
        return letter

    def check(self, registry: Registry, letter: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            issuing.approve(registry, OFFICE.code, letter, "operator2", NOON)
        assert refused.value.code == "same_person"
        issuing.approve(registry, OFFICE.code, letter, "kepala", NOON)

    def test_whoever_uploaded_it_though_another_confirmed(
        self, registry: Registry, register: Register
    ) -> None:
        register(a_row())
        self.check(registry, self.drafted(registry, keep(registry, a_row(), by="operator2")))

    def test_whoever_put_portraits_to_it(self, registry: Registry, register: Register) -> None:
        register(a_row())
        upload = keep(registry, a_row(foto="siti.png"))
        added = [GivenFile("siti.png", picture())]
        issuing.add_photos(registry, OFFICE.code, upload, "operator2", added, NOON)
        self.check(registry, self.drafted(registry, upload))

    def test_whoever_uploaded_the_file_that_it_mends(self, registry: Registry, register: Register) -> None:
        row = a_row(foto="a.png")
        register(row)
        first = keep(registry, row, pictures=[GivenFile("a.png", picture())], by="operator2")
        mended = issuing.keep_upload(
            *(registry, OFFICE.code, "operator", a_file(row, a_row(serial=9, nik="")), []), NOON, mends=first
        )
        self.check(registry, self.drafted(registry, mended))

    def test_nobody_else(self, registry: Registry, register: Register) -> None:
        register(a_row())
        keep(registry, a_row(serial=5), by="operator2")
        letter = self.drafted(registry, keep(registry, a_row()))
        issuing.approve(registry, OFFICE.code, letter, "operator2", NOON)


def test_a_row_that_passes_over_the_register_warns_only_where_it_waits(
    registry: Registry, issue_rows: Callable[..., list[issuing.RowOutcome]]
) -> None:
    [outcome] = issue_rows(a_row(pengecualian=WHY), allow_overrides=True)
    assert (outcome.status, outcome.warnings) == (RowStatus.ISSUED, ())


def stored(registry: Registry) -> list[audit.StoredEntry]:
    with registry.reading() as tx:
        rows = tx.exec_driver_sql(
            "SELECT seq, at, office, actor, action, subject, details, previous, hash FROM audit ORDER BY seq"
        )
        return [audit.StoredEntry(*row) for row in rows]


def actions(registry: Registry) -> list[str]:
    return [entry.action for entry in stored(registry)]
