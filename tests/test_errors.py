"""The error tree: what crosses a process border arrives whole."""

import pickle

import pytest

from suket_service import errors
from suket_service.errors import FieldError, Problem, RequestRefused, SealError, SuketError, Text, WrongState

TEXT = Text("Kalimat.", "A sentence.")
PROBLEM = Problem("nik", "nik_length", TEXT)
SPECIAL: list[SuketError] = [
    FieldError(PROBLEM),
    RequestRefused([PROBLEM, PROBLEM]),
    SealError("not_a_seal"),
    WrongState("wrong_state", TEXT, "revoked"),
]
PLAIN = [
    kind("a_code", TEXT)
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, SuketError)
    and kind not in {type(each) for each in SPECIAL}
]


@pytest.mark.parametrize("error", [*SPECIAL, *PLAIN], ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling_with_its_evidence(error: SuketError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)
    assert str(arrived) == str(error)
