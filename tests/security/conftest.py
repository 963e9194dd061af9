"""An office at work and a demo with a letter for every fate, as the tests of the web have them."""

from tests.web.conftest import client, demo_app, world
from tests.web.staff.conftest import lone_office, lone_office_template, office_template, served_office
from tests.web.staff.test_matrix import office, prepared

__all__ = [
    "client",
    "demo_app",
    "lone_office",
    "lone_office_template",
    "office",
    "office_template",
    "prepared",
    "served_office",
    "world",
]
