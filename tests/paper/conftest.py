"""Printers that keep their parsed stylesheet for the whole run."""

import pytest

from suket_service.paper.letter_pdf import LetterPrinter
from tests.paper.builders import TEMPLATES


@pytest.fixture(scope="session")
def printer() -> LetterPrinter:
    return LetterPrinter(TEMPLATES, demo=False)


@pytest.fixture(scope="session")
def demo_printer() -> LetterPrinter:
    return LetterPrinter(TEMPLATES, demo=True)
