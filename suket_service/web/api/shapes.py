"""Shapes that several calls of the API share: what a seal states, what the registry says, a verdict. No route."""

from typing import Literal

from pydantic import BaseModel, Field, RootModel


class MaskedSeal(BaseModel):
    """What a genuine seal states, masked."""

    name: str = Field(description="Initials: B*** S******")
    nik: str = Field(description="The first six digits and stars")
    birth_year: int
    sex: Literal["M", "F"]
    kind: int
    kind_title: str | None
    village: str
    village_name: str | None
    issued_on: str
    valid_until: str | None = Field(description="The last valid day; null until the card is issued")


class WholeSeal(BaseModel):
    """What a genuine seal states, for an agency's program with scope verify and a polling station's confirmed phone."""

    name: str
    nik: str
    birth_date: str
    sex: Literal["M", "F"]
    rt: int
    rw: int
    portrait: str = Field(description="The first 16 bytes of the stored portrait's SHA-256, in hex")
    status_list: int
    status_index: int
    fingerprint: str
    check_code: str
    kind: int
    kind_title: str | None
    village: str
    village_name: str | None
    issued_on: str
    valid_until: str | None = Field(description="The last valid day; null until the card is issued")


class RegisteredOut(BaseModel):
    """What the registry says of the letter."""

    status: Literal["issued", "suspended", "revoked", "superseded"]
    number: str
    office: str
    office_name: str
    issued_on: str
    valid_until: str | None
    extended: bool


class Message(BaseModel):
    """The bottom line and the next step, for people."""

    id: str
    en: str


class VerdictOut(BaseModel):
    """Facts first, then a bottom line. Expired is not forged."""

    outcome: Literal[
        "unreadable",
        "forged",
        "unknown_issuer",
        "mismatch",
        "unregistered",
        "revoked",
        "superseded",
        "indeterminate",
        "suspended",
        "not_yet_valid",
        "expired",
        "valid",
    ]
    tone: Literal["green", "amber", "red", "grey"]
    reasons: list[str]
    advisories: list[str]
    checked_at: str
    data_as_of: str | None
    genuine: bool
    office: str | None = Field(description="The issuing office's code, of a genuine letter")
    valid_until: str | None = Field(description="The last valid day with an extension; null until the card")
    not_covered: list[str]
    registry: RegisteredOut | None
    message: Message


class VerificationOut(VerdictOut):
    """The answer for anyone: the person is masked."""

    seal: MaskedSeal | None


class WholeVerificationOut(VerdictOut):
    """The answer for an agency's program with scope verify, and for a confirmed phone whose call bears its proof."""

    seal: WholeSeal | None
    portrait: str | None = Field(
        description="The stored portrait as a small JPEG, in a data URL; to a program of its own office's letters alone"
    )


class EitherVerificationOut(RootModel[VerificationOut | WholeVerificationOut]):
    """Masked, unless an agency's program or a confirmed phone asks."""
