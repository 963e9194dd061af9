"""F13: texts and files of texts that are made to take all memory or all time, or to break whoever reads them."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from suket_service.cli.office_file import read_office
from suket_service.core import request as requests
from suket_service.core import seal
from suket_service.core.trust_bundle import TYP, open_bundle
from suket_service.core.verdict import Outcome
from suket_service.errors import FileRefused, InputError, KeyTrouble
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.verifying import Desk, check_offline
from suket_service.web.app import create_app
from tests.builders import (
    HOST,
    NOON,
    PASSPHRASE,
    TODAY,
    VILLAGES,
    a_publication_key,
    a_row,
    a_seal_key,
    a_sealed,
    text_of,
)
from tests.core.builders import a_bundle
from tests.faults.children import Children, shared_children
from tests.faults.conftest import Found
from tests.paper import builders as paper

EXAMPLES = Path(__file__).parents[2] / "examples"
CPU_SECONDS, MEMORY = 25, 3 * 1024**3


@pytest.fixture
def children() -> Children:
    """Where bombs are opened."""
    return shared_children()


# Names and addresses.

#: Three marks on each letter; none of them is one letter with its marks.
STACKED = "".join(letter + "\u0301\u0323\u0336" for letter in "SUHARTINI")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("nama", STACKED, "name_characters"),
        ("nama", "A" + "\u0301" * 10_000, "name_too_long"),
        ("nama", "\u1112\u1161\u11ab" * 8, "name_characters"),
        ("nama", "\ufdfa" * 60, "name_too_long"),
        ("alamat", STACKED, "characters"),
        ("alamat", "\U000e0041" * 100, "characters"),
        ("alamat", "W" * 121, "too_long"),
        ("tempat_lahir", "A\u0301" * 61, "too_long"),
        ("pekerjaan", "NELAYAN\u2028DUA", "characters"),
    ],
    ids=["marks", "one pile", "Hangul", "ligatures", "address", "tags", "121", "apart", "two lines"],
)
def test_f13_a_text_of_stacked_marks_is_refused(field: str, text: str, code: str) -> None:
    """Texts with marks that make no letter, or with too much of anything, are refused by field and code."""
    reading = requests.read({**a_row().fields, field: text}, VILLAGES, TODAY)
    assert [(each.field, each.code) for each in reading.problems] == [(field, code)]


def test_f13_a_name_at_its_limits_is_read_whole() -> None:
    """A name of sixty letters whose accents come apart is put together and read whole."""
    apart = ("A\u0301" * 20 + "B" * 40)[:80]
    reading = requests.read(a_row(nama=apart).fields, VILLAGES, TODAY)
    assert reading.request is not None
    assert reading.request.resident.name == "\u00c1" * 20 + "B" * 40


def the_widest_letter() -> int:
    """Child's work: the letter with the longest texts of the widest letters that a request may hold."""
    person = paper.RESIDENT
    widest = {"name": "\u0174" * 20 + "W" * 40, "birth_place": "W" * 60, "occupation": "W" * 60}
    short = LetterPrinter(paper.TEMPLATES, demo=False)
    pages = 0
    for resident in (
        person,
        *(type(person)(**{**_fields(person), name: text}) for name, text in widest.items()),
        type(person)(**{**_fields(person), "address": "\u0174" * 120}),
    ):
        pages += len(short.print(paper.letter(resident=resident)).pdf) > 0
    return pages


def _fields(person: Any) -> dict[str, Any]:
    return {name: getattr(person, name) for name in person.__dataclass_fields__}


def test_f13_the_widest_letters_are_printed_in_little(children: Children, found: Found) -> None:
    """Letters with any one text at its limit, in the widest letters there are, are printed within seconds."""
    ended = children.run(the_widest_letter, cpu=CPU_SECONDS, memory=MEMORY)
    found(f"{ended.cpu_seconds:.1f} s, {ended.peak_mib} MiB")
    assert ended.well, ended
    assert ended.result == 5
    assert ended.peak_mib < 512


# Seals.


