"""A wheel is built with a compiler and without one."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak

BACKEND = Path(__file__).parents[2]
NO_COMPILER = {"CC": "/nonexistent/cc", "CXX": "/nonexistent/cc"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("environment", "compiled"),
    [
        pytest.param({}, True, id="compiler"),
        pytest.param(NO_COMPILER, False, id="no compiler"),
        pytest.param({"TRADING_API_BUILD_PURE": "1"}, False, id="not wanted"),
    ],
)
def test_a_wheel_has_the_extension_or_is_pure(
    tmp_path: Path, environment: dict[str, str], compiled: bool
) -> None:
    if compiled and shutil.which("cc") is None:
        pytest.skip("no C compiler")
    source = copy_of_the_source(tmp_path / "source")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(tmp_path)]

    subprocess.run(
        [*command, str(source)], check=True, capture_output=True, env={**os.environ, **environment}
    )

    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    extensions = [name for name in names if name.endswith((".so", ".pyd"))]
    assert [Path(name).name.partition(".")[0] for name in extensions] == ["_fanout"] * compiled
    assert wheel.name.endswith("-py3-none-any.whl") is not compiled
    assert "trading_api/shared/ws/fanout.py" in names


def copy_of_the_source(folder: Path) -> Path:
    """What is built, beside what the build would leave in the real one; no extension in it."""
    shutil.copytree(BACKEND / "src", folder / "src", ignore=shutil.ignore_patterns("*.so", "*.pyd"))
    for name in ("pyproject.toml", "hatch_build.py"):
        shutil.copy(BACKEND / name, folder)
    return folder
