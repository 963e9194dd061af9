"""What the index of marked letters holds is what a status list marks."""

import re

from suket_service.registry import status
from suket_service.registry.schema import MARKED


def test_the_index_names_every_state_that_a_list_marks() -> None:
    assert set(re.findall("'([a-z]+)'", str(MARKED))) == set(status._STATUS_OF)
