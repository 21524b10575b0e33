"""Token buckets by key, in bounded memory: the key that was quiet for longest is forgotten first."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MAX_KEYS: Final = 10_000
SECONDS_PER_MINUTE: Final = 60.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    seen_at_s: float


class RateLimiter:
    """Lets a key pass so often per minute, with bursts up to the same number. Counts in this process alone."""

    def __init__(
        self, per_minute: int, *, max_keys: int = MAX_KEYS, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock_s` counts seconds and never goes back."""
        self._capacity = float(per_minute)
        self._per_second = per_minute / SECONDS_PER_MINUTE
        self._max_keys = max_keys
        self._clock_s = clock_s
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one token of `key`. Returns 0.0 where it may pass, else the seconds until it may."""
        now_s = self._clock_s()
        bucket = self._buckets.pop(key, None) or _Bucket(self._capacity, now_s)
        bucket.tokens = min(self._capacity, bucket.tokens + (now_s - bucket.seen_at_s) * self._per_second)
        bucket.seen_at_s = now_s
        self._buckets[key] = bucket
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1.0:
            return (1.0 - bucket.tokens) / self._per_second
        bucket.tokens -= 1.0
        return 0.0

    def __len__(self) -> int:
        return len(self._buckets)
