"""What pages show is really brought in, and nothing comes from elsewhere."""

import json
import re
from pathlib import Path

import pytest

from build_support import front_end
from playbook.web.presentation import STATES

ROOT = Path(__file__).parents[2]
WEB = ROOT / "playbook" / "web"
NAMED = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']""")


def icons_asked_for() -> set[str]:
    found = {state.icon for state in STATES.values()}
    for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]:
        found.update(NAMED.findall(path.read_text()))
    return found


def test_every_icon_that_a_page_asks_for_is_in_the_set():
    assert icons_asked_for() - set(front_end.icon_names()) == set()


def test_every_icon_of_the_set_is_in_the_picture_that_was_built():
    sprite = (WEB / "static" / "vendor" / "icons.svg").read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == set(front_end.icon_names())


def test_an_icon_that_does_not_exist_stops_the_build(tmp_path: Path):
    with pytest.raises(front_end.FrontEndError, match="no-such-icon"):
        front_end.make_sprite(tmp_path, ["no-such-icon"])


def test_what_was_brought_in_is_not_brought_in_again():
    assert front_end.bring(ROOT) is False


def test_packages_are_pinned_by_what_they_hold_not_by_where_they_lay():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-")
            assert "resolved" not in package


@pytest.mark.parametrize(
    "path",
    [p for p in WEB.rglob("*") if p.suffix in {".html", ".css", ".js"} and "vendor" not in p.parts],
    ids=lambda path: str(path.relative_to(WEB)),
)
def test_no_page_asks_anybody_else(path: Path):
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(src|href)=[\"']?(https?:)?//|@import|url\((https?:)?//", text)