@pytest.mark.parametrize("digits", [481, 5_000, 10_000_000])
def test_f13_a_seal_of_very_many_digits_is_no_seal(sqlite_registry: Registry, digits: int) -> None:
    """A text of more digits than any seal has is no seal, however many there are."""
    desk = Desk(sqlite_registry, "production", HOST)
    for text in ("1" * digits, f"https://{HOST}/s#" + "1" * digits):
        assert desk.check_text(text, NOON).verdict.outcome is Outcome.UNREADABLE
        assert check_offline(a_bundle(), text, NOON).verdict.outcome is Outcome.UNREADABLE


def test_f13_over_http_very_many_digits_get_an_answer(sqlite_registry: Registry, database: Path) -> None:
    """Over HTTP they get a verdict, or are too much to be read; never an error of ours."""
    settings = Settings.from_env(
        {
            "SUKET_ENVIRONMENT": "production",
            "SUKET_BASE_URL": "https://suket.example.go.id",
            "SUKET_SECRET_KEY": "a secret of the tests alone",
            "SUKET_KEY_PASSPHRASE": PASSPHRASE,
            "SUKET_DATA_DIR": str(database.parent),
        }
    )
    client = create_app(settings).test_client()
    statuses = [
        client.post("/api/v1/verifications", json={"seal": "1" * digits}).status_code
        for digits in (481, 5_000, 8_001, 100_000)
    ]
    nested = client.post("/api/v1/verifications", data="[" * 60_000, content_type="application/json")
    assert statuses == [200, 200, 422, 413]
    assert nested.status_code == 422


