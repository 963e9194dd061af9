"""The office's certificate put to a letter's PDF: a PAdES B-B signature over the whole file.

Importing pyHanko takes as long as importing the renderer, so ``letter_pdf`` loads this module only for
a letter that is signed so. Seals are another thing altogether and never come here.

The signature is an invisible field in an incremental update. Document information and metadata stay as
they are, so the file stays the PDF/A that it was and its date the letter's own. With an RSA key the same
letter gives the same bytes; an ECDSA signature differs each time, and so does the file.
"""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import select_suitable_signing_md
from pyhanko.version import __version__

from suket_service.errors import PrinterError, Text
from suket_service.paper.certificate import Certificate

_FIELD = "TandaTangan"
_KEYS = ("rsa", "ec")  # others need PDF 2.0, which a PDF/A-2 may not be
_USES = frozenset({"digital_signature", "non_repudiation"})
_ID_BYTES = 16
#: Room for a CMS signature beside its certificates, in bytes.
_ROOM = 4096


class OfficeSigner:
    """The office's certificate and key, unlocked."""

    renderer = f"pyHanko {__version__}"

    def __init__(self, signer: SimpleSigner) -> None:
        """``signer``: with certificate and key; see :func:`open_certificate`."""
        self._signer = signer
        certificate = signer.signing_cert
        assert certificate is not None  # noqa: S101 - open_certificate sees to it
        self._certificate = certificate
        self._digest = select_suitable_signing_md(certificate.public_key)
        chain = (certificate, *signer.cert_registry)
        self._reserved = 2 * (sum(len(each.dump()) for each in chain) + _ROOM)  # in hexadecimal digits

    def require_valid(self, issued_at: datetime) -> None:
        """Refuse to sign a letter that was issued when the certificate had expired.

        Raises:
            PrinterError: ``certificate_expired``.
        """
        if issued_at > self._certificate.not_valid_after:
            raise _expired()

    def sign(self, pdf: bytes, issued_at: datetime) -> bytes:
        """A letter's PDF with the office's signature.

        The time of signing that it states is the letter's issue, or the first moment of a certificate
        that is younger than the letter.

        Raises:
            PrinterError: ``certificate_expired``.
        """
        self.require_valid(issued_at)
        update = _Update(BytesIO(pdf))
        update.register_extension(ESIC_EXTENSION_1)
        steps = PdfCMSEmbedder(SigFieldSpec(_FIELD)).write_cms(_FIELD, update)
        next(steps)
        steps.send(
            SigObjSetup(
                SignatureObject(
                    timestamp=max(issued_at, self._certificate.not_valid_before),
                    subfilter=SigSeedSubFilter.PADES,
                    bytes_reserved=self._reserved,
                )
            )
        )
        prepared, out = steps.send(SigIOSetup(md_algorithm=self._digest))
        signature = self._signer.async_sign(prepared.document_digest, self._digest, use_pades=True)
        # In a thread of its own: whoever prints may have an event loop running, and this starts another.
        with ThreadPoolExecutor(1) as apart:
            steps.send(apart.submit(asyncio.run, signature).result())
        signed: bytes = out.getvalue()
        return signed


class _Update(IncrementalPdfFileWriter):
    """An incremental update that owes nothing to chance or to the clock."""

    def _update_meta(self) -> None:
        # Else a new modification date and producer, of which PDF/A allows only what agrees with the rest.
        pass

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        first, _ = prev.trailer["/ID"]
        prev.stream.seek(0)
        fresh = hashlib.sha256(prev.stream.read()).digest()[:_ID_BYTES]
        return ArrayObject([first, ByteStringObject(fresh)])


def open_certificate(certificate: Certificate) -> OfficeSigner:
    """The office's certificate and key, unlocked.

    Raises:
        PrinterError: ``certificate_unreadable`` or ``certificate_unsuitable``.
    """
    passphrase = certificate.passphrase.encode() if certificate.passphrase else None
    try:
        signer = SimpleSigner.load_pkcs12_data(certificate.path.read_bytes(), (), passphrase)
    except (OSError, ValueError, TypeError, AttributeError):  # the last two: no key or certificate in it
        raise _unreadable() from None
    if signer.signing_cert is None or not _is_suitable(signer.signing_cert):
        raise _unsuitable()
    return OfficeSigner(signer)


def _is_suitable(certificate: Any) -> bool:
    uses = certificate.key_usage_value
    return certificate.public_key.algorithm in _KEYS and (uses is None or bool(_USES & uses.native))


def _unreadable() -> PrinterError:
    return PrinterError(
        "certificate_unreadable",
        Text(
            "Sertifikat elektronik kantor tidak dapat dibuka. Periksa SUKET_PADES_CERTIFICATE (berkas PKCS#12) "
            "dan SUKET_PADES_PASSPHRASE.",
            "The office's signing certificate cannot be opened. Check SUKET_PADES_CERTIFICATE (a PKCS#12 file) "
            "and SUKET_PADES_PASSPHRASE.",
        ),
    )


def _unsuitable() -> PrinterError:
    return PrinterError(
        "certificate_unsuitable",
        Text(
            "Sertifikat elektronik kantor bukan untuk menandatangani dokumen (RSA atau ECDSA).",
            "The office's certificate is not one for signing documents (RSA or ECDSA).",
        ),
    )


def _expired() -> PrinterError:
    return PrinterError(
        "certificate_expired",
        Text(
            "Sertifikat elektronik kantor sudah kedaluwarsa sebelum surat ini terbit. Pasang sertifikat yang baru.",
            "The office's signing certificate had expired before this letter was issued. Install the new one.",
        ),
    )
