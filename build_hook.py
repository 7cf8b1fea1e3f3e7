"""What happens when the package is built or installed editable: front-end packages and compiled catalogues."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling leaves its parameter open
    """Runs before the files of a wheel are collected."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        from build_support import catalogues, front_end

        catalogues.compile_all(Path(self.root))
        front_end.bring(Path(self.root))
