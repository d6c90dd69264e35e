"""Buys what has fallen and sells what has risen, in a replay: `replay_bot.py URL TOKEN`."""

import sys

import httpx


def trade(server: httpx.Client) -> int:
    """Decide while time stands, every hundred moments of the market; gives the number of fills."""
    last = None
    while server.patch("/datafeed/replay", json={"step": 100}).json()["state"] != "ended":
        [quote] = server.get("/datafeed/quotes", params={"symbols": "BTCUSD"}).json()["items"]
        if last is not None and quote["last"] != last:
            side = "buy" if quote["last"] < last else "sell"
            order = {"symbol": "BTCUSD", "side": side, "type": "market", "quantity": "0.01"}
            server.post("/broker/orders", json=order).raise_for_status()
        last = quote["last"]
    return len(server.get("/broker/executions").json()["items"])


if __name__ == "__main__":
    url, token = sys.argv[1:]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=headers) as client:
        print(trade(client), "fills")  # noqa: T201
