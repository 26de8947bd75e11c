"""The loss of one batch, in either form that a reader may write, and the weight of the batch."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_lib.curvature.pytorch import torch, trees

FORMS = (
    "give batches of (inputs, targets), or a loss_fn(model, batch) whose first argument is named "
    "model, such as lambda model, batch: model(**batch).loss"
)

FULL = "a batch and what its second derivative needs must fit into memory: give smaller batches"


def is_full(error: Exception) -> bool:
    """Tell whether an error of PyTorch means that a GPU or the machine ran out of memory."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


class BatchLoss:
    """The map batch ↦ its loss as a tensor, with messages in the reader's terms, and batch ↦ its count.

    Parameters
    ----------
    model, loss_fn, count
        As in `course_lib.curvature.torch_models.torch_operator`.
    """

    def __init__(self, model: Any, loss_fn: Callable[..., Any], count: Any) -> None:
        if not callable(loss_fn):
            raise ValueError(f"loss_fn must be a function, not {type(loss_fn).__name__}")
        if isinstance(loss_fn, type):
            name = loss_fn.__name__
            raise ValueError(
                f"loss_fn must be a function, not the class {name}: make one, {name}()"
            )
        self.model, self.loss_fn, self._count = model, loss_fn, count
        self.takes_model = _takes_model(loss_fn)

    def __call__(self, batch: Any) -> Any:
        """Return the loss of a batch, a tensor of one number."""
        batch = trees.mapped(
            lambda leaf: leaf, batch
        )  # to which loss_fn may add, or from which pop
        if self.takes_model:
            return self._checked(lambda: self.loss_fn(self.model, batch), batch)
        inputs, targets = self._parts(batch)
        outputs = self._checked(lambda: _outputs(self.model, inputs), batch, scalar=False)
        if isinstance(targets, torch.Tensor) and isinstance(outputs, torch.Tensor):
            self._refuse_a_column(outputs, targets)
        return self._checked(lambda: self.loss_fn(outputs, targets), batch, outputs)

    @property
    def count_is_given(self) -> bool:
        """Whether the caller passed a count, which is then used as it is."""
        return self._count is not None

    def count(self, batch: Any) -> float | None:
        """Return the weight of a batch in the mean, or None if only the caller can know it."""
        if self._count is None:
            return self.rows(batch)
        try:
            value = self._count(batch) if callable(self._count) else batch[self._count]
            counts = torch.as_tensor(value)
            value = float(counts.sum())
        except (KeyError, IndexError, TypeError, ValueError) as error:
            what = f"{type(error).__name__}: {error}"
            given = "the function" if callable(self._count) else repr(self._count)
            raise ValueError(
                "count must be a function of a batch, or the key or place of a column in it, which "
                f"is summed; on {_kind(batch)} {given} raised {what}"
            ) from error
        seen = callable(self._count) or self.takes_model
        if not seen and counts.numel() > 1 and bool((counts != counts.flatten()[0]).any()):
            raise ValueError(
                f"count={self._count!r} must be a column that is constant in each batch, because "
                "loss_fn(outputs, targets) does not receive it. If each example has its own weight, "
                "give a loss_fn(model, batch) that uses the weights"
            )
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(
                f"count must be 0 or more for every batch, not {value:g}: give the weight of a batch, "
                "such as the number of its examples or its tokens that are not padded"
            )
        return value

    def value(self, batch: Any) -> float:
        """Return the loss of a batch as a number."""
        try:
            with torch.no_grad():  # takes less memory
                return float(self(batch))
        except (RuntimeError, ValueError) as error:
            if "does not require grad" not in str(error):
                raise
        return float(self(batch).detach())  # the loss itself holds a gradient, such as a force

    def parts_of_loss_fn(self) -> list[Any]:
        """Return the tensors that the loss itself holds, such as class weights."""
        module: Any = self.loss_fn
        if not isinstance(module, torch.nn.Module):
            return []
        return [*module.parameters(), *module.buffers()]

    def rows(self, batch: Any) -> float | None:
        """Return how many examples a batch seems to hold, or None if that cannot be seen."""
        if not self.takes_model:
            _, targets = self._parts(batch)
            if isinstance(targets, torch.Tensor) and targets.ndim:
                return len(targets)
        lengths = {len(tensor) for tensor in trees.tensors(batch)}
        return lengths.pop() if len(lengths) == 1 else None

    def _parts(self, batch: Any) -> tuple[Any, Any]:
        wanted = "a batch must be (inputs, targets)"
        if isinstance(batch, (tuple, list)) and len(batch) == 2:
            return batch[0], batch[1]
        if isinstance(batch, (tuple, list)):
            place = self._count if isinstance(self._count, int) else None
            if len(batch) == 3 and place in (2, -1):
                return batch[0], batch[1]
            if len(batch) == 1:
                raise ValueError(f"{wanted}, but has one part; for an autoencoder give (x, x)")
            raise ValueError(
                f"{wanted}, but has {len(batch)} parts. If several are inputs, give ((x1, x2), "
                "targets). If there are three and the third is the weight of the batch, pass count=2. "
                "Otherwise give a loss_fn(model, batch) whose first argument is named model"
            )
        raise ValueError(f"{wanted}, not {_kind(batch)}: {FORMS}")

    def _refuse_a_column(self, outputs: Any, targets: Any) -> None:
        """Refuse (N, 1) together with (N,), which PyTorch would broadcast to N × N.

        The loss is tried with outputs that equal the targets. If it compares each output with its
        own target, it changes when the targets move on by a place. If it pairs each with each, it
        does not.
        """
        column, row = sorted((outputs, targets), key=lambda t: -t.ndim)
        paired = column.ndim == row.ndim + 1 and column.shape == (*row.shape, 1)
        if not (paired and row.ndim and row.is_floating_point()):
            return
        alike = targets.to(outputs.dtype).reshape(outputs.shape)
        places = [dim for dim, length in enumerate(targets.shape) if length > 1]
        try:
            with torch.no_grad():
                loss, all_the_first, *moved = (
                    float(self.loss_fn(alike, t))
                    for t in (
                        targets,
                        targets.flatten()[0].expand_as(targets),
                        *(targets.roll(1, dim) for dim in places),
                    )
                )
        except Exception:
            return  # the loss itself will say what it does not like
        if np.isclose(loss, all_the_first, rtol=1e-5, atol=0):
            return  # the targets are all alike, or do not count
        if np.isclose(loss, moved, rtol=1e-5, atol=0).any():
            raise ValueError(
                f"the model returns {tuple(outputs.shape)} but targets are {tuple(targets.shape)}: "
                "PyTorch would pair each with each. Give targets[:, None], or take outputs[:, 0]"
            )

    def _checked(
        self, compute: Callable[[], Any], batch: Any, outputs: Any = None, *, scalar: bool = True
    ) -> Any:
        try:
            value = compute()
        except (RuntimeError, TypeError, AttributeError, IndexError, KeyError) as error:
            if is_full(error):
                raise MemoryError(f"{FULL} ({error})") from error
            reason = self._reason(error, batch, outputs)
            if reason is None:
                raise
            raise ValueError(f"{reason} ({type(error).__name__}: {error})") from error
        if not scalar:
            return value
        if not isinstance(value, torch.Tensor) or value.numel() != 1 or value.ndim > 1:
            shape = value.shape if hasattr(value, "shape") else type(value).__name__
            mean = ": take the mean, reduction='mean'" if hasattr(value, "shape") else ""
            raise ValueError(f"loss_fn must return one number as a tensor, not {shape}{mean}")
        if value.is_complex():
            raise ValueError(f"loss_fn must return a real number, not {value.dtype}")
        return value.reshape(())

    def _takes_targets_first(self, error: Exception, batch: Any, outputs: Any) -> bool:
        """Return whether a loss that does not exist for the targets' dtype exists the other way."""
        if not isinstance(error, NotImplementedError):
            return False
        try:
            value = self.loss_fn(self._parts(batch)[1], outputs)
        except Exception:  # then something else is not implemented
            return False
        return isinstance(value, torch.Tensor) and value.numel() == 1

    def _reason(self, error: Exception, batch: Any, outputs: Any) -> str | None:
        """Say in the reader's terms why a model or a loss failed, or return None if unknown."""
        text = str(error)
        first = next(p for p in self.model.parameters() if p.is_floating_point())
        model_dtype = first.dtype
        held = [t for t in self.parts_of_loss_fn() if t.is_floating_point()]
        if "device" in text and any(t.device != first.device for t in held):
            return (
                f"loss_fn holds weights on {held[0].device} but the model is on {first.device}: move "
                f'them, loss_fn.to("{first.device}")'
            )
        about_types = any(word in text for word in ("dtype", "scalar type", "cast to", "Float"))
        if outputs is not None and self._takes_targets_first(error, batch, outputs):
            return (
                "loss_fn takes the targets first, but is called as loss_fn(model(inputs), targets): "
                "pass lambda outputs, targets: criterion(targets, outputs)"
            )
        if about_types and any(t.dtype != model_dtype for t in held):
            kind = str(model_dtype).removeprefix("torch.")
            return (
                f"loss_fn holds weights in {held[0].dtype} but the model is in {model_dtype}: "
                f"convert them, loss_fn.to(torch.{kind})"
            )
        if about_types:
            kinds = " and ".join(sorted({str(t.dtype) for t in trees.tensors(batch)}))
            return (
                f"the model in {model_dtype} and its loss do not take a batch in {kinds}: convert "
                f"it, inputs.to({model_dtype}), targets.long() for classes and "
                f"targets.to({model_dtype}) for numbers"
            )
        if "out of bounds" in text and isinstance(outputs, torch.Tensor):
            targets = batch[1]
            return (
                f"targets must be classes from 0 to {outputs.shape[-1] - 1}, as many as the model "
                f"has outputs, but go from {targets.min()} to {targets.max()}"
            )
        if outputs is not None and not isinstance(outputs, torch.Tensor):
            part = ".logits" if hasattr(outputs, "logits") else "[0]"
            return (
                f"the model returns {_kind(outputs)}: take the part that counts in loss_fn, "
                f"lambda outputs, targets: criterion(outputs{part}, targets)"
            )
        not_called = isinstance(error, TypeError) and "'Tensor' object is not callable" in text
        if not_called and outputs is not None and not self.takes_model:
            return (
                "loss_fn calls its first argument as a model. That argument holds the model's outputs, "
                f"unless it is named model: {FORMS}"
            )
        if isinstance(error, TypeError) and self.takes_model and isinstance(batch, tuple):
            return (
                f"loss_fn(model, batch) failed on a batch that is {_kind(batch)}: unpack it in loss_fn, "
                "for example with inputs, targets = batch. If each part is a batch of its own, give a "
                "list of batches"
            )
        if outputs is None and not self.takes_model and isinstance(error, (TypeError, KeyError)):
            return f"the model does not take these inputs, {_kind(batch[0])}: {FORMS}"
        return None


