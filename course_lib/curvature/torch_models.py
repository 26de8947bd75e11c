"""The Hessian of a model written in PyTorch, as an operator that multiplies and counts.

PyTorch is imported when it is needed, and not before: the course runs without it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from course_lib.curvature.pytorch.operator import TorchOperator


def torch_operator(
    model: "torch.nn.Module",
    loss_fn: Callable[..., Any],
    batches: Any,
    *,
    count: Callable[[Any], Any] | str | int | None = None,
    parameters: Any = None,
    allow_float32: bool = False,
    memory: int | None = None,
    distributed: bool = False,
) -> "TorchOperator":
    """Return the Hessian of a PyTorch model's mean loss, a `TorchOperator`.

    The loss is the mean over all examples in `batches`: each batch counts by its examples, or by
    what `count` says. The model is measured in eval mode. Its modes, ``requires_grad`` flags,
    gradients, buffers and weights, and the global random numbers, are afterwards what they were.

    Before anything is measured, this is tried: the loss comes out the same again; batches count by
    their examples; a product is the difference of two gradients, and symmetric. What fails is
    refused, with the suspects and what helps. If a weight changes later, products are refused.

    Parameters
    ----------
    model : torch.nn.Module
        In float64, or in float32 with `allow_float32`. The operator lives on its device.
    loss_fn : callable
        loss_fn(model(inputs), targets) → scalar, for example ``torch.nn.CrossEntropyLoss()``; or,
        if its first argument is named ``model``, loss_fn(model, batch) → scalar, for everything
        else: ``lambda model, batch: model(**batch).loss``.
    batches : iterable of batches, torch.utils.data.Dataset, callable, or one batch
        A list or a DataLoader of (inputs, targets), or of whatever loss_fn(model, batch) takes. The
        inputs are what the model takes: a tensor, a dict of its arguments, a tuple. A data set is
        read in order, a function is called for a new iterator. NumPy arrays become tensors.
    count : callable, str or int, optional
        What a batch counts in the mean: count(batch), or the key or place of a column that is
        summed. By default its examples, by the first dimension of the targets; it is tried on every
        two neighbours that this is right. What `count` says is taken as it is, and so is the loss
        of a single batch.
    parameters : "trainable", torch.nn.Module or iterable of torch.nn.Parameter, optional
        The Hessian in these alone, at their cost: a layer, what is not frozen. By default all,
        frozen ones included, in the order of ``model.parameters()``. Integers are held fixed.
    allow_float32 : bool
        Accept a model in single precision, where rounding hides eigenvalues below about 1e-7 λ₁.
    memory : int, optional
        Bytes that may be kept between products. By default half of what is free.
    distributed : bool
        Share the work: every process of `torch.distributed` gives batches of its own, and all get
        the Hessian of the mean over all of them.

    Raises
    ------
    ModuleNotFoundError
        If PyTorch is not installed.
    ValueError
        If an argument is not of its kind; if the model is not in one precision; if there are no
        batches, or they cannot be gone through twice; if the loss is not one number, not finite,
        not a mean over examples, or not the same when computed again; if the model cannot be
        differentiated twice, or PyTorch's second derivative of it is wrong.

    Notes
    -----
    What a gradient computes is kept between products where it fits into `memory`, batch by batch:
    as a graph or as a list of operations, whichever proves faster. Measured on three models, one
    core: a product then costs 1.7 to 2.3 gradients, and 2.9 to 4.4 where nothing is kept.

    References
    ----------
    Pearlmutter 1994, "Fast exact multiplication by the Hessian".

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
    from course_lib.curvature.pytorch.operator import TorchOperator

    if not isinstance(model, torch.nn.Module):
        raise ValueError(f"model must be a torch.nn.Module, not {type(model).__name__}")
    return TorchOperator(
        model, loss_fn, batches, count, parameters, allow_float32, memory, distributed
    )
