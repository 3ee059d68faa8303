"""Threads that end together: what runs side by side in an execution, each with a chain of events of its own."""

import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from itertools import chain
from typing import Any

from local_cloud.ministack_adapter.history import follow, latest

#: Runs one branch. Returns its result, and the id of the event that ended it.
Branch = Callable[[], tuple[Any, int]]


# Like asyncio's CancelledError it is no error: no Retry and no Catch is to hear of it.
class Stopped(BaseException):
    """A branch ends because its execution was stopped, or because one beside it failed."""


class Group:
    """Branches of one execution, begun by the thread that makes it; the first that fails ends the others."""

    def __init__(self, execution: Any) -> None:
        self._execution = execution
        self._outer = _group.get()
        self._error: Exception | None = None
        self._last = latest()
        self._noting = threading.Lock()

    def is_over(self) -> bool:
        """Whether nothing more may begin in it."""
        stopped = self._execution["status"] != "RUNNING" or self._error is not None
        return stopped or (self._outer is not None and self._outer.is_over())

    def run(self, branches: Sequence[Branch], *, at_once: int) -> list[Any]:
        """Run branches, `at_once` of them side by side. Returns their results in their order.

        Raises what the first that failed has raised; Stopped where something else ended them.
        """
        results: list[Any] = [None] * len(branches)
        waiting = iter(range(at_once, len(branches)))

        def work(first: int) -> None:
            _group.set(self)
            for number in chain([first], waiting):
                if self.is_over():
                    return
                try:
                    results[number], last = branches[number]()
                except Stopped:
                    return
                except Exception as error:
                    self._note(latest(), error)
                    return
                self._note(last)

        threads = [
            # Daemons: a call that hangs keeps no process from ending.
            threading.Thread(target=copy_context().run, args=(work, number), daemon=True)
            for number in range(min(at_once, len(branches)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        follow(self._last)
        if self._error is not None:
            raise self._error
        if self.is_over():
            raise Stopped
        return results

    def _note(self, last: int, error: Exception | None = None) -> None:
        with self._noting:
            if self._error is None:
                self._last, self._error = last, error


#: The group this thread works for.
_group: ContextVar[Group | None] = ContextVar("group", default=None)


def is_over() -> bool:
    """Whether this thread is to begin nothing more."""
    group = _group.get()
    return group is not None and group.is_over()
