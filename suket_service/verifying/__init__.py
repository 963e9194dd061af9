"""Verifying: what was read from a letter in, an answer out. Writes only that a check code did not fit, and who asked for the whole."""

from suket_service.verifying.at_station import Asking, check_at_station
from suket_service.verifying.check_codes import TooManyFailures, check_typed, forget_old_failures, problems_of
from suket_service.verifying.desk import Answer, Desk, check_offline
from suket_service.verifying.for_agency import Agency, check_for_agency
from suket_service.verifying.report import report
from suket_service.verifying.states import letter_state

__all__ = [
    "Agency",
    "Answer",
    "Asking",
    "Desk",
    "TooManyFailures",
    "check_at_station",
    "check_for_agency",
    "check_offline",
    "check_typed",
    "forget_old_failures",
    "letter_state",
    "problems_of",
    "report",
]
