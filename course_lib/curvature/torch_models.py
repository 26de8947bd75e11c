"""The Hessian of a model written in PyTorch, as an operator that multiplies and counts.

PyTorch is imported when it is needed, and not before: the course runs without it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.curvature.mean_loss import kind_of_loss
from course_lib.curvature.symmetric_operator import SymmetricOperator

if TYPE_CHECKING:
    import torch


def torch_operator(
    model: "torch.nn.Module",
    loss_fn: Callable[..., Any],
    batches: Iterable[tuple[Any, Any]],
    *,
    allow_float32: bool = False,
) -> "TorchOperator":
    """Return the Hessian of a PyTorch model's mean loss, a `TorchOperator`.

    The loss is the mean over all examples in `batches`; a batch counts by its examples, so that a
    short last batch is weighted as it should be. Products are made by double backward
    (Pearlmutter 1994). The model is evaluated in eval mode, and its modes, its ``requires_grad``
    flags and gradients are afterwards what they were.

    Parameters
    ----------
    model : torch.nn.Module
        Its parameters, frozen ones included, are flattened in the order of ``model.parameters()``.
        The operator follows them: training the model on moves the point.
    loss_fn : callable
        loss_fn(model(inputs), targets) → scalar, a mean over the examples of a batch, for example
        ``torch.nn.CrossEntropyLoss()``.
    batches : iterable of (inputs, targets)
        A list or a DataLoader: gone through again for every product.
    allow_float32 : bool
        Accept a model in single precision, where rounding hides eigenvalues below about 1e-7 λ₁.

    Raises
    ------
    ModuleNotFoundError
        If PyTorch is not installed.
    ValueError
        If the model has no parameters or is not in float64 (without `allow_float32`); if there are
        no batches or they cannot be gone through twice; if the loss is not one number, not a mean
        over examples, not finite, or not the same when computed again.

    Examples
    --------
    >>> import pytest
    >>> torch = pytest.importorskip("torch")
    >>> model = torch.nn.Linear(1, 1, bias=False).double()
    >>> inputs, targets = torch.tensor([[1.0], [3.0]]).double(), torch.zeros(2, 1).double()
    >>> H = torch_operator(model, torch.nn.MSELoss(), [(inputs, targets)])  # 2 · mean of x²
    >>> H.to_dense()
    array([[10.]])
    """
    try:
        import torch
    except ModuleNotFoundError:
        raise ModuleNotFoundError("torch_operator needs PyTorch: pip install torch") from None
    return TorchOperator(torch, model, loss_fn, batches, allow_float32)


class TorchOperator(SymmetricOperator):
    """The Hessian of a PyTorch model; make one with `torch_operator`.

    Attributes
    ----------
    loss : float
        The mean loss over all examples.
    gradient : ndarray of shape (P,)
        Its gradient.
    num_matvecs : int
        Products so far; a product with k columns counts k.
    """

    def __init__(
        self,
        torch: Any,
        model: "torch.nn.Module",
        loss_fn: Callable[..., Any],
        batches: Iterable[tuple[Any, Any]],
        allow_float32: bool,
    ) -> None:
        self._torch, self._model, self._loss_fn, self._batches = torch, model, loss_fn, batches
        self._parameters = list(model.parameters())
        dtype = self._dtype(allow_float32)
        super().__init__(dtype, sum(p.numel() for p in self._parameters))
        if isinstance(batches, Iterator):
            raise ValueError("batches must be a list or a DataLoader: an iterator is used up once")

        self.loss, self.gradient = self._loss_and_gradient()
        if not (np.isfinite(self.loss) and np.isfinite(self.gradient).all()):
            raise ValueError(
                f"loss_fn must be finite with a finite gradient, but is {self.loss:.6g} with a "
                f"gradient of norm {np.linalg.norm(self.gradient):.6g}"
            )
        again, gradient = self._loss_and_gradient()
        tolerance = np.sqrt(np.finfo(dtype).eps)
        if not (
            np.isclose(again, self.loss, rtol=tolerance, atol=tolerance * 1e-3)
            and np.allclose(gradient, self.gradient, rtol=0, atol=tolerance * abs(gradient).max())
        ):
            raise ValueError(
                f"the loss must be the same whenever it is computed, but was {self.loss:.9g} and "
                f"then {again:.9g}: loss_fn or batches use random numbers"
            )
        self._refuse_a_sum(float(tolerance))

    def _details(self) -> str:
        return f" at loss {self.loss:.6g}"

    def _multiply(self, V: np.ndarray) -> np.ndarray:
        torch = self._torch

        def products(loss: Any) -> np.ndarray:
            gradient = self._gradient(loss, create_graph=True)
            if not gradient.requires_grad:  # the loss is linear in the parameters
                return np.zeros(V.shape)
            columns = [
                self._gradient(gradient @ torch.from_numpy(v).to(gradient), retain_graph=True)
                for v in np.ascontiguousarray(V.T)
            ]
            return torch.stack(columns, dim=1).cpu().numpy()

        return self._mean(products)

    def _loss_and_gradient(self) -> tuple[float, np.ndarray]:
        def both(loss: Any) -> np.ndarray:
            return np.append(self._gradient(loss).cpu().numpy(), loss.item())

        values = self._mean(both)
        return float(values[-1]), values[:-1]

    def _mean(self, compute: Callable[[Any], np.ndarray]) -> np.ndarray:
        """Return the mean of compute(loss of a batch) over the batches, weighted by examples."""
        total, examples = 0.0, 0
        with _evaluating(self._torch, self._model):
            for inputs, targets in self._batches:
                total = total + len(targets) * compute(self._batch_loss(inputs, targets))
                examples += len(targets)
        if examples == 0:
            raise ValueError("batches must hold at least one example")
        return np.asarray(total / examples, self.dtype)

    def _batch_loss(self, inputs: Any, targets: Any) -> Any:
        try:
            loss = self._loss_fn(self._model(inputs), targets)
        except RuntimeError as error:
            kinds = [str(getattr(part, "dtype", "")) for part in (inputs, targets)]
            if "dtype" not in str(error) and "scalar type" not in str(error):
                raise
            raise ValueError(
                f"the model in {self.dtype} does not take inputs in {kinds[0]} with targets in "
                f"{kinds[1]}: convert them, inputs.to(torch.{self.dtype}), targets.long() for "
                f"labels ({error})"
            ) from error
        if not isinstance(loss, self._torch.Tensor) or loss.ndim:
            shape = loss.shape if hasattr(loss, "shape") else type(loss).__name__
            raise ValueError(f"loss_fn must return one number as a tensor, not {shape}")
        return loss

    def _gradient(self, y: Any, **graph: bool) -> Any:
        parts = self._torch.autograd.grad(
            y, self._parameters, allow_unused=True, materialize_grads=True, **graph
        )
        return self._torch.cat([part.reshape(-1) for part in parts])

    def _refuse_a_sum(self, tolerance: float) -> None:
        inputs, targets = next(iter(self._batches))

        def loss(rows: slice) -> float:
            return self._batch_loss(inputs[rows], targets[rows]).item()

        with _evaluating(self._torch, self._model):
            kind = kind_of_loss(loss, len(targets), tolerance)
        if kind != "mean" and len(targets) > 1:
            raise ValueError(
                "loss_fn must be a mean over examples, but on the first batch it is not the mean "
                "of its two halves (is it a sum, or weighted by class: reduction='sum', weight=…?)"
            )

    def _dtype(self, allow_float32: bool) -> np.dtype:
        kinds = {str(p.dtype).removeprefix("torch.") for p in self._parameters}
        if not kinds:
            raise ValueError("model must have parameters")
        if kinds == {"float64"} or (kinds == {"float32"} and allow_float32):
            return np.dtype(kinds.pop())
        raise ValueError(
            f"model must be in float64, not {', '.join(sorted(kinds))}: call model.double() and "
            "give it inputs in float64, or pass allow_float32=True if float32 is meant"
        )


@contextmanager
def _evaluating(torch: Any, model: "torch.nn.Module") -> Iterator[None]:
    """Put the model into eval mode, every parameter requiring a gradient; restore both after."""
    modes = [(module, module.training) for module in model.modules()]
    flags = [(p, p.requires_grad) for p in model.parameters()]
    try:
        model.eval()
        for p, _ in flags:
            p.requires_grad_(True)
        # The fused kernels of attention have no second derivative; the plain ones do.
        plain_attention = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
        with torch.enable_grad(), plain_attention:
            yield
    finally:
        for module, training in modes:
            module.training = training
        for p, flag in flags:
            p.requires_grad_(flag)
