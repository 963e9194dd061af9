"""Letters: found, looked at, changed, handed over. Drafts are made at the counter and approved at the desk."""

from suket_service.web.staff.letters import changes, finding, giving, page, scanning, together
from suket_service.web.staff.letters.area import blueprint

__all__ = ["blueprint", "changes", "finding", "giving", "page", "scanning", "together"]
