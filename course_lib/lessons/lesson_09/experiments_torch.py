"""The Hessian-vector product in PyTorch, for the reader to take along."""

from collections.abc import Callable
from typing import Any


def hessian_vector_product(loss: Callable, w: Any, v: Any) -> Any:
    """Return Hv, the derivative of the gradient of `loss` at `w` along `v`.

    Parameters
    ----------
    loss : callable
        Takes a tensor of weights and returns a tensor with one number.
    w, v : torch.Tensor
        Of the same shape.
    """
    import torch

    gradient = torch.func.grad(loss)
    Hv = torch.func.jvp(gradient, (w,), (v,))[1]  # [0] is the gradient itself
    return Hv
