"""Cancellations that a library swallowed.

On Python 3.11 `asyncio.wait_for` returns a result that arrives together with a cancellation, and the cancellation is
gone (python/cpython#86296, mended in 3.12). PyMongo's async driver waits that way for every command it sends, so that a
cancelled task may simply go on. The task itself still knows that it was asked to stop.
"""

from __future__ import annotations

import asyncio


def heed_cancellation() -> None:
    """Raise `asyncio.CancelledError` if this task was cancelled and has not been told; call it before what counts."""
    task = asyncio.current_task()
    if task is not None and task.cancelling() > 0:
        raise asyncio.CancelledError
