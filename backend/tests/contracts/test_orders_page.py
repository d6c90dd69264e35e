"""The page about orders says what the broker does: its bodies are accepted, its codes are all."""

import json
import re
from pathlib import Path

import pytest

from tests.modules.broker.paper_server import PaperServer, run
from trading_api.domain.errors import CODES
from trading_api.domain.order_checks import NEEDED
from trading_api.modules.broker.options import BrokerOptions

PAGE = Path(__file__).parents[3] / "docs/orders.md"
BODIES = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
SOURCES = Path(__file__).parents[2] / "src/trading_api/domain"


@pytest.mark.parametrize("body", BODIES)
def test_every_body_is_accepted(body: str) -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            answer = await client.post("/orders", json=json.loads(body))
        assert answer.status_code == 201, answer.text

    run(scenario)


def test_every_type_has_its_row_with_what_it_needs() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \| [^|]* \|$", PAGE.read_text(), re.MULTILINE))
    told = {kind: set(re.findall(r"`(\w+)`", needs)) for kind, needs in rows.items()}
    assert told == {kind: set(needed) for kind, needed in NEEDED.items()}


def test_every_reason_is_an_error_or_has_its_row() -> None:
    found: set[str] = set()
    for source in SOURCES.glob("*.py"):
        found |= set(re.findall(r'StatusReason\(\s*"(\w+)"', source.read_text()))
    table = PAGE.read_text().partition("## Why an order ended")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == found - set(CODES)


def test_every_option_of_the_broker_has_its_row() -> None:
    text = (PAGE.parent / "settings.md").read_text()
    table = text.partition("| option of the broker |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {name for cell in cells for name in re.findall(r"`(\w+)", cell)}
    assert told == set(BrokerOptions.__struct_fields__)
