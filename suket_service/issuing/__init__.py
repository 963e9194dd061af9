"""Issuing: the life of a letter, each step one transaction and one audit entry. Prints and publishes nothing."""

from suket_service.issuing.batch import (
    PhotoOpener,
    RowOutcome,
    RowStatus,
    TwoPeople,
    issue_rows,
    require_people,
)
from suket_service.issuing.life import approve, draft, issue, revoke, supersede
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
    "issue",
    "issue_rows",
    "require_people",
    "revoke",
    "supersede",
]
