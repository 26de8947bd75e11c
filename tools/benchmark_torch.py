"""Models in PyTorch as users have them: our tools beside PyHessian and curvlinops, in float64.

Each model is trained for a while. Products are compared with double backward before they are timed.
If a package cannot do something, or does it wrongly, the result says so, with the reason.
"""

import warnings
from functools import partial

import benchmark_models as models
import numpy as np
import torch
from benchmark_clock import Peak, installed, medians, pyhessian_of, pyhessian_product, reason
from torch.nn.attention import SDPBackend, sdpa_kernel

from course_lib.curvature import density, eigenpairs, trace
from course_lib.curvature.torch_models import torch_operator

NAMES = ("MLP", "ResNet-like", "transformer")
TOP, STEPS, PROBES = 5, 40, 2
PARTS = 2  # how many batches, if there are several
TRACE_GOAL = 0.1  # half-width of the 95 % interval, relative
MOST_PROBES = 400
PRODUCTS = 20  # how many are timed
APART = 1e-7  # relative distance from which two products in one tensor count as different


class Problem:
    """A model with its data and its loss."""

    def __init__(self, name):
        rng = torch.Generator().manual_seed(0)
        self.criterion = torch.nn.CrossEntropyLoss()
        if name == "MLP":
            from course_lib.support import datasets

            digits = datasets.digits(centred=True)
            self.model = models.seeded(models.mlp, 64, 256, 256, 10)
            X, y = torch.tensor(digits.X_train[:512]), torch.tensor(digits.y_train[:512])
        elif name == "ResNet-like":
            self.model = models.seeded(models.resnet)
            X = torch.randn(64, 3, 32, 32, generator=rng, dtype=torch.float64)
            y = torch.randint(0, 10, (64,), generator=rng)
        else:
            self.model = models.seeded(models.GPT)
            self.criterion = models.TokenLoss()
            X, y = (torch.randint(0, 65, (32, 32), generator=rng) for _ in "Xy")
        self.batch, self.parameters = (X, y), list(self.model.parameters())
        self._train()
        v = np.random.default_rng(0).standard_normal(models.size(self.model))
        self.v, self.v_torch = v, self.split(v)

    def _train(self, steps=30):
        descent = torch.optim.Adam(self.parameters, lr=3e-3)
        for _ in range(steps):
            descent.zero_grad()
            self.criterion(self.model(self.batch[0]), self.batch[1]).backward()
            descent.step()
        descent.zero_grad()

    def split(self, v):
        """Return a flat array as tensors, one for each parameter."""
        parts = torch.from_numpy(v).split([p.numel() for p in self.parameters])
        return [part.view_as(p) for part, p in zip(parts, self.parameters, strict=True)]

    def forget(self):
        """Drop the gradients that a package left in the model, with all that hangs on them."""
        self.model.zero_grad()

    def gradient(self, create_graph=False):
        """Return the gradient of the loss, a tensor for each parameter."""
        loss = self.criterion(self.model(self.batch[0]), self.batch[1])
        return torch.autograd.grad(loss, self.parameters, create_graph=create_graph)

    def wrong(self, product, expected):
        """Return where a product is wrong, in words; an empty text if it is right."""
        parts = zip(*(self.split(flat) for flat in (product, expected)), strict=True)
        off = [float((p - e).norm() / e.norm()) for p, e in parts]
        worst = int(np.argmax(off))
        if off[worst] < APART:
            return ""
        name = [name for name, _ in self.model.named_parameters()][worst]
        return f"the product is wrong, most of all in `{name}` (by {off[worst]:.0%})"

    def batches(self, parts):
        """Return the data in `parts` batches."""
        split = (t.split(len(t) // parts) for t in self.batch)
        return list(zip(*split, strict=True))


class Ours:
    """Our operator, in PyTorch or in JAX, and what is measured with it."""

    def __init__(self, operator, v):
        self.H, self.v = operator, v

    def product(self):
        """Return Hv."""
        return self.H @ self.v

    def top(self):
        """Return the largest eigenvalues."""
        return eigenpairs.top_eigenpairs(self.H, TOP, tol=1e-8).eigenvalues

    def density(self):
        """Return a spectral density."""
        return density.spectral_density(self.H, STEPS, PROBES)

    def trace(self):
        """Return the trace."""
        return trace.trace(self.H, MOST_PROBES, rtol=TRACE_GOAL)


class DoubleBackward:
    """The product as people write it by hand, with both passes anew for every product."""

    def __init__(self, problem):
        self.problem = problem

    def product(self):
        """Return Hv."""
        p = self.problem
        return torch.autograd.grad(p.gradient(create_graph=True), p.parameters, p.v_torch)


class PyHessian:
    """PyHessian with the data in one batch, or in several."""

    def __init__(self, problem, parts):
        self.theirs = pyhessian_of(problem.model, problem.criterion, problem.batches(parts))
        self.product = pyhessian_product(self.theirs, problem.v_torch)

    def top(self):
        """Return the largest eigenvalues."""
        return np.array(self.theirs.eigenvalues(top_n=TOP)[0])

    def density(self):
        """Return a spectral density."""
        return self.theirs.density(iter=STEPS, n_v=PROBES)

    def trace(self):
        """Return the trace."""
        # Its own rule stops by chance, so it is told the number of probes that ours had to find.
        return self.theirs.trace(maxIter=self.probes, tol=0)


class Curvlinops:
    """The operator of curvlinops, all data in one batch; SciPy does what the package cannot."""

    def __init__(self, problem):
        import curvlinops

        self.package, self.problem = curvlinops, problem
        self.H = curvlinops.HessianLinearOperator(
            problem.model,
            problem.criterion,
            problem.parameters,
            [problem.batch],
            check_deterministic=False,
        )

    def product(self):
        """Return Hv."""
        return self.H @ self.problem.v_torch

    def top(self):
        """Return the largest eigenvalues."""
        from scipy.sparse.linalg import eigsh

        return eigsh(self.H.to_scipy(), TOP, which="LA", tol=1e-8)[0][::-1]

    def density(self):
        """Return a spectral density."""
        return self.package.lanczos_approximate_spectrum(self.H, ncv=STEPS, num_repeats=PROBES)

    def trace(self):
        """Return the trace."""
        return self.package.hutchinson_trace(self.H, self.probes)


def in_jax(problem):
    """Return ours for the same fully connected network, written in JAX."""
    from course_lib.curvature import networks, operators

    w = torch.cat([p.detach().ravel() for p in problem.parameters]).numpy()
    loss = networks.cross_entropy(networks.mlp((64, 256, 256, 10)))
    X, y = (t.numpy() for t in problem.batch)
    return Ours(operators.hessian_operator(loss, w, X, y), problem.v)


def makers(name, problem):
    """Return by name a function that makes each contestant."""

    def ours(parts):
        batches = problem.batches(parts)
        return Ours(torch_operator(problem.model, problem.criterion, batches), problem.v)

    found = {"ours": lambda: ours(1), "ours, batches": lambda: ours(PARTS)}
    if name == "MLP":
        found["ours in JAX"] = lambda: in_jax(problem)
    found["PyTorch double backward"] = lambda: DoubleBackward(problem)
    if installed("pyhessian"):
        found["PyHessian"] = lambda: PyHessian(problem, 1)
        found["PyHessian, batches"] = lambda: PyHessian(problem, PARTS)
    if installed("curvlinops"):
        found["curvlinops"] = lambda: Curvlinops(problem)
    return found


def flat(product):
    """Return a product as one array, whatever its package returns."""
    if isinstance(product, np.ndarray):
        return product
    parts = [product] if isinstance(product, torch.Tensor) else product
    return torch.cat([part.detach().ravel() for part in parts]).numpy()


def plainly(call):
    """Return the call inside the one attention of PyTorch that can be differentiated twice."""

    def inside():
        with sdpa_kernel(SDPBackend.MATH):
            return call()

    return inside


class PlainAttention:
    """A contestant that does everything inside plain attention."""

    def __init__(self, make):
        self._inside = plainly(make)()
        for what in ("product", "top", "density", "trace"):
            if hasattr(self._inside, what):
                setattr(self, what, plainly(getattr(self._inside, what)))


def made(problem, make, expected):
    """Return a contestant, or None if it cannot multiply, and a remark on what goes wrong."""
    remark = ""
    try:
        try:
            contestant = make()
            product = flat(contestant.product())
        except RuntimeError as error:  # "derivative for … is not implemented"
            remark = f"runs only inside `sdpa_kernel(SDPBackend.MATH)` (otherwise {reason(error)})"
            problem.forget()
            contestant = PlainAttention(make)
            product = flat(contestant.product())
    except Exception as error:
        return None, f"cannot: {reason(error)}"
    wrong = problem.wrong(product, expected)
    return contestant, "; ".join(part for part in (remark, wrong) if part)


def again(problem, make):
    """Make a contestant, and drop it."""
    make()
    problem.forget()


def compare(number, repetitions):
    """Return the seconds, errors and remarks of all contestants, for the model `number`."""
    from scipy.sparse.linalg import eigsh

    warnings.simplefilter("ignore")
    name = NAMES[number]
    problem = Problem(name)
    expected = flat(plainly(DoubleBackward(problem).product)())
    contestants, remarks = {}, {}
    for who, make in makers(name, problem).items():
        contestant, remark = made(problem, make, expected)
        if contestant is not None:
            contestants[who] = contestant
        if remark:
            remarks[who] = remark
    found = {"name": name, "parameters": problem.v.size, "remarks": remarks}
    found["how"] = contestants["ours"].H.how

    calls = {"gradient": problem.gradient}
    if name == "transformer":  # fused attention is faster, but has no second derivative
        calls["gradient, plain attention"] = plainly(problem.gradient)
    calls |= {n: c.product for n, c in contestants.items()}
    found["product"] = medians(calls, PRODUCTS if repetitions > 1 else 5)

    H = contestants["ours"].H
    estimate = contestants["ours"].trace()
    for contestant in contestants.values():
        getattr(contestant, "_inside", contestant).probes = estimate.num_matvecs
    eigenvalues = {}

    def noted(who, top):
        eigenvalues[who] = top()

    for what in ("top", "density", "trace"):
        calls = {n: getattr(c, what) for n, c in contestants.items() if hasattr(c, what)}
        if what == "top":
            calls = {n: partial(noted, n, call) for n, call in calls.items()}
        found[what] = medians(calls, repetitions, warm=False)
    calls = {
        n: partial(again, problem, plainly(make) if isinstance(c, PlainAttention) else make)
        for n, make in makers(name, problem).items()
        if hasattr(c := contestants.get(n), "top")
    }
    found["made"] = medians(calls, repetitions, warm=False)
    exact = eigsh(H, TOP, which="LA", tol=1e-12)[0][::-1]
    found["errors"] = {
        n: float(np.abs((values - exact) / exact).max()) for n, values in eigenvalues.items()
    }
    low, high = estimate.interval(0.95)
    found["probes"], found["trace within"] = (
        estimate.num_matvecs,
        (high - low) / 2 / estimate.estimate,
    )
    return found


def peak(number, who):
    """Return the bytes that one contestant takes beyond the model and its data."""
    warnings.simplefilter("ignore")
    name = NAMES[number]
    problem = Problem(name)
    problem.gradient()
    make = list(makers(name, problem).values())[who]
    found = {"who": list(makers(name, problem))[who], "name": name}
    measured = Peak()
    try:
        try:
            contestant = make()
            contestant.product()
        except RuntimeError:
            problem.forget()
            contestant = PlainAttention(make)
            contestant.product()
        found["product"] = measured.bytes - measured.before
        for what in ("top", "density"):
            if hasattr(contestant, what):
                getattr(contestant, what)()
        found["all"] = measured.bytes - measured.before
    except Exception as error:
        found["cannot"] = reason(error)
    return found
