"""Letters on paper: checked beforehand, rendered, handed out. Issues and publishes nothing."""

from suket_service.printing.beforehand import (
    PaperCheck,
    paper_check,
    require_printable_kind,
    require_printable_letterhead,
)
from suket_service.printing.choosing import PART_SIZES, By, Choice, Order, Wanted, waiting
from suket_service.printing.handing_out import MAY_PRINT, print_letters, print_together, render
from suket_service.printing.letterhead_preview import letterhead_preview
from suket_service.printing.one_letter import just_printed, print_letter
from suket_service.printing.press import Press
from suket_service.printing.preview import draft_pdf, draft_picture
from suket_service.printing.runs import (
    Progress,
    gone,
    hand_out,
    hand_out_whole,
    next_part,
    progress,
    start,
)
from suket_service.printing.shelf import Busy, Shelf

__all__ = [
    "MAY_PRINT",
    "PART_SIZES",
    "Busy",
    "By",
    "Choice",
    "Order",
    "PaperCheck",
    "Press",
    "Progress",
    "Shelf",
    "Wanted",
    "draft_pdf",
    "draft_picture",
    "gone",
    "hand_out",
    "hand_out_whole",
    "just_printed",
    "letterhead_preview",
    "next_part",
    "paper_check",
    "print_letter",
    "print_letters",
    "print_together",
    "progress",
    "render",
    "require_printable_kind",
    "require_printable_letterhead",
    "start",
    "waiting",
]
