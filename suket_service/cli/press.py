"""The press that commands print with. Importing it brings in the renderer."""

from suket_service.cli.session import Session
from suket_service.paper.certificate import Certificate
from suket_service.printing import Press


def press(session: Session) -> Press:
    """Templates, specimen mark and the office's certificate, as the settings have them."""
    settings = session.settings
    path = settings.pades_certificate
    certificate = Certificate(path, settings.pades_passphrase) if path else None
    return Press(settings.templates, settings.is_demo, certificate=certificate)
