"""Verifying: what was read from a letter in, an answer out. Writes nothing."""

from suket_service.verifying.desk import Answer, Desk, check_offline
from suket_service.verifying.report import report

__all__ = ["Answer", "Desk", "check_offline", "report"]
