"""F17: the same request comes many times at once: a double click, a proxy that tries again, a file sent twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from suket_service import issuing
from suket_service.core import request as requests
from suket_service.core.keyring import Purpose
from suket_service.errors import RequestRefused
from suket_service.issuing import Application, Sealing, drafting
from suket_service.registry import keys, letters
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, NOON, OFFICE, PASSPHRASE, TODAY, VILLAGES
from tests.faults import invariants
from tests.faults.children import Children, shared_children
from tests.faults.conftest import Found
from tests.faults.desk import PEOPLE, a_person, register

KEY = "a click"
CLICKS, PROCESSES = 50, 8


@pytest.fixture
def children() -> Children:
    """Where the other processes come from."""
    return shared_children()


def _application(key: str = KEY, **changes: str) -> Application:
    person = a_person(0)
    request = requests.read({**person.fields, **changes}, VILLAGES, TODAY).request
    assert request is not None
    return Application(OFFICE.code, request, None, key)


def _draft(registry: Registry, application: Application) -> str:
    """The id of the draft, or why there is none."""
    try:
        return issuing.draft(registry, application, PEOPLE.requested_by, NOON)
    except RequestRefused as refusal:
        return refusal.code


def _at_once(times: int, work: Callable[[], str]) -> list[str]:
    """What came of the same work, begun by so many threads at the same moment."""
    together = threading.Barrier(times)

    def one(_number: int) -> str:
        together.wait(60)
        return work()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def _letters(registry: Registry) -> list[str]:
    with registry.reading() as tx:
        return [each.id for each in letters.search(tx, OFFICE.code)]


def test_f17_a_storm_of_clicks_is_one_letter(registry: Registry, found: Found) -> None:
    """Fifty submissions at once under one key are one draft, and all are told the same."""
    register(registry, [0])
    told = _at_once(CLICKS, lambda: _draft(registry, _application()))
    assert set(told) == set(_letters(registry))
    assert len(_letters(registry)) == 1
    found(f"{CLICKS} threads")
    assert invariants.check(registry) == 0


def click(url: str, times: int) -> list[str]:
    """Child's work: some of the clicks."""
    registry = Registry(url)
    return [_draft(registry, _application()) for _ in range(times)]


def test_f17_a_storm_from_many_processes_is_one_letter(
    registry: Registry, children: Children, found: Found
) -> None:
    """The same from eight processes at once."""
    register(registry, [0])
    url = registry.url.render_as_string(hide_password=False)
    clicking = [children.start(click, url, 7) for _ in range(PROCESSES)]
    ended = [children.wait(pid) for pid in clicking]
    assert all(each.well for each in ended), ended
    assert {told for each in ended for told in each.result} == set(_letters(registry))
    assert len(_letters(registry)) == 1
    found(f"{PROCESSES} processes")


@pytest.mark.parametrize(
    "changes", [{"alamat": "JALAN LAIN NOMOR 6"}, {"alasan": "Hilang"}, {"jenis_surat": "2"}], ids=str
)
def test_f17_another_request_under_the_same_key_is_refused(
    registry: Registry, changes: dict[str, str]
) -> None:
    """Another request under the same key is refused by a code of its own; the first stays as it is."""
    register(registry, [0, 1])
    first = _draft(registry, _application())
    assert _draft(registry, _application(**changes)) == "request_key_reused"
    other_person = {name: a_person(1).fields[name] for name in ("nik", "tanggal_lahir")}
    assert _draft(registry, _application(**other_person)) == "request_key_reused"
    assert _draft(registry, _application()) == first
    assert _letters(registry) == [first]


def test_f17_another_portrait_under_the_same_key_is_refused(registry: Registry) -> None:
    """A portrait is part of the request."""
    register(registry, [0])
    first = _draft(registry, _application())
    assert _draft(registry, replace(_application(), portrait=b"a jpeg")) == "request_key_reused"
    assert _letters(registry) == [first]


def test_f17_a_storm_of_two_requests_is_one_letter(registry: Registry) -> None:
    """Two requests that race for one key: one is drafted, the other is refused, whichever comes first."""
    register(registry, [0])
    addresses = iter(["JALAN MERDEKA NOMOR 5", "JALAN LAIN NOMOR 6"] * 10)
    told = _at_once(20, lambda: _draft(registry, _application(alamat=next(addresses))))
    assert len(_letters(registry)) == 1
    assert sorted(told) == sorted([*_letters(registry) * 10, *["request_key_reused"] * 10])


def issue_file(url: str, count: int) -> dict[int, str]:
    """Child's work: issue the file; row to number."""
    registry = Registry(url)
    with registry.reading() as tx:
        sealing = Sealing(keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE), BASE_URL)
    outcomes = issuing.issue_rows(
        registry,
        OFFICE.code,
        [a_person(number) for number in range(count)],
        people=PEOPLE,
        sealing=sealing,
        open_photo=lambda name: b"",
        file_digest="f",
        now=lambda: NOON,
    )
    return {each.row: each.letter.number for each in outcomes if each.letter and each.letter.number}


def test_f17_one_file_issued_by_many_at_once(registry: Registry, children: Children, found: Found) -> None:
    """One file issued by eight processes at once: each row once, and all are told the same numbers."""
    count = 120
    register(registry, range(count))
    url = registry.url.render_as_string(hide_password=False)
    issuing_it = [children.start(issue_file, url, count) for _ in range(PROCESSES)]
    ended = [children.wait(pid) for pid in issuing_it]
    assert all(each.well for each in ended), ended
    assert all(each.result == ended[0].result for each in ended)
    told = {f"f:{row}": number for row, number in ended[0].result.items()}
    found(f"{PROCESSES} processes, {count} rows")
    assert len(told) == invariants.check(registry, told) == count


def test_f17_control_keys_are_not_remembered(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were keys not remembered, all but one would be refused instead of told their letter."""
    register(registry, [0])
    monkeypatch.setattr(drafting, "_already", lambda tx, application: None)
    told = _at_once(10, lambda: _draft(registry, _application()))
    assert sorted(told) == sorted([*_letters(registry), *["letter_open"] * 9])


def test_f17_control_digests_are_not_compared(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were requests not compared, another person would be told the first one's letter."""
    register(registry, [0, 1])
    monkeypatch.setattr(Application, "digest", b"the same for all".ljust(32))
    first = _draft(registry, _application())
    other_person = {name: a_person(1).fields[name] for name in ("nik", "tanggal_lahir")}
    assert _draft(registry, _application(**other_person)) == first
