"""Number and check code over HTTP: the call of the API, and the page that works without JavaScript."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from suket_service.core.seal import check_code
from suket_service.verifying.check_codes import MOST_FAILURES
from suket_service.web.app import create_app
from suket_service.web.states import CheckCodeOut
from tests.cli.builders import NIK, World, copy_of

URL = "/api/v1/check-codes"
WRONG = "0000-0000"
UNKNOWN = "471.13/9999/SKP/2172/2026"

Ask = Callable[..., TestResponse]


@pytest.fixture
def visitor(world: World, tmp_path: Path) -> Iterator[FlaskClient]:
    """A visitor of a demo of one's own: what does not fit is written down."""
    data = copy_of(world.data, tmp_path)
    settings = replace(world.settings, data_dir=data, database_url=f"sqlite:///{data / 'suket.sqlite3'}")
    app = create_app(settings)
    yield app.test_client()
    app.extensions["suket"].registry.close()


def typed(world: World, fate: str = "valid", **changes: str) -> dict[str, str]:
    """Number and check code of the letter of that fate, unless told otherwise."""
    letter = world.letters[fate]
    return {"number": str(letter.number), "code": check_code(letter.fingerprint or b""), **changes}


@pytest.fixture
def ask(visitor: FlaskClient, world: World) -> Ask:
    return lambda fate="valid", **changes: visitor.post(URL, json=typed(world, fate, **changes))


@pytest.fixture
def send(visitor: FlaskClient, world: World) -> Ask:
    """Sends the page's form."""
    return lambda fate="valid", **changes: visitor.post("/s", data=typed(world, fate, **changes))


class TestTheCall:
    @pytest.mark.parametrize(
        ("fate", "status"),
        [
            ("valid", "issued"),
            ("expired", "issued"),
            ("revoked", "revoked"),
            ("superseded", "superseded"),
        ],
    )
    def test_a_letter_on_record_is_told_masked_and_never_valid(
        self, ask: Ask, world: World, fate: str, status: str
    ) -> None:
        answer = ask(fate)
        told = answer.get_json()
        assert CheckCodeOut.model_validate(told, strict=True).model_dump() == told
        assert (told["found"], told["status"]) == (True, status)
        assert (told["outcome"], told["reasons"]) == ("indeterminate", ["typed_only"])
        assert told["seal"]["nik"] == "217203**********"
        assert not NIK.search(answer.text)
        assert world.letters[fate].resident.name not in answer.text

    def test_a_wrong_code_and_an_unknown_number_answer_alike(self, ask: Ask) -> None:
        wrong, unknown = ask(code=WRONG), ask(number=UNKNOWN)
        assert wrong.status_code == unknown.status_code == 200
        assert {**wrong.get_json(), "checked_at": ""} == {**unknown.get_json(), "checked_at": ""}
        assert wrong.get_json()["found"] is False

    @pytest.mark.parametrize("number", [None, UNKNOWN])
    def test_the_sixth_failure_is_refused_and_says_when_to_come_again(
        self, ask: Ask, number: str | None
    ) -> None:
        failing = {"code": WRONG, **({"number": number} if number else {})}
        for _ in range(MOST_FAILURES):
            assert ask(**failing).status_code == 200
        answer = ask(**failing)
        assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
        assert 3_500 < int(answer.headers["Retry-After"]) <= 3_600
        problem = answer.get_json()
        assert (problem["status"], problem["code"]) == (429, "too_many_failures")
        assert problem["title"]
        assert problem["detail"]

    def test_a_right_code_is_refused_too_once_five_have_failed(self, ask: Ask) -> None:
        for _ in range(MOST_FAILURES):
            ask(code=WRONG)
        assert ask().status_code == 429
        assert ask("revoked").status_code == 200

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"number": " "}, "number_missing"),
            ({"number": "nomor"}, "number_form"),
            ({"number": "17\x00"}, "number_form"),
            ({"code": ""}, "code_missing"),
            ({"code": "7K3M"}, "code_form"),
        ],
    )
    def test_what_can_be_no_number_or_code_is_named_by_field(
        self, ask: Ask, change: dict[str, str], code: str
    ) -> None:
        answer = ask(**change)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
        assert (answer.get_json()["code"], answer.get_json()["fields"]) == (code, list(change))

    @pytest.mark.few(3)
    @pytest.mark.parametrize("body", [{}, {"number": "1"}, {"number": 1, "code": "x"}, [], {"code": None}])
    def test_another_shape_is_a_problem(self, visitor: FlaskClient, body: object) -> None:
        answer = visitor.post(URL, json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "wrong_shape")

    def test_what_is_longer_than_any_number_is_of_the_wrong_shape(self, ask: Ask) -> None:
        assert ask(number="1" * 201).get_json()["fields"] == ["number"]
        assert ask(code="1" * 41).get_json()["fields"] == ["code"]

    def test_it_is_described_with_its_limit(self, visitor: FlaskClient) -> None:
        described = visitor.get("/api/v1/openapi.json").get_json()["paths"][URL]["post"]
        assert described["operationId"] == "checkCode"
        assert {"200", "422", "429"} <= set(described["responses"])


