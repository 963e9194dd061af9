"""Which pages are pictured: every route that answers a GET has a picture, or a reason not to."""

import io
from collections import Counter

import pytest
from PIL import Image, ImageDraw

from suket_service.settings import Settings
from suket_service.web.access import ROUTES
from suket_service.web.app import create_app
from tests.browser.pictures import camera
from tests.browser.pictures.pages import NOT_PICTURED, PAGES
from tests.cli.builders import World
from tests.web.conftest import world

__all__ = ["world"]


@pytest.fixture(scope="session")
def settings(world: World) -> Settings:
    return world.settings


def test_every_page_has_a_picture_or_a_reason(settings: Settings) -> None:
    answering = {
        rule.endpoint for rule in create_app(settings).url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    pictured = {page.endpoint for page in PAGES}
    assert answering - pictured - set(NOT_PICTURED) == set()
    assert (pictured | set(NOT_PICTURED)) - answering == set()
    assert pictured & set(NOT_PICTURED) == set()


def test_who_is_pictured_at_a_page_may_see_it() -> None:
    roles = {"operator": "operator", "kepala": "approver", "admin": "admin", "auditor": "auditor"}
    for page in PAGES:
        allowed = ROUTES[page.endpoint].roles
        assert allowed is None or (page.who is not None and roles[page.who] in allowed), page.name


def test_every_picture_has_its_own_name() -> None:
    assert max(Counter(page.name for page in PAGES).values()) == 1


def test_a_picture_keeps_the_pages_own_colours() -> None:
    shot = Image.new("RGB", (360, 900), "#f3f6f5")
    ImageDraw.Draw(shot).rectangle((0, 0, 3, 9), "#9b1c1c")
    file = io.BytesIO()
    shot.save(file, "PNG")
    picture = camera.small(file.getvalue()).convert("RGB")
    assert picture.getpixel((1, 1)) == (0x9B, 0x1C, 0x1C)
    assert picture.getpixel((300, 300)) == (0xF3, 0xF6, 0xF5)


def test_what_lies_beside_white_leaves_it_white() -> None:
    shot = Image.new("RGB", (360, 800), "#ffffff")
    ImageDraw.Draw(shot).rectangle((0, 0, 359, 300), "#f9fafa")
    ImageDraw.Draw(shot).rectangle((0, 301, 359, 500), "#f3f6f5")
    file = io.BytesIO()
    shot.save(file, "PNG")
    picture = camera.small(file.getvalue()).convert("RGB")
    assert [picture.getpixel((9, y)) for y in (450, 700)] == [(0xF3, 0xF6, 0xF5), (255, 255, 255)]


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (12, 1), (13, 2)])
def test_a_sheet_has_room_for_every_page(count: int, lines: int) -> None:
    pictures = [(str(each), Image.new("P", (360, 900))) for each in range(count)]
    one = camera.contact_sheet(360, pictures[:1])
    assert camera.contact_sheet(360, pictures).height - 10 == lines * (one.height - 10)