def test_f13_control_digits_are_not_counted(
    sqlite_registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were digits not counted first, five thousand of them would be an error of ours."""
    monkeypatch.setattr(seal, "MOST_DIGITS", 10**9)
    with pytest.raises(ValueError, match="4300 digits"):
        Desk(sqlite_registry, "production", HOST).check_text("1" * 5_000, NOON)


# Trust bundles, signed by a key of the bomber's own: so much a stranger can do to whoever gives no pin.

PUBLISHER = a_publication_key()
Payload = dict[str, Any]


def _payload() -> Payload:
    payload: Payload = json.loads(a_bundle([PUBLISHER.key]).to_payload())
    return payload


def _zeros(megabytes: int) -> Payload:
    packed = zlib.compress(bytes(megabytes * 1024**2), 9)
    return {"bits": 2, "lst": base64.urlsafe_b64encode(packed).rstrip(b"=").decode()}


def _lists(count: int, megabytes: int) -> Payload:
    payload = _payload()
    zeros, first = _zeros(megabytes), payload["lists"][0]
    lists = [{**first, "list": number + 1, "status_list": zeros} for number in range(count)]
    return {**payload, "lists": lists}


def _nested(depth: int) -> bytes:
    return json.dumps(_payload()).replace('"a.b.c"', "[" * depth + "]" * depth).encode()


def _with_number(name: str, number: str) -> bytes:
    payload = _payload()
    return json.dumps(payload).replace(f'"{name}": {payload[name]}', f'"{name}": {number}').encode()


BUNDLES: dict[str, Any] = {
    "a list of 100 MB": lambda: _lists(1, 100),
    "400 lists of 4 MB": lambda: _lists(400, 4),
    "brackets in brackets": lambda: _nested(100_000),
    "15 MB of one text": lambda: {**_payload(), "registry": "x" * (15 * 1024**2)},
    "17 MB of one text": lambda: {**_payload(), "registry": "x" * (17 * 1024**2)},
    "a version of 5,000 digits": lambda: _with_number("version", "1" + "0" * 5_000),
    "an infinite version": lambda: _with_number("version", "1e999"),
    "no number at all": lambda: _with_number("version", "NaN"),
    "the last second of the calendar": lambda: {**_payload(), "as_of": 253402300799},
    "the first second of the calendar": lambda: {**_payload(), "as_of": -62135596800},
}


def read_bundle(token: str, text: str) -> str:
    """Child's work: open it, and check a letter with it; how that ended."""
    try:
        bundle = open_bundle(token).bundle
    except (InputError, KeyTrouble) as refusal:
        return refusal.code
    return check_offline(bundle, text, NOON).verdict.outcome.value


def _token(payload: Payload | bytes) -> str:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return PUBLISHER.publish(TYP, raw)


@pytest.mark.parametrize("bomb", BUNDLES)
def test_f13_a_bundle_takes_little_whatever_it_is(children: Children, bomb: str, found: Found) -> None:
    """A bundle is read or refused within seconds and half a gigabyte; what is opened answers every check."""
    key = a_seal_key()
    # A letter beyond the list's end, for which a check asks the bundle's own time.
    text = text_of(a_sealed(key, status_index=9_000))
    made = BUNDLES[bomb]()
    if isinstance(made, dict):
        made["keys"].append(key.key.to_jwk())
    ended = children.run(read_bundle, _token(made), text, cpu=CPU_SECONDS, memory=MEMORY)
    found(f"{ended.result or ended.error}: {ended.cpu_seconds:.1f} s, {ended.peak_mib} MiB")
    assert ended.well, ended
    assert ended.result in {
        "bundle_unreadable",
        "bundle_untrusted",
        "not_a_publication",
        "status_list_unreadable",
        *(outcome.value for outcome in Outcome if outcome is not Outcome.VALID),
    }
    assert ended.peak_mib < 512


def unpacked_without_end(packed: bytes) -> int:
    """Child's work, the protection removed: a list unpacked as long as it likes."""
    return len(zlib.decompress(packed))


def test_f13_control_a_list_as_long_as_it_likes(children: Children, found: Found) -> None:
    """Without the cap on a list, a bundle of 200 kB takes 100 MB more."""
    limited = children.run(read_bundle, _token(_lists(1, 100)), "", cpu=CPU_SECONDS, memory=MEMORY)
    packed = zlib.compress(bytes(100 * 1024**2), 9)
    ended = children.run(unpacked_without_end, packed, cpu=CPU_SECONDS, memory=MEMORY)
    found(f"{ended.peak_mib} MiB without, {limited.peak_mib} MiB with the cap")
    assert limited.result == "status_list_unreadable"
    assert ended.peak_mib > limited.peak_mib + 75


# The file that describes an office.

PATTERN = '"471.13/{serial}/{series}/{office}/{year}"'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[office]", "a = " + "[" * 5_000 + "]" * 5_000 + "\n[office]"),
        (PATTERN, '"{serial}{series}{year}{}"'),
        (PATTERN, '"{serial}{series}{year}{0}"'),
        (PATTERN, '"{serial}{series}{year}{office.__class__}"'),
        (PATTERN, '"{serial}{series}{year}{office:>30000000}"'),
        (PATTERN, '"{serial}{series}{year}\\u001b[31m\\n"'),
        (PATTERN, '"{serial}{series}{year}' + "x" * 500 + '"'),
        (PATTERN, "9" * 5_000),
        ('government = "', 'government = "' + "X" * 100_000),
        ("[office]", "\x00[office]"),
    ],
    ids=[
        "nested",
        "no name",
        "by place",
        "attribute",
        "wide",
        "controls",
        "long",
        "digits",
        "long line",
        "NUL",
    ],
)
def test_f13_an_office_file_is_refused_by_field(tmp_path: Path, old: str, new: str) -> None:
    """Whatever stands in an office's file, it is read, or refused in a sentence."""
    text = (EXAMPLES / "kantor-2172.toml").read_text("utf-8")
    assert old in text
    file = tmp_path / "kantor.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(FileRefused) as refusal:
        read_office(file, EXAMPLES / "wilayah-2172.csv", demo=True)
    assert "kantor.toml" in refusal.value.text.en
    assert len(refusal.value.text.en) < 400


@pytest.mark.parametrize(
    "row",
    [
        '2172031001,"' + "X" * 200_000 + '",a,b,c',
        "2172031001",
        '2172031001,"a',
        "2172031001,a\x00,b,c,d",
        ",,,,",
    ],
    ids=["a cell of 200 kB", "a short row", "an open quote", "NUL", "nothing"],
)
def test_f13_a_list_of_regions_is_refused_by_field(tmp_path: Path, row: str) -> None:
    """Whatever stands in a list of regions, it is read, or refused in a sentence."""
    file = tmp_path / "wilayah.csv"
    file.write_text(f"{(EXAMPLES / 'wilayah-2172.csv').read_text('utf-8')}{row}\n", "utf-8")
    with pytest.raises(FileRefused) as refusal:
        read_office(EXAMPLES / "kantor-2172.toml", file, demo=True)
    assert "wilayah.csv" in refusal.value.text.en
