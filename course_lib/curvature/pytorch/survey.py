"""The first pass over all batches: mean loss and gradient, weights of the batches, nothing random."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from course_lib.curvature.pytorch import checks, state, torch, trees, ways
from course_lib.curvature.pytorch.batches import Batches
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.pytorch.sharing import Processes
from course_lib.curvature.pytorch.suspects import operations

# Two losses that differ by so many times their rounding show a wrong weight of one in a hundred.
SEEN = 100
KINDS = 8  # of batches, at most, on which derivatives are checked

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
    kinds : list
        The first batch, and further ones that use other operations or reach other parameters.
    held : list of (count, batch), or None
        Copies of all batches, if they fit into memory.
    own_loss : float
        The sum of count times loss over the batches of this process alone.
    unreached : list of bool
        For each parameter, True if the loss does not depend on it.
    """

    loss: float
    gradient: Any
    total: float
    kinds: list[Any]
    held: list[tuple[float, Any]] | None
    own_loss: float
    unreached: list[bool]


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
    kinds, held = processes.run(lambda: _gone_through(source, mean, pairs, room))
    first = kinds[0]
    if processes.many:  # the last batch of each beside the first of the next
        device = parameters[0].device
        batch, count = processes.from_next((trees.to_device(first, "cpu"), loss.count(first)))
        batch = trees.to_device(batch, device)
        processes.run(lambda: pairs.check(batch, count, loss.value(batch)))
    else:
        pairs.finish(first)
    value, gradient, total, size = mean.over(processes)
    if not (np.isfinite(value) and bool(torch.isfinite(gradient).all())):
        norm = float(gradient.double().norm())
        raise ValueError(
            f"loss_fn must be finite with a finite gradient, but is {value:.6g} with a gradient of "
            f"norm {norm:.6g}: look for weights that have diverged, for inputs that lead to log(0), "
            "sqrt(0) or a division by 0, and for a batch whose targets are all ignored (ignore_index)"
        )
    again = _Mean(loss, parameters)
    processes.run(lambda: _gone_through(source, again, None, 0))
    found = value, gradient, total, size
    try:
        _refuse_what_differs(found, again.over(processes), source.drops_last)
    except ValueError:
        if processes.many or not _same_in_double(source, loss, parameters):
            raise
    return Survey(value, gradient, total, kinds, held, again.own_loss, mean.unreached)


def _same_in_double(source: Batches, loss: BatchLoss, parameters: Sequence[Any]) -> bool:
    """Tell whether only rounding in single precision lets two passes differ, as near a perfect fit."""
    if parameters[0].dtype == torch.float64:
        return False
    try:
        with checks.in_double(loss):
            means = [_Mean(loss, parameters) for _ in range(2)]
            for mean in means:
                for batch in source:
                    mean.add(checks.doubled(batch))
            one, two = (mean.over(Processes(False)) for mean in means)
            _refuse_what_differs(one, two, False)
    except (RuntimeError, ValueError, TypeError):
        return False
    return True


def _gone_through(source: Batches, mean: "_Mean", pairs: "_Pairs | None", room: int) -> Any:
    """Go through the batches once; return one of each kind, and all if they fit into `room`."""
    kinds: dict[Any, Any] = {}
    held: list[tuple[float, Any]] | None = []
    empty = True
    for given in source:
        empty = False
        # The reader may change the data later, and a loader may fill the same tensors again.
        batch = given if pairs is None else trees.copied(given)
        count, value, kind = mean.add(batch)
        if count == 0:
            continue
        if pairs is not None:
            if not kinds:
                _refuse_changed_inputs(given, batch)
            pairs.check(batch, count, value)
        if len(kinds) < KINDS:
            kinds.setdefault(kind, batch)
        if held is not None:
            held.append((1.0 if count is None else count, batch))
            room -= trees.num_bytes(batch)
            held = held if room >= 0 else None
    if empty and pairs is None:
        raise ValueError(
            "batches must be read again for every product, but the second time they were empty: "
            "they can be read only once. Pass list(batches), or the function that makes the iterator"
        )
    if not kinds:
        zero = "" if empty else ": all of them count 0"
        raise ValueError(f"batches must hold at least one example{zero}")
    return [*kinds.values()], held


def _refuse_changed_inputs(given: Any, batch: Any) -> None:
    """Refuse a model that has changed the tensors of a batch, which was a copy of the `given` one."""
    own, used = trees.tensors(given), trees.tensors(batch)
    if not state.unchanged(own, used):
        raise ValueError(
            "the model and loss_fn must leave the batch as it is, but one of them changes it in "
            "place: write x = x / 2 instead of x /= 2, and x = x.clone() before you assign to a part"
        )


