"""Builds the compiled twin of the hub where there is a C compiler; without one nothing is lost."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("src/trading_api/shared/ws/_fanout.pyx")
MODULE = "trading_api.shared.ws._fanout"


class CustomBuildHook(BuildHookInterface):
    """Hatchling's hook for wheels, editable ones included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension beside its source, and put it into a wheel."""
        if os.environ.get("TRADING_API_BUILD_PURE"):
            return
        os.chdir(self.root)
        remove_old()
        try:
            built = build()
        except Exception as error:  # noqa: BLE001 - whatever keeps it from being built, the pure twin remains
            self.app.display_warning(f"the compiled hub was not built: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(f"/{built.as_posix()}")


def remove_old() -> None:
    """Let no extension of an older source survive a build that fails."""
    for old in SOURCE.parent.glob("_fanout.*"):
        if old.suffix in (".so", ".pyd"):
            old.unlink()


def build() -> Path:
    """Translate and compile; the extension, beside its source.

    Raises:
        Exception: there is no compiler, no header of Python, or either of them fails.
    """
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    options = [] if sys.platform == "win32" else ["-O3"]
    extension = Extension(MODULE, [SOURCE.as_posix()], extra_compile_args=options)
    with tempfile.TemporaryDirectory() as scratch:
        translated = cythonize([extension], build_dir=scratch, quiet=True)
        command = build_ext(Distribution({"name": "trading_api", "ext_modules": translated}))
        command.build_lib, command.build_temp = "src", scratch
        command.ensure_finalized()
        command.run()
        return Path(command.get_ext_fullpath(MODULE))
