"""The first pass over all batches: mean loss and gradient, weights of the batches, nothing random."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from course_lib.curvature.pytorch import checks, torch, trees
from course_lib.curvature.pytorch.batches import Batches
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.pytorch.sharing import Processes

UNREACHED = (
    "the loss must depend on the model's parameters, but PyTorch sees no way from it to them: look "
    "for torch.no_grad, detach, .item(), or NumPy inside the model or loss_fn, for another model "
    "that loss_fn calls in place of its argument, or for parameters=… that the loss does not use"
)


@dataclass(frozen=True)
class Survey:
    """The result of the survey: the mean over all batches of all processes, and the batches.

    Attributes
    ----------
    loss : float
    gradient : torch.Tensor of shape (P,)
    total : float
        The sum of the counts of all batches.
    first : object
        The first batch.
    held : list of (count, batch), or None
        All batches, if they fit into memory.
    """

    loss: float
    gradient: Any
    total: float
    first: Any
    held: list[tuple[float, Any]] | None


def surveyed(
    source: Batches,
    loss: BatchLoss,
    parameters: Sequence[Any],
    room: int,
    processes: Processes,
) -> Survey:
    """Go through all batches twice and return a `Survey`, or refuse a loss that is not a mean over them.

    Raises
    ------
    ValueError
        If there are no batches, if they differ in the second pass, if the loss is not finite or not
        the same again, or if the count of a batch is not known.
    MemoryError
        If a batch and what its second derivative needs do not fit into memory.
    """
    mean, pairs = _Mean(loss, parameters), _Pairs(loss)
    first, held = processes.run(lambda: _gone_through(source, mean, pairs, room))
    if processes.many:  # the last batch of each beside the first of the next
        device = parameters[0].device
        batch, count = processes.from_next((trees.to_device(first, "cpu"), loss.count(first)))
        batch = trees.to_device(batch, device)
        processes.run(lambda: pairs.check(batch, count, _value(loss, batch)))
    else:
        pairs.finish(first)
    value, gradient, total = mean.over(processes)
    if not (np.isfinite(value) and bool(torch.isfinite(gradient).all())):
        norm = float(gradient.double().norm())
        raise ValueError(
            f"loss_fn must be finite with a finite gradient, but is {value:.6g} with a gradient of "
            f"norm {norm:.6g}: look for weights that have diverged, and for inputs that lead to "
            "log(0), sqrt(0) or a division by 0"
        )
    again = _Mean(loss, parameters)
    processes.run(lambda: _gone_through(source, again, None, 0))
    _refuse_what_differs((value, gradient, total), again.over(processes), source.drops_last)
    return Survey(value, gradient, total, first, held)


def _gone_through(source: Batches, mean: "_Mean", pairs: "_Pairs | None", room: int) -> Any:
    """Go through the batches once; return the first, and all of them if they fit into `room`."""
    first: Any = None
    held: list[tuple[float, Any]] | None = []
    empty = True
    for batch in source:
        empty = False
        count, value = mean.add(batch)
        if count == 0:
            continue
        first = batch if first is None else first
        if pairs is not None:
            pairs.check(batch, count, value)
        if held is not None:
            held.append((1.0 if count is None else count, batch))
            room -= 0 if source.in_memory else trees.num_bytes(batch)
            held = held if room >= 0 else None
    if empty and pairs is None:
        raise ValueError(
            "batches must be read again for every product, but the second time they were empty: "
            "they can be read only once. Pass list(batches), or the function that makes the iterator"
        )
    if first is None:
        zero = "" if empty else ": all of them count 0"
        raise ValueError(f"batches must hold at least one example{zero}")
    return first, held


def _value(loss: BatchLoss, batch: Any) -> float:
    with torch.no_grad():
        return float(loss(batch))


class _Mean:
    def __init__(self, loss: BatchLoss, parameters: Sequence[Any]) -> None:
        self._loss, self._parameters = loss, parameters
        self._gradient = torch.zeros(
            sum(p.numel() for p in parameters),
            dtype=parameters[0].dtype,
            device=parameters[0].device,
        )
        self._value, self._total = 0.0, 0.0
        self._reached = False

    def add(self, batch: Any) -> tuple[float | None, float]:
        """Add a batch, and return its count (None if only the caller can know it) and its loss."""
        count = self._loss.count(batch)
        weight = 1.0 if count is None else count
        if weight == 0:
            return count, 0.0
        loss = self._loss(batch)
        if not loss.requires_grad:
            raise ValueError(UNREACHED)
        value, place = float(loss.detach()), 0
        try:
            for p, part in zip(
                self._parameters,
                torch.autograd.grad(loss, self._parameters, allow_unused=True),
                strict=True,
            ):
                if part is not None:
                    here = self._gradient[place : place + p.numel()]
                    here.add_(part.reshape(-1), alpha=weight)
                    self._reached = True
                place += p.numel()
        except RuntimeError as error:
            raise checks.not_differentiable(self._loss, batch, error) from error
        self._value += weight * value
        self._total += weight
        return count, value

    def over(self, processes: Processes) -> tuple[float, Any, float]:
        """Return loss, gradient and total count over all processes."""
        value, total, reached = processes.sum_of(self._value, self._total, float(self._reached))
        if total == 0:
            raise ValueError("batches must hold at least one example: all of them count 0")
        if not reached:
            raise ValueError(UNREACHED)
        return value / total, processes.sum(self._gradient).div_(total), total


class _Pairs:
    """Refuses a batch if its joint loss with the batch before is not the weighted mean of both losses.

    Along the chain of all batches, this determines the weights up to a factor.
    """

    def __init__(self, loss: BatchLoss) -> None:
        self._loss, self._number = loss, 0
        self._before: tuple | None = None
        self._doubted, self._halved = False, False

    def check(self, batch: Any, count: float | None, value: float) -> None:
        before, self._before = self._before, (batch, count, value)
        self._number += 1
        if before is None:
            return
        these = f"batches {self._number - 2} and {self._number - 1}"
        if count is None or before[1] is None:
            self._refuse(batch, f"nothing in {these} says how many examples they hold")
        numbers: Any = (before[1], count)
        counts, values = np.array(numbers), np.array([before[2], value])
        try:
            rows: Any = (self._loss.rows(before[0]), self._loss.rows(batch))
            together = _value(self._loss, trees.joined(before[0], batch, [numbers, rows]))
        except (ValueError, RuntimeError, TypeError, IndexError) as error:
            if not self._loss.count_is_given:
                self._refuse(
                    batch, f"{these} cannot be joined to see what each counts ({error})", True
                )
            self._doubt_by_halves(batch, count, value)
            return
        expected = counts @ values / counts.sum()
        rounding = torch.finfo(_dtype(self._loss)).eps ** 0.5
        allowed = rounding * (abs(values).max() + abs(together))
        if abs(together - expected) <= allowed or not np.isfinite(together):
            return
        if self._loss.count_is_given:
            self._doubt(these, counts, values, together)
            return
        again = _value(self._loss, batch)
        if abs(again - value) > allowed:  # else the blame would fall on the mean
            raise ValueError(_random(value, again))
        found = (
            f"{these} have the losses {values[0]:.6g} and {values[1]:.6g}, together {together:.6g}"
        )
        if abs(together - values.sum()) <= allowed:
            raise ValueError(
                f"loss_fn must be a mean over examples, but {found}: it is a sum. Take the mean, "
                "reduction='mean'"
            )
        self._refuse(batch, f"{found}, but their mean by examples is {expected:.6g}")

    def finish(self, first: Any) -> None:
        """Warn if a single batch, which has no other to be compared with, has a sum as its loss."""
        half = int(self._loss.rows(first) or 0) // 2
        if self._number != 1 or self._before is None or not half:
            return
        value = self._before[2]
        try:
            cut = [trees.rows(first, s) for s in (slice(half), slice(half, None))]
            values = np.array([_value(self._loss, part) for part in cut])
        except Exception:  # not every batch can be cut
            return
        if value and np.isclose(value, values.sum(), rtol=1e-5, atol=0):
            warnings.warn(
                f"the halves of the batch have the losses {values[0]:.6g} and {values[1]:.6g}, the "
                f"whole {value:.6g}: loss_fn is a sum, and every eigenvalue grows with the number "
                "of examples. It is taken as it is; if the mean is meant, reduction='mean'",
                stacklevel=2,
            )

    def _doubt(self, these: str, counts: Any, values: Any, together: float) -> None:
        """Warn, once, if a joint loss lies between two losses, but not where the counts put it.

        This is only a warning, because examples that act on one another may give such a loss, too.
        """
        if self._doubted:
            return
        if np.isclose(together, values.sum(), rtol=1e-5, atol=0):
            self._warn_of_a_sum(f"{these} have the losses", values, "together", together)
            return
        share = (together - values[1]) / (values[0] - values[1]) if values[0] != values[1] else 2.0
        if not 0 < share < 1:
            return
        self._doubted = True
        warnings.warn(
            f"count says that {these} count {counts[0]:g} and {counts[1]:g}, but their losses say "
            f"that the first has {share:.1%} of both, not {counts[0] / counts.sum():.1%}. Count is "
            "taken as it is; is it what loss_fn divides by?",
            stacklevel=2,
        )

    def _doubt_by_halves(self, batch: Any, count: float, value: float) -> None:
        """Warn, once, if the losses of a batch's halves add up to its own, or contradict the count.

        The count is checked only for dicts, such as those of Hugging Face, because only there are
        the examples surely the first dimension. It is checked only if the counts of the halves add
        up to that of the batch; a count of 1 per batch does not.
        """
        half = int(self._loss.rows(batch) or 0) // 2
        if self._halved or self._doubted or not half:
            return
        self._halved = True  # one batch tells
        try:
            cut = [trees.rows(batch, s) for s in (slice(half), slice(half, None))]
            values = np.array([_value(self._loss, part) for part in cut])
            numbers: Any = [self._loss.count(part) for part in cut]
        except Exception:  # not every batch can be cut
            return
        counts, rounding = np.array(numbers), torch.finfo(_dtype(self._loss)).eps ** 0.5
        if np.isclose(value, values.sum(), rtol=1e-5, atol=0):
            self._warn_of_a_sum("the halves of a batch have the losses", values, "the whole", value)
            return
        if not (isinstance(batch, Mapping) and np.isclose(counts.sum(), count)):
            return
        if abs(counts @ values / count - value) > rounding * (abs(values).max() + abs(value)):
            self._doubt("the halves of a batch", counts, values, value)

    def _warn_of_a_sum(self, which: str, values: Any, both: str, together: float) -> None:
        self._doubted = True
        warnings.warn(
            f"count says how to take the mean of losses that are means themselves, but {which} "
            f"{values[0]:.6g} and {values[1]:.6g}, {both} {together:.6g}: it is a sum, and every "
            "eigenvalue grows with the size of a batch. Take the mean, reduction='mean'",
            stacklevel=2,
        )

    def _refuse(self, batch: Any, why: str, apart: bool = False) -> NoReturn:
        hints = [
            "Weights of classes: count=lambda batch: weight[batch[1]].sum(). Padded tokens: "
            "count=lambda batch: (batch[1] != -100).sum()"
        ]
        if isinstance(batch, Mapping):
            hints = [
                'Padded tokens: count=lambda batch: (batch["labels"] != -100).sum(), and '
                '(batch["labels"][:, 1:] != -100).sum() where the model shifts the labels itself'
            ]
        elif isinstance(batch, (tuple, list)) and _time_first(*batch[:2]):
            hints.insert(0, "Time first: count=lambda batch: batch[0].shape[1]")
        if apart and not isinstance(batch, Mapping) and _one_target_each(batch):
            hints.insert(0, "One target for each example: count=lambda batch: len(batch[-1])")
        modules = self._loss.model.modules()
        if any(getattr(m, "track_running_stats", True) is False for m in modules):
            hints.insert(0, "A layer normalizes by the batch, for want of running statistics")
        raise ValueError(
            f"loss_fn must be a mean over examples, or count=… say what a batch counts: {why}. "
            f"{'. '.join(hints)}. Where examples of a batch act on one another, "
            "count=lambda batch: 1 takes the plain mean over batches"
        )


def _dtype(loss: BatchLoss) -> Any:
    return next(p.dtype for p in loss.model.parameters() if p.is_floating_point())


def _one_target_each(batch: Any) -> bool:
    """Tell whether the last part of a batch seems to be its targets, one for each example."""
    last = batch[-1] if isinstance(batch, (tuple, list)) and batch else None
    return isinstance(last, torch.Tensor) and last.ndim == 1


def _time_first(inputs: Any, targets: Any) -> bool:
    """Tell whether inputs can have the shape (time, examples, …)."""
    if not (isinstance(inputs, torch.Tensor) and isinstance(targets, torch.Tensor)):
        return False
    return inputs.ndim > 2 and targets.ndim > 0 and inputs.shape[1] in targets.shape[:2]


def _refuse_what_differs(first: tuple, again: tuple, drops_last: bool) -> None:
    (before, slope, examples), (value, gradient, total) = first, again
    tolerance = torch.finfo(slope.dtype).eps ** 0.5
    same = np.isclose(value, before, rtol=tolerance, atol=tolerance * 1e-3)
    same = same and float((gradient - slope).abs().max()) <= tolerance * float(slope.abs().max())
    if same and np.isclose(total, examples, rtol=1e-6):
        return
    raise ValueError(_random(before, value, drops_last))


def _random(before: float, value: float, drops_last: bool = False) -> str:
    why = "F.dropout without training=self.training, or random numbers in loss_fn or the loader"
    if drops_last:
        why = "a loader that leaves out other examples each time; pass drop_last=False to it"
    return (
        f"the loss must be the same whenever it is computed, but was {before:.9g} and then "
        f"{value:.9g}: something random is left, such as {why}. Give the data without augmentation, or "
        "list(loader), which draws the batches once"
    )
