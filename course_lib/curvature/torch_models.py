"""The Hessian of a model written in PyTorch, as an operator that multiplies and counts.

PyTorch is imported only when it is needed, because the course runs without it.
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

    The loss is the mean over all examples in `batches`: each batch is weighted by its number of
    examples, or by `count`. The model is measured in eval mode. Afterwards its modes,
    ``requires_grad`` flags, gradients, buffers and weights are what they were, and so are the state
    of the global random number generators and PyTorch's settings. Numbers in float32 are multiplied
    in float32, even if the settings allow fewer digits (TF32, bfloat16).

    These checks come first: the loss is the same when it is computed again; the default weights of
    the batches fit the loss; a product agrees with a finite difference of gradients; products are
    symmetric; products are finite. If one fails, a ValueError names the likely cause and a remedy.
    If a weight or a buffer changes later, products raise a ValueError. If copies of the
    data fit into `memory`, they are kept, and the data may change. Otherwise the data are read again
    for every product, and products raise a ValueError if the loss has changed.

    Parameters
    ----------
    model : torch.nn.Module
        In float64, or in float32 with `allow_float32`. The operator lives on its device.
    loss_fn : callable
        loss_fn(model(inputs), targets) → scalar, for example ``torch.nn.CrossEntropyLoss()``. For
        everything else, loss_fn(model, batch) → scalar, whose first argument must be named
        ``model``: ``lambda model, batch: model(**batch).loss``.
    batches : iterable of batches, torch.utils.data.Dataset, callable, or one batch
        A list or a DataLoader of (inputs, targets), or of whatever loss_fn(model, batch) takes. The
        inputs are what the model takes: a tensor, a dict of its arguments, a tuple. A data set is
        read in order. A function is called once per pass and returns a new iterator. NumPy arrays
        become tensors. A tuple (X, y) of tensors is one batch; give several batches as a list.
    count : callable, str or int, optional
        The weight of a batch in the mean: count(batch), or the key or the position of a column of
        the batch, which is summed. By default it is the number of examples: the length of the
        targets' first dimension. With loss_fn(model, batch), it is the length of the first dimension
        of the batch's tensors, if all have the same. Every two consecutive batches are joined to
        check it. If you pass a `count`, it is used as it is, with a warning if the losses contradict
        it or are sums. The loss of a single batch is used as it is, with a warning if it is a sum.
    parameters : "trainable", torch.nn.Module or iterable of torch.nn.Parameter, optional
        Differentiate with respect to these alone: the parameters that are not frozen, a layer, or a
        list. By default all parameters, frozen ones included, in the order of
        ``model.parameters()``. Integers are never differentiated, nor is an embedding's row for
        padding; the operator's `held_fixed` names them.
    allow_float32 : bool
        Accept a model in single precision, where rounding limits the accuracy. On a transformer
        with 1.2e8 parameters, eigenvalues were measured to 3e-5 of the largest magnitude.
    memory : int, optional
        How many bytes may be kept between products. By default half of the free memory.
    distributed : bool
        Share the work: every process of `torch.distributed` passes batches of its own, and all get
        the Hessian of the mean over all of them.

    Raises
    ------
    ModuleNotFoundError
        If PyTorch is not installed.
    ValueError
        If an argument has the wrong type or value; if the chosen parameters are not all in float64,
        or all in float32 with `allow_float32`; if there are no batches, or they cannot be read
        twice; if the loss is not one number, not finite, not a mean over examples, or not the same
        when computed again; if the model cannot be differentiated twice, changes its inputs, or
        changes its weights in eval mode; or if PyTorch's second derivative is wrong or not finite.
    MemoryError
        If a batch and what its second derivative needs do not fit into memory.

    Notes
    -----
    If the intermediate results of a gradient fit into `memory`, they are kept between products,
    batch by batch. They are kept as a graph or linearized, whichever takes less time for 200 products
    in a trial. A large batch is cut into pieces if that saves more. Measured on three models on one
    core, a product then costs 1.7 to 2.7 gradients, and 2.6 to 4.7 if nothing is kept.

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