def _takes_model(loss_fn: Callable[..., Any]) -> bool:
    called = loss_fn.forward if isinstance(loss_fn, torch.nn.Module) else loss_fn
    try:
        names = list(inspect.signature(called).parameters)
    except (TypeError, ValueError):  # what C functions do not tell
        return False
    return bool(names) and names[0] == "model"


def _outputs(model: Any, inputs: Any) -> Any:
    """Call the model: with keywords if a dict names its arguments, with several if it takes several."""
    try:
        wanted = inspect.signature(model.forward)
    except (TypeError, ValueError):  # a model that was traced does not tell
        return model(inputs)
    if isinstance(inputs, Mapping) and inputs and set(inputs) <= set(wanted.parameters):
        return model(**inputs)
    if isinstance(inputs, (tuple, list)) and not _binds(wanted, inputs) and _binds(wanted, *inputs):
        return model(*inputs)
    return model(inputs)


def _binds(wanted: inspect.Signature, *arguments: Any) -> bool:
    try:
        wanted.bind(*arguments)
    except TypeError:
        return False
    return True


def _kind(x: Any) -> str:
    if isinstance(x, torch.Tensor):
        return f"a tensor of shape {tuple(x.shape)}"
    if isinstance(x, Mapping):
        return f"a dict of {', '.join(map(str, x))}"
    if isinstance(x, (tuple, list)):
        return f"a {type(x).__name__} of {len(x)} parts"
    return f"a {type(x).__name__}"
