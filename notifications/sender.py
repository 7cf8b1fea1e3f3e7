"""How a batch of messages leaves: one thread, one event loop, kept connections.

The rest of the service is synchronous; providers are not, because two thousand texts wait on the
network at once. The `Sender` is the bridge between the two.
"""

import asyncio
import threading
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from logging import getLogger
from types import TracebackType
from typing import Self

from notifications.messages import (
    Channel,
    Message,
    NotConfigured,
    NotificationError,
    Outcome,
    OutcomeKind,
    Reason,
    SenderClosed,
)
from notifications.providers import Provider

_log = getLogger(__name__)

_NOBODY = "none"


class Sender:
    """Sends batches through the providers it was given, each in its own time.

    `providers` is keyed by channel and by whether a message is an exercise. A provider that
    reaches people is refused for exercises, when the sender is built, unless
    `exercises_may_leave`; only then does an exercise without a provider of its own take the real
    one. A real message never takes the exercises' provider.

    `concurrency` is how many messages are under way at once, over all batches. `patience`
    (seconds) bounds one message, should a provider's own timeouts fail. The thread starts with
    the first batch, so building a sender before a fork is safe. Any thread may call it.
    """

    def __init__(
        self,
        providers: Mapping[tuple[Channel, bool], Provider],
        *,
        exercises_may_leave: bool = False,
        concurrency: int = 64,
        patience: float = 90.0,
        grace: float = 5.0,
    ) -> None:
        if not exercises_may_leave:
            _refuse_real_exercises(providers)
        self._providers = dict(providers)
        self._exercises_may_leave = exercises_may_leave
        self._patience = patience
        self._grace = grace
        self._slots = asyncio.Semaphore(concurrency)
        self._in_flight: set[asyncio.Task[Outcome]] = set()
        self._batches: set[asyncio.Task[object] | None] = set()
        self._stopping = asyncio.Event()
        self._lock = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def send_many(self, batch: Sequence[Message]) -> list[Outcome]:
        """Try to send each message once, all at the same time; outcomes in the batch's order.

        Waits until every message has its outcome. One message's trouble is that message's
        outcome, never an exception, and never touches the others. Raises `SenderClosed`, with
        nothing sent, after `close`.
        """
        messages = list(batch)
        with self._lock:
            if self._closed:
                raise SenderClosed
            if not messages:
                return []
            sending = asyncio.run_coroutine_threadsafe(self._send_all(messages), self._running())
        return sending.result()

    def close(self) -> None:
        """Stop taking batches, let what is under way finish for `grace` seconds, hang up.

        What had not begun comes back as temporary, what had to be cut off as unknown. Safe to
        call twice, and without ever having sent.
        """
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
            if loop is not None:
                loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            ready: Future[asyncio.AbstractEventLoop] = Future()
            self._thread = threading.Thread(
                target=lambda: asyncio.run(self._live(ready)), name="sender", daemon=True
            )
            self._thread.start()
            self._loop = ready.result()
        return self._loop

    async def _live(self, ready: "Future[asyncio.AbstractEventLoop]") -> None:
        ready.set_result(asyncio.get_running_loop())
        await self._stopping.wait()
        if self._in_flight:
            _, late = await asyncio.wait(self._in_flight, timeout=self._grace)
            for task in late:
                task.cancel()
        await asyncio.gather(*filter(None, self._batches))
        for provider in {id(each): each for each in self._providers.values()}.values():
            try:
                await provider.close()
            except Exception as problem:
                _report(provider.name, problem)

    async def _send_all(self, messages: list[Message]) -> list[Outcome]:
        tasks = [asyncio.ensure_future(self._send(message)) for message in messages]
        self._in_flight.update(tasks)
        batch = asyncio.current_task()
        self._batches.add(batch)
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            self._in_flight.difference_update(tasks)
            self._batches.discard(batch)

    async def _send(self, message: Message) -> Outcome:
        provider = self._provider(message)
        if provider is None:
            return Outcome(OutcomeKind.PERMANENT, _NOBODY, reason=Reason.NO_PROVIDER)
        begun = False
        try:
            async with self._slots:
                if self._stopping.is_set():
                    return Outcome(OutcomeKind.TEMPORARY, provider.name, reason=Reason.CLOSING)
                begun = True
                async with asyncio.timeout(self._patience):
                    return await provider.send(message)
        except NotificationError as refusal:
            return Outcome(OutcomeKind.PERMANENT, provider.name, reason=refusal.reason)
        except TimeoutError:
            return Outcome(OutcomeKind.UNKNOWN, provider.name, reason=Reason.TIMEOUT)
        except asyncio.CancelledError:
            # Only `_live` cancels, and it must hear an outcome rather than an exception.
            kind = OutcomeKind.UNKNOWN if begun else OutcomeKind.TEMPORARY
            return Outcome(kind, provider.name, reason=Reason.CLOSING)
        except Exception as problem:
            _report(provider.name, problem)
            return Outcome(OutcomeKind.UNKNOWN, provider.name, reason=Reason.FAULT)

    def _provider(self, message: Message) -> Provider | None:
        provider = self._providers.get((message.channel, message.exercise))
        if provider is None and message.exercise and self._exercises_may_leave:
            return self._providers.get((message.channel, False))
        return provider


def _refuse_real_exercises(providers: Mapping[tuple[Channel, bool], Provider]) -> None:
    for (channel, exercise), provider in providers.items():
        if exercise and provider.reaches_people:
            raise NotConfigured(
                f"Exercises may not leave this service, but “{provider.name}” would carry them"
                f" by {channel}."
            )


def _report(provider: str, problem: Exception) -> None:
    # The exception's own words may hold a number or a text, so only its kind and place are told.
    frames = traceback.extract_tb(problem.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    _log.error("Provider %s failed: %s at %s", provider, type(problem).__name__, place)
