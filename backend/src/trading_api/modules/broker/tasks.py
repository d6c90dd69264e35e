"""Tasks with an owner: they are awaited at the end, and a failure does not go unnoticed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial


@asynccontextmanager
async def owned_tasks(
    on_failed: Callable[[BaseException], None], *loops: Coroutine[object, object, None]
) -> AsyncIterator[None]:
    """Run the coroutines while the block lasts; the handler hears of one that fails."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(partial(_report, on_failed))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(on_failed: Callable[[BaseException], None], task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        on_failed(error)
