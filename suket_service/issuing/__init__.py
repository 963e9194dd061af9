"""Issuing: the life of a letter, each step one transaction with its audit entry. Prints and publishes nothing."""

from suket_service.issuing.batch import RowOutcome, RowStatus, issue_rows
from suket_service.issuing.drafting import approve, draft, issue, withdraw
from suket_service.issuing.life import extend, resume, revoke, revoke_all, supersede, suspend
from suket_service.issuing.people import TwoPeople, require_change, require_people
from suket_service.issuing.preparing import PhotoOpener
from suket_service.issuing.rules import Application
from suket_service.issuing.sealing import Sealing

__all__ = [
    "Application",
    "PhotoOpener",
    "RowOutcome",
    "RowStatus",
    "Sealing",
    "TwoPeople",
    "approve",
    "draft",
    "extend",
    "issue",
    "issue_rows",
    "require_change",
    "require_people",
    "resume",
    "revoke",
    "revoke_all",
    "supersede",
    "suspend",
    "withdraw",
]
