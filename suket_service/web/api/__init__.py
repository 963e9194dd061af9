"""The JSON API, version 1: a module for each family of calls. Contract: design.md section 8."""

from suket_service.web.api import documentation, verifications
from suket_service.web.api.area import DESCRIPTION, blueprint

__all__ = ["DESCRIPTION", "blueprint", "documentation", "verifications"]
