"""The counter: people found in the register, and requests made for them."""

from suket_service.web.staff.counter.routes import blueprint

__all__ = ["blueprint"]