class TestThePage:
    def test_a_letter_on_record_is_shown_masked_amber_and_not_as_valid(self, send: Ask, world: World) -> None:
        page = send()
        assert page.status_code == 200
        assert "BELUM DAPAT DIPASTIKAN" in page.text
        assert 'class="banner amber"' in page.text
        assert "ASLI DAN BERLAKU" not in page.text
        assert "green" not in page.text
        assert "217203**********" in page.text
        assert not NIK.search(page.text)
        assert world.letters["valid"].resident.name not in page.text
        assert "bukan pengganti surat" in page.text

    @pytest.mark.parametrize(("fate", "word"), [("revoked", "Dicabut"), ("superseded", "Digantikan")])
    def test_a_letter_that_no_longer_holds_says_so(self, send: Ask, fate: str, word: str) -> None:
        assert f"<dd>{word}</dd>" in send(fate).text

    def test_what_fits_nothing_keeps_what_was_typed_to_be_mended(self, send: Ask, world: World) -> None:
        page = send(code=WRONG).text
        assert "tidak cocok" in page
        assert f'value="{world.letters["valid"].number}"' in page
        assert f'value="{WRONG}"' in page
        assert "<dt>Nama</dt>" not in page

    def test_a_wrong_code_and_an_unknown_number_look_alike(self, send: Ask, world: World) -> None:
        number = str(world.letters["valid"].number)
        unknown, wrong = send(number=UNKNOWN, code=WRONG).text, send(code=WRONG).text
        moment = re.compile(r"[0-9]{2}\.[0-9]{2} WIB")
        assert moment.sub("", unknown.replace(UNKNOWN, "")) == moment.sub("", wrong.replace(number, ""))

    def test_every_wrong_field_is_told_at_the_field_and_nothing_is_lost(self, send: Ask) -> None:
        page = send(number="tanpa angka", code="7K3")
        assert page.status_code == 422
        for name, value in (("number", "tanpa angka"), ("code", "7K3")):
            [field] = re.findall(f'<input id="{name}"[^>]*>', page.text)
            assert 'aria-invalid="true"' in field
            assert f"{name}-error" in field
            assert f'value="{value}"' in field
            assert f'<p id="{name}-error" class="error">' in page.text

    def test_a_closed_number_says_when_to_try_again_and_keeps_what_was_typed(
        self, send: Ask, world: World
    ) -> None:
        for _ in range(MOST_FAILURES):
            send(code=WRONG)
        page = send()
        assert page.status_code == 429
        assert 3_500 < int(page.headers["Retry-After"]) <= 3_600
        assert re.search(r"setelah [0-9]+ \w+ [0-9]{4} [0-9]{2}\.[0-9]{2} WIB", page.text)
        assert "60 menit lagi" in page.text
        assert f'value="{typed(world)["code"]}"' in page.text

    def test_page_and_call_count_together(self, send: Ask, ask: Ask) -> None:
        for _ in range(MOST_FAILURES):
            send(code=WRONG)
        assert ask().status_code == 429

    def test_what_is_typed_is_shown_as_text(self, send: Ask) -> None:
        page = send(number='1"><script>x</script>').text
        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page

    @pytest.mark.parametrize("data", [{}, {"number": "471.13/0001/SKP/2172/2026"}, {"code": "7K3M-Q9TX"}])
    def test_a_form_that_came_without_a_field_is_asked_again(
        self, visitor: FlaskClient, data: dict[str, str]
    ) -> None:
        assert visitor.post("/s", data=data).status_code == 422

    def test_the_page_needs_no_cookie_and_is_not_kept(self, send: Ask) -> None:
        page = send()
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"

    def test_both_ways_are_on_the_first_page_without_javascript(self, visitor: FlaskClient) -> None:
        page = visitor.get("/s").text
        assert 'action="/s"' in page
        assert 'id="no-script" class="warning">' in page
        assert re.search(r'<form id="paste"[^>]* hidden>', page)


def test_no_number_and_no_code_is_logged(
    send: Ask, ask: Ask, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for each in (ask, send):
        each()
        each(code=WRONG)
        each(code="")
    given = typed(world)
    assert given["number"] not in caplog.text
    assert given["code"] not in caplog.text


def test_a_registry_out_of_reach_is_no_answer(world: World, tmp_path: Path) -> None:
    garbage = tmp_path / "suket.sqlite3"
    garbage.write_bytes(b"garbage" * 1_000)
    broken = create_app(replace(world.settings, database_url=f"sqlite:///{garbage}")).test_client()
    answer = broken.post(URL, json=typed(world))
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert broken.post("/s", data=typed(world)).status_code == 503