class _Mean:
    def __init__(self, loss: BatchLoss, parameters: Sequence[Any]) -> None:
        self._loss, self._parameters = loss, parameters
        self._gradient = torch.zeros(
            sum(p.numel() for p in parameters),
            dtype=parameters[0].dtype,
            device=parameters[0].device,
        )
        self.own_loss, self._total, self._size = 0.0, 0.0, 0.0
        self._reached = [False] * len(parameters)

    def add(self, batch: Any) -> tuple[float | None, float, Any]:
        """Add a batch. Return its count (None if only the caller can know it), its loss and kind.

        The kind says which operations it takes, and which parameters it reaches.
        """
        count = self._loss.count(batch)
        weight = 1.0 if count is None else count
        if weight == 0:
            return count, 0.0, None
        loss = self._loss(batch)
        value, place = float(loss.detach()), 0
        slopes: Sequence[Any] = [None] * len(self._parameters)
        try:
            if loss.requires_grad:  # other batches may need these parameters
                slopes = torch.autograd.grad(loss, self._parameters, allow_unused=True)
            for p, part in zip(self._parameters, slopes, strict=True):
                if part is not None:
                    here = self._gradient[place : place + p.numel()]
                    here.add_(part.reshape(-1), alpha=weight)
                place += p.numel()
        except RuntimeError as error:
            raise checks.not_differentiable(self._loss, batch, error) from error
        self.own_loss += weight * value
        self._total += weight
        parts = [float(part.norm()) for part in slopes if part is not None]
        self._size += weight * float(np.linalg.norm(parts))
        reached = tuple(part is not None for part in slopes)
        self._reached = [a or b for a, b in zip(self._reached, reached, strict=True)]
        return count, value, (operations(loss), reached)

    def over(self, processes: Processes) -> tuple[float, Any, float, float]:
        """Return loss, gradient, total count and mean length of a batch's gradient over all processes."""
        value, total, size = processes.sum_of(self.own_loss, self._total, self._size)
        self.unreached = [not number for number in processes.sum_of(*self._reached)]
        if total == 0:
            raise ValueError("batches must hold at least one example: all of them count 0")
        if all(self.unreached):
            raise ValueError(UNREACHED)
        return value / total, processes.sum(self._gradient).div_(total), total, size / total


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
        counts = np.array(numbers)
        try:
            rows: Any = (self._loss.rows(before[0]), self._loss.rows(batch))
            joint = trees.joined(before[0], batch, [numbers, rows])
            losses = [before[2], value, self._loss.value(joint)]
        except Exception as error:  # not every model takes twice as many
            if not self._loss.count_is_given:
                self._refuse(
                    batch,
                    f"{these} cannot be joined to check their weights "
                    f"({type(error).__name__}: {error})",
                    True,
                )
            self._doubt_by_halves(batch, count, value)
            return
        if not np.isfinite(losses[2]):
            return
        try:
            found = self._contradiction((before[0], batch, joint), counts, losses)
        except RuntimeError as error:
            raise checks.not_differentiable(self._loss, batch, error) from error
        if found is None:
            return
        kind, values, together, allowed = found
        if self._loss.count_is_given:
            self._doubt(these, kind, counts, values, together)
            return
        again, rounding = self._loss.value(batch), torch.finfo(_dtype(self._loss)).eps ** 0.5
        if abs(again - value) > rounding * (abs(value) + abs(again)):  # or the mean gets the blame
            raise ValueError(_random(value, again))
        text = (
            f"{these} have the {kind} {values[0]:.6g} and {values[1]:.6g}, and both together "
            f"{together:.6g}"
        )
        if abs(together - values.sum()) <= allowed:
            raise ValueError(
                f"loss_fn must be a mean over examples, but {text}: it is a sum. Take the mean, "
                "reduction='mean'"
            )
        expected = counts @ values / counts.sum()
        self._refuse(batch, f"{text}, but the mean weighted by examples is {expected:.6g}")

    def _contradiction(self, batches: tuple, counts: Any, losses: list[float]) -> tuple | None:
        """Return what contradicts the counts of two batches, or None.

        The batches are the two and both together. What contradicts is its kind, its two values, its
        value for both together, and what rounding may do. Losses that are nearly equal would hide a
        wrong count, so there the derivatives of the losses in one direction are compared.
        """
        rounding = torch.finfo(_dtype(self._loss)).eps ** 0.5
        values, together = np.array(losses[:2]), losses[2]
        allowed = rounding * (abs(values).max() + abs(together))
        kind = "losses"
        if abs(together - counts @ values / counts.sum()) <= allowed:
            if abs(values[0] - values[1]) > SEEN * allowed:
                return None
            kind = "directional derivatives"
            values, together, allowed = self._slopes(batches)
            if abs(together - counts @ values / counts.sum()) <= allowed:
                return None
        if _dtype(self._loss) == torch.float64:
            return kind, values, together, allowed
        try:  # rounding may be all that is left of a loss, or of a gradient, that is nearly zero
            with checks.in_double(self._loss):
                wide = tuple(map(checks.doubled, batches))
                return self._contradiction(wide, counts, list(map(self._loss.value, wide)))
        except (RuntimeError, ValueError, TypeError):  # not every model can be computed in double
            return kind, values, together, allowed

    def _slopes(self, batches: tuple) -> tuple[Any, float, float]:
        """Return the slopes of three losses along one direction, the third apart, and a bound.

        The direction is that in which the first two gradients differ most. The bound is what rounding
        may do.
        """
        parameters = [p for p in self._loss.model.parameters() if p.requires_grad]
        slopes = []
        for batch in batches:
            parts = ways.gradient(self._loss(batch), parameters)
            slopes.append(torch.cat([part.detach().reshape(-1) for part in parts]))
        along = slopes[0] - slopes[1]
        along /= along.norm().clamp_min(torch.finfo(along.dtype).tiny)
        rounding = torch.finfo(along.dtype).eps ** 0.5 * sum(float(s.norm()) for s in slopes)
        one, two, joint = (float(s @ along) for s in slopes)
        return np.array([one, two]), joint, rounding

    def finish(self, first: Any) -> None:
        """Warn if a single batch, which has no other to be compared with, has a sum as its loss."""
        half = int(self._loss.rows(first) or 0) // 2
        if self._number != 1 or self._before is None or not half:
            return
        value = self._before[2]
        try:
            cut = [trees.rows(first, s) for s in (slice(half), slice(half, None))]
            values = np.array([self._loss.value(part) for part in cut])
        except Exception:  # not every batch can be cut
            return
        if value and np.isclose(value, values.sum(), rtol=1e-5, atol=0):
            warnings.warn(
                f"the halves of the batch have the losses {values[0]:.6g} and {values[1]:.6g}, the "
                f"whole {value:.6g}: loss_fn is a sum, and every eigenvalue grows with the number "
                "of examples. It is taken as it is; if the mean is meant, reduction='mean'",
                stacklevel=2,
            )

    def _doubt(self, these: str, kind: str, counts: Any, values: Any, together: float) -> None:
        """Warn, once, if a joint value lies between two values, but not where the counts put it.

        This is only a warning, because examples that act on one another may give such a loss, too.
        """
        if self._doubted:
            return
        if np.isclose(together, values.sum(), rtol=1e-5, atol=0):
            self._warn_of_a_sum(f"{these} have the {kind}", values, "and both together", together)
            return
        share = (together - values[1]) / (values[0] - values[1]) if values[0] != values[1] else 2.0
        if not 0 < share < 1:
            return
        self._doubted = True
        warnings.warn(
            f"count gives {these} the weights {counts[0]:g} and {counts[1]:g}, but their {kind} show "
            f"that the first has {share:.1%} of the weight, not {counts[0] / counts.sum():.1%}. count "
            "is used as it is; is it what loss_fn divides by?",
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
            values = np.array([self._loss.value(part) for part in cut])
            numbers: Any = [self._loss.count(part) for part in cut]
        except Exception:  # not every batch can be cut
            return
        counts, rounding = np.array(numbers), torch.finfo(_dtype(self._loss)).eps ** 0.5
        if np.isclose(value, values.sum(), rtol=1e-5, atol=0):
            self._warn_of_a_sum(
                "the halves of a batch have the losses", values, "and the whole batch", value
            )
            return
        if not (isinstance(batch, Mapping) and np.isclose(counts.sum(), count)):
            return
        if abs(counts @ values / count - value) > rounding * (abs(values).max() + abs(value)):
            self._doubt("the halves of a batch", "losses", counts, values, value)

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
            f"loss_fn must be a mean over examples, or count=… must give the weight of a batch: {why}. "
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
    (before, slope, examples, size), (value, gradient, total, _) = first, again
    tolerance = torch.finfo(slope.dtype).eps ** 0.5
    same = np.isclose(value, before, rtol=tolerance, atol=tolerance * 1e-3)
    # At a minimum the gradients of the batches cancel, and leave what rounding has left of them.
    same = same and float((gradient - slope).norm()) <= tolerance * size
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
