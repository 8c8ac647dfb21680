"""The tempo: when the next letter may be offered, by the relay's wish and by our own limits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from wekelijks.domain.outcome import wait_before
from wekelijks.store.pace import Grant

_FIRST = timedelta(seconds=30)  # What `wait_before` begins with.

_log = structlog.get_logger()


class Tempo:
    """One sender's tempo, shared by its connections."""

    def __init__(
        self, ask: Callable[[], Awaitable[Grant]], *, first_wait: timedelta, chance: Callable[[], float]
    ) -> None:
        """`ask`: leave for some letters under the limits. `first_wait`: the first pause, doubling to 120 of it."""
        self._ask, self._chance = ask, chance
        self._scale = first_wait / _FIRST
        self._failures = 0
        self._resume_at = 0.0
        self._leaves = 0
        self._asking = asyncio.Lock()

    async def turn(self) -> None:
        """Wait until one more letter may be offered."""
        loop = asyncio.get_running_loop()
        async with self._asking:
            await asyncio.sleep(max(0.0, self._resume_at - loop.time()))
            while self._leaves <= 0:
                grant = await self._ask()
                self._leaves = grant.letters
                await asyncio.sleep(grant.wait.total_seconds())
            self._leaves -= 1

    def flows(self) -> None:
        """A letter was accepted: the next trouble is the first again."""
        self._failures = 0

    def slow_down(self, why: str) -> bool:
        """Let everybody wait; False when everybody waits already."""
        now = asyncio.get_running_loop().time()
        if now < self._resume_at:
            return False
        self._failures += 1
        wait = wait_before(self._failures, self._chance()).total_seconds() * self._scale
        self._resume_at = now + wait
        _log.warning("The sender slows down.", why=why, seconds=round(wait, 1))
        return True
