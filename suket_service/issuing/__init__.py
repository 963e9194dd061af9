"""Issuing: the life of a letter, each step one transaction with its audit entry. Prints and publishes nothing."""

from suket_service.issuing.amending import amend, submit
from suket_service.issuing.batch import RowOutcome, RowStatus, issue_rows
from suket_service.issuing.by_program import MOST_ENDINGS_A_DAY, TooManyEndings
from suket_service.issuing.confirming import draft_upload
from suket_service.issuing.deciding import LetterOutcome, Settled, approve_and_issue, obstacles, send_back
from suket_service.issuing.drafting import approve, draft, issue, withdraw
from suket_service.issuing.for_program import (
    AskedFor,
    Page,
    Told,
    Unconfirmed,
    ask,
    note_unconfirmed,
    tell,
    tell_page,
    tell_symbol,
)
from suket_service.issuing.handing_over import (
    HAND_OVER,
    Collector,
    hand_over,
    require_collector,
    require_in_hand,
)
from suket_service.issuing.life import MOST_AT_ONCE, extend, resume, revoke, revoke_all, supersede, suspend
from suket_service.issuing.people import TwoPeople, require_change, require_people
from suket_service.issuing.preparing import PhotoOpener
from suket_service.issuing.previewing import RowFate, UploadPreview, preview_upload
from suket_service.issuing.proposing import agree, decline, propose, withdraw_proposal
from suket_service.issuing.row_notes import CARD_READY
from suket_service.issuing.rules import Application
from suket_service.issuing.sealing import Sealing
from suket_service.issuing.uploading import (
    GivenFile,
    add_photos,
    discard_upload,
    keep_upload,
    let_go_of_old_uploads,
    record_given_back,
)

__all__ = [
    "CARD_READY",
    "HAND_OVER",
    "MOST_AT_ONCE",
    "MOST_ENDINGS_A_DAY",
    "Application",
    "AskedFor",
    "Collector",
    "GivenFile",
    "LetterOutcome",
    "Page",
    "PhotoOpener",
    "RowFate",
    "RowOutcome",
    "RowStatus",
    "Sealing",
    "Settled",
    "Told",
    "TooManyEndings",
    "TwoPeople",
    "Unconfirmed",
    "UploadPreview",
    "add_photos",
    "agree",
    "amend",
    "approve",
    "approve_and_issue",
    "ask",
    "decline",
    "discard_upload",
    "draft",
    "draft_upload",
    "extend",
    "hand_over",
    "issue",
    "issue_rows",
    "keep_upload",
    "let_go_of_old_uploads",
    "note_unconfirmed",
    "obstacles",
    "preview_upload",
    "propose",
    "record_given_back",
    "require_change",
    "require_collector",
    "require_in_hand",
    "require_people",
    "resume",
    "revoke",
    "revoke_all",
    "send_back",
    "submit",
    "supersede",
    "suspend",
    "tell",
    "tell_page",
    "tell_symbol",
    "withdraw",
    "withdraw_proposal",
]
