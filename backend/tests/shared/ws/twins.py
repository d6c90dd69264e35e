"""Both twins of the fan-out as parameters; the compiled one is left out where it was not built."""

import pytest

from trading_api.shared.ws.twins import PYTHON, TwinMissing, choose

try:
    TWINS = [pytest.param(PYTHON, id="python"), pytest.param(choose("compiled"), id="compiled")]
except TwinMissing as missing:
    TWINS = [
        pytest.param(PYTHON, id="python"),
        pytest.param(PYTHON, id="compiled", marks=pytest.mark.skip(str(missing))),
    ]
