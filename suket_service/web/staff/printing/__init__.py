"""Printing: one letter, runs of any size, and the printer's test page."""

from suket_service.web.staff.printing import one_letter, printer_test, runs
from suket_service.web.staff.printing.area import blueprint

__all__ = ["blueprint", "one_letter", "printer_test", "runs"]
