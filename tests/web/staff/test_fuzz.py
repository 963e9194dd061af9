"""Whatever is posted to whatever form: an answer, never a fault of ours, and nothing for another office."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.selection import examples
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example
from tests.web.staff.test_matrix import (  # noqa: F401 - two are fixtures
    CASES,
    GUARDED,
    PUBLIC_FORMS,
    USERS,
    fill,
    office,
    prepared,
    roles_of,
)

POSTS = [*PUBLIC_FORMS] + [
    case for case in CASES if isinstance(case.values[1], Example) and case.values[1].method == "POST"
]
#: What people, scanners, spreadsheets and mischief put into fields.
odd_text = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                " ",
                "0",
                "-1",
                "1e9",
                "999999999999999999999",
                "NaN",
                "null",
                "true",
                "2026-02-30",
                "9999-12-31",
            ),
            *(
                "0001-01-01",
                "31-12-2026",
                "' OR 1=1 --",
                "=1+1",
                "<script>",
                "../../etc/passwd",
                "{{7*7}}",
                "%s%n",
            ),
            *(
                "𝟎𝟏",
                "é" * 70,
                "e\u0301",
                "\u202e",
                "😀",
                "\ufeff",
                "\u00a0",
                "ß",
                "Ⅷ",
                "²",
                "A" * 3000,
                "a\nb\r\nc\td",
            ),
            *("2172031708950030", "471.13/0001/SKP/2172/2026", "ABCD-EFGH", "0" * 32, "f" * 32, "f" * 64),
        ]
    ),
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    st.dates().map(str),
    st.integers(-(2**70), 2**70).map(str),
)


@pytest.mark.parametrize(("endpoint", "example"), POSTS)
def test_no_form_breaks(office: OfficeAtWork, endpoint: str, example: Example) -> None:  # noqa: F811
    wanted = fill(example, office.values)
    browser = office.client(USERS[min(roles_of(endpoint))] if endpoint in GUARDED else None)
    proper = dict(wanted.form)

    @given(
        changed=st.dictionaries(st.sampled_from([*proper, "page", "_once", "_lost"]), odd_text, max_size=4),
        dropped=st.sets(st.sampled_from([*proper, "_once"]), max_size=2),
    )
    @settings(
        max_examples=examples(8),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def try_it(changed: dict[str, str], dropped: set[str]) -> None:
        form = {name: value for name, value in {**proper, **changed}.items() if name not in dropped}
        status = browser.post(wanted.path, form, wanted.files).status_code
        assert status < 500 or status == 503, (status, form)

    try_it()
