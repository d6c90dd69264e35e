"""Data packs to test with: a small one written here, and the real one where it was fetched."""

import os
import shutil
from pathlib import Path

import pytest

from tests.modules.datafeed.recordings import synthetic_recording, write_pack
from trading_api.modules.datafeed.sources.packs import BTCUSD_PACK


def _packs_found() -> Path | None:
    fallback = Path(__file__).parents[4] / "var" / "packs"
    folder = Path(os.environ.get("TRADING_API_TEST_PACKS", fallback))
    return folder if (folder / BTCUSD_PACK / "orders.csv.gz").is_file() else None


PACKS_FOUND = _packs_found()
PACKS = ["synthetic", *(["real"] if PACKS_FOUND else [])]


@pytest.fixture(scope="session", params=PACKS)
def packs_dir(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the BTCUSD pack in it, which a test may write to."""
    folder = tmp_path_factory.mktemp("packs")
    found = PACKS_FOUND
    if request.param == "real" and found is not None:
        (folder / BTCUSD_PACK).mkdir(parents=True)
        for file in ("orders.csv.gz", "trades.csv"):
            shutil.copy(found / BTCUSD_PACK / file, folder / BTCUSD_PACK / file)
    else:
        write_pack(folder, *synthetic_recording())
    return folder
