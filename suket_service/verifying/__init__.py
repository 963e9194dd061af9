"""Verifying: what was read from a letter in, an answer out. Writes only that a check code did not fit, and that a phone asked."""

from suket_service.verifying.at_station import Asking, check_at_station
from suket_service.verifying.check_codes import TooManyFailures, check_typed, forget_old_failures, problems_of
from suket_service.verifying.desk import Answer, Desk, check_offline
from suket_service.verifying.report import report
from suket_service.verifying.states import letter_state

__all__ = [
    "Answer",
    "Asking",
    "Desk",
    "TooManyFailures",
    "check_at_station",
    "check_offline",
    "check_typed",
    "forget_old_failures",
    "letter_state",
    "problems_of",
    "report",
]
