"""A form of the counter read: everything that is wrong at once, and a person's facts there and back."""

import contextlib
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from suket_service.core import request as requests
from suket_service.core.reason import CODE_FIELD, PAPERS, Reason
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.issuing import Application
from suket_service.issuing.applying import ASKED, Counter, fields_of, read_form
from tests.builders import OFFICE, TODAY, VILLAGES, a_resident

FILLED = {**fields_of(a_resident()), CODE_FIELD: "blanks", "kk_dilihat": "on"}
COUNTER = Counter(OFFICE.code, VILLAGES, TODAY, lambda _request: None)


def a_picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), "grey").save(out, "JPEG")
    return out.getvalue()


def read(picture: bytes | None = None, changes: Mapping[str, str] = MappingProxyType({})) -> Application:
    return read_form({**FILLED, **changes}, picture, COUNTER, "a key")


def problems(picture: bytes | None = None, **changes: str) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refused:
        read(picture, changes)
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_a_form_as_it_is_filled_in_for_a_person_is_a_request_for_them() -> None:
    application = read()
    assert application.request.resident == a_resident()
    assert (application.request.reason, application.reason_code) == (Reason.BLANKS.sentence, "blanks")
    assert (application.papers, application.request_key) == ({"kk_dilihat": "ya"}, "a key")


@given(
    st.builds(
        a_resident,
        sex=st.sampled_from(Sex),
        marital_status=st.sampled_from(MaritalStatus),
        blood_type=st.sampled_from(["", "A", "AB-", "O+"]),
        rt=st.integers(0, 999),
        rw=st.integers(0, 999),
        village=st.sampled_from(list(VILLAGES.values())),
        religion=st.sampled_from(["ISLAM", "KATOLIK", "KEPERCAYAAN TERHADAP TUHAN YME"]),
        citizenship=st.sampled_from(["WNI", "WNA"]),
    )
)
def test_a_persons_fields_read_again_are_the_same_person(person: Resident) -> None:
    reading = requests.read(fields_of(person), VILLAGES, TODAY)
    assert reading.request is not None
    assert reading.request.resident == person


def test_fields_reason_papers_and_portrait_are_refused_together() -> None:
    found = problems(b"GIF89a", alamat="", alasan_kode="lost", kk_dilihat="")
    assert found == [
        ("alamat", "missing"),
        ("kk_dilihat", "paper_missing"),
        ("surat_polisi", "missing"),
        ("foto", "portrait_not_image"),
    ]


def test_a_form_never_says_how_far_a_recording_is() -> None:
    assert "status_perekaman" not in ASKED
    assert read(changes={"status_perekaman": "PRINT_READY_RECORD"}).request.recording_state is None


def test_a_picture_is_stored_at_the_size_of_a_portrait() -> None:
    jpeg = read(a_picture()).portrait
    assert jpeg is not None
    with Image.open(BytesIO(jpeg)) as picture:
        assert picture.size == (354, 472)


def test_a_stored_portrait_stays_as_it_is_unless_another_comes() -> None:
    stored = read_form(FILLED, None, COUNTER, kept=b"as it is stored")
    assert stored.portrait == b"as it is stored"
    fresh = read_form(FILLED, a_picture(), COUNTER, kept=b"as it is stored")
    assert fresh.portrait == read(a_picture()).portrait


def test_a_letter_that_cannot_be_printed_is_refused_where_it_could_be_mended() -> None:
    trouble = Problem("alamat", "letter_overflows", Text("Tidak muat.", "Does not fit."))
    counter = Counter(OFFICE.code, VILLAGES, TODAY, lambda _request: trouble)
    with pytest.raises(RequestRefused) as refused:
        read_form(FILLED, None, counter)
    assert refused.value.problems == (trouble,)


def test_a_reason_in_words_alone_is_for_drafts_that_came_so() -> None:
    with pytest.raises(RequestRefused):
        read(changes={CODE_FIELD: "", "alasan": "Blangko habis"})
    plain = read_form({**FILLED, CODE_FIELD: "", "alasan": "Blangko habis"}, None, COUNTER, in_words=True)
    assert (plain.request.reason, plain.reason_code, plain.papers) == ("Blangko habis", None, None)


def test_words_that_are_a_reasons_label_are_counted_as_that_reason() -> None:
    plain = read_form({**FILLED, CODE_FIELD: "", "alasan": "KTP-el hilang"}, None, COUNTER, in_words=True)
    assert (plain.request.reason, plain.reason_code, plain.papers) == ("KTP-el hilang", "lost", None)


def test_the_same_form_is_the_same_request_and_other_papers_another() -> None:
    lost = {"alasan_kode": "lost", "surat_polisi": "SKTLK/1"}
    assert read(changes=lost).digest == read(changes=lost).digest
    assert read(changes=lost).digest != read(changes={**lost, "surat_polisi": "SKTLK/2"}).digest


def test_without_a_code_the_digest_is_that_of_a_files_row() -> None:
    row = Application(OFFICE.code, read().request, None)
    assert row.digest != read().digest
    assert row.digest == Application(OFFICE.code, read().request, None, "another key").digest


@given(
    st.dictionaries(st.sampled_from([*ASKED, CODE_FIELD, *PAPERS]), st.text()),
    st.none() | st.binary(max_size=200),
)
def test_whatever_is_typed_is_a_request_or_refused(typed: dict[str, str], picture: bytes | None) -> None:
    with contextlib.suppress(RequestRefused):
        read(picture, typed)
