"""Letters on paper: checked beforehand, rendered, handed out. Issues and publishes nothing."""

from suket_service.printing.beforehand import (
    PaperCheck,
    paper_check,
    require_printable_kind,
    require_printable_letterhead,
)
from suket_service.printing.handing_out import print_letters, print_together, render
from suket_service.printing.press import Press

__all__ = [
    "PaperCheck",
    "Press",
    "paper_check",
    "print_letters",
    "print_together",
    "render",
    "require_printable_kind",
    "require_printable_letterhead",
]
