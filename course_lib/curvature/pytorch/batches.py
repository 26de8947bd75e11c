"""The batches that a reader passes, in one form: they can be read again and again, on one device."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from course_lib.curvature.pytorch import torch, trees

ROWS_OF_A_DATASET = 256  # a batch, where a data set comes without a loader


class Batches:
    """Reads batches in any form that a reader may pass.

    Parameters
    ----------
    given : iterable, Dataset, callable or one batch
        As for `course_lib.curvature.torch_models.torch_operator`.
    device : torch.device
        The device that every batch is moved to.
    """

    def __init__(self, given: Any, device: Any) -> None:
        self._source, self._device = _source(given), device
        self.drops_last = bool(getattr(given, "drop_last", False))

    def __iter__(self) -> Iterator[Any]:
        for batch in self._source:
            yield trees.to_device(batch, self._device)

    @property
    def in_memory(self) -> bool:
        """Whether the reader holds all batches in memory anyway."""
        return isinstance(self._source, (list, tuple))


class _Restarted:
    def __init__(self, start: Callable[[], Iterable]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[Any]:
        return iter(self._start())


def _source(given: Any) -> Iterable[Any]:
    data = torch.utils.data
    if isinstance(given, (torch.Tensor, np.ndarray, Mapping)) or _is_one_batch(given):
        return [given]
    if isinstance(given, data.IterableDataset):
        return data.DataLoader(given, ROWS_OF_A_DATASET)
    if isinstance(given, data.Dataset):
        return data.DataLoader(given, min(len(given), ROWS_OF_A_DATASET) or 1)
    if isinstance(given, Iterator):
        raise ValueError(
            "batches must be read for every product, but an iterator can be read only once: "
            "pass list(batches), a DataLoader, or the function that makes the iterator"
        )
    if callable(given) and not isinstance(given, Iterable):
        return _Restarted(given)
    if not isinstance(given, Iterable):
        raise ValueError(
            "batches must be a list of batches, a DataLoader, a Dataset or one batch (inputs, "
            f"targets), not {type(given).__name__}"
        )
    return given


def _is_one_batch(given: Any) -> bool:
    """Tell one batch (X, y) from a tuple of batches by its last part."""
    if not isinstance(given, tuple) or len(given) < 2:
        return False
    *_, last = given
    return isinstance(last, (torch.Tensor, np.ndarray)) or hasattr(last, "to_numpy") or last is None
