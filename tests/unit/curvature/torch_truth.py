"""The Hessian of a PyTorch loss by roads that the operator does not take."""

import numpy as np


def dense(parameters, loss):
    """Double backward, entry by entry, through one graph of the whole loss: loss() → tensor."""
    import torch

    parameters = list(parameters)

    def flat(y, **graph):
        parts = torch.autograd.grad(
            y, parameters, allow_unused=True, materialize_grads=True, **graph
        )
        return torch.cat([part.reshape(-1) for part in parts])

    slope = flat(loss(), create_graph=True)
    return torch.stack([flat(entry, retain_graph=True) for entry in slope]).numpy()


def by_differences(parameters, loss, step=1e-5):
    """Central differences of first gradients, for models without a second derivative."""
    import torch

    parameters = list(parameters)
    own = torch.nn.utils.parameters_to_vector(parameters).detach().clone()

    def gradient(w):
        torch.nn.utils.vector_to_parameters(w, parameters)
        parts = torch.autograd.grad(loss(), parameters, allow_unused=True, materialize_grads=True)
        return torch.cat([part.reshape(-1) for part in parts])

    rows = [
        (gradient(own + step * e) - gradient(own - step * e)) / (2 * step)
        for e in torch.eye(len(own), dtype=own.dtype)
    ]
    torch.nn.utils.vector_to_parameters(own, parameters)
    H = torch.stack(rows).numpy()
    return (H + H.T) / 2


def assert_close(found, expected, rtol=1e-10):
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * abs(expected).max())
