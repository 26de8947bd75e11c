"""One operator over several processes, each with its own batches: `torch.distributed`."""

from collections.abc import Callable
from typing import Any

from course_lib.curvature.pytorch import torch


class Processes:
    """All processes that share the batches; only this one if `distributed` is False.

    All of them must make every call that sums or compares. If a process is lost, the others end
    with a ValueError.
    """

    def __init__(self, distributed: bool) -> None:
        if distributed and not (
            torch.distributed.is_available() and torch.distributed.is_initialized()
        ):
            raise ValueError(
                "distributed=True needs the processes to know one another: start the script with "
                "torchrun --nproc-per-node 2, and call torch.distributed.init_process_group() first"
            )
        self._number = torch.distributed.get_world_size() if distributed else 1
        self.many = self._number > 1

    def sum(self, tensor: Any) -> Any:
        """Add up a tensor over all processes, in place, and return it."""
        if self.many:
            self._together(torch.distributed.all_reduce, tensor)
        return tensor

    def sum_of(self, *numbers: float) -> tuple[float, ...]:
        """Return the sums of numbers over all processes."""
        if not self.many:
            return numbers
        return tuple(sum(row) for row in zip(*self._gathered(numbers), strict=True))

    def least(self, number: int) -> int:
        """Return the smallest of all processes' numbers."""
        return min(self._gathered(number)) if self.many else number

    def same(self, tensor: Any) -> Any:
        """Return the first process's tensor, because rounding could make the others differ."""
        if self.many:
            self._together(torch.distributed.broadcast, tensor, 0)
        return tensor

    def run(self, work: Callable[[], Any]) -> Any:
        """Return work(), or raise its error in all processes, so that none waits for one that stopped."""
        if not self.many:
            return work()
        result, error, message = None, None, None
        try:
            result = work()
        except Exception as stop:
            error, message = stop, f"{type(stop).__name__}: {stop}"
        messages = self._gathered(message)
        if error is not None:
            raise error
        for rank, other in enumerate(messages):
            if other is not None:
                raise ValueError(f"process {rank} stopped: {other}")
        return result

    def from_next(self, thing: Any) -> Any:
        """Return the `thing` of the next process; after the last process comes the first."""
        return self._gathered(thing)[(torch.distributed.get_rank() + 1) % self._number]

    def _gathered(self, thing: Any) -> list:
        found = [None] * self._number
        self._together(torch.distributed.all_gather_object, found, thing)
        return found

    def _together(self, call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except RuntimeError as error:
            raise ValueError(f"another process was lost, or took too long: {error}") from error
