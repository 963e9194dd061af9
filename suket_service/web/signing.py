"""What the pages sign, print and publish with, out of the settings. Signs and prints nothing itself."""

import logging

from suket_service import publishing
from suket_service.core.keyring import Purpose
from suket_service.errors import SuketError
from suket_service.issuing import Sealing
from suket_service.paper.certificate import Certificate
from suket_service.printing import Press
from suket_service.publishing import Publisher
from suket_service.registry import keys
from suket_service.web.context import context, now
from suket_service.web.signed_in import signed_in

_log = logging.getLogger("suket")


def sealing() -> Sealing:
    """The seal key of the reader's office, unlocked, and the address that symbols name.

    Raises:
        KeyTrouble: ``no_passphrase``: this process may not sign; ``no_key``.
    """
    me, settings = signed_in(), context().settings
    with context().registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, me.office.code, me.today, settings.key_passphrase)
    return Sealing(key, settings.base_url)


def press() -> Press:
    """Templates, specimen mark and the office's certificate."""
    settings = context().settings
    path = settings.pades_certificate
    certificate = Certificate(path, settings.pades_passphrase) if path else None
    return Press(settings.templates, settings.is_demo, certificate=certificate)


def publisher() -> Publisher:
    """What publishing takes."""
    settings = context().settings
    return Publisher(settings.key_passphrase, settings.base_url, settings.host)


def publish_if_due() -> None:
    """Tell outsiders at once of what they may not wait for; what fails now the process does within minutes."""
    if context().settings.key_passphrase is None:
        return
    try:
        publishing.publish_if_due(context().registry, publisher(), now())
    except SuketError as error:
        _log.warning("not published: %s", error.code)
