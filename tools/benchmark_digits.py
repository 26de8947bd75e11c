"""Our tools in JAX beside the others: one network on the digits, and how a product's cost grows."""

import resource
import time
from functools import partial

import numpy as np
from benchmark_clock import installed, medians, pyhessian_of, pyhessian_product

SMALL, LARGE = (64, 32, 10), (64, 256, 256, 10)
PROBES, STEPS, TOP = 5, 80, 5
BATCH = 256
TRACE_GOAL = 0.01  # half-width of the 95 % interval, relative


# --- The same network for everybody --------------------------------------------------------------


class Problem:
    """A network on all digits with every package's operator for it."""

    def __init__(self, widths, activation="tanh", *, train=False):
        import jax

        from course_lib.curvature import networks, operators, training
        from course_lib.support import datasets

        everything = datasets.digits(centred=activation == "tanh")
        self.X = np.vstack([everything.X_train, everything.X_test])
        self.y = np.concatenate([everything.y_train, everything.y_test])
        net = networks.mlp(widths, activation)
        loss = networks.cross_entropy(net)
        self.w = net.init(seed=0)
        if train:
            run = training.gradient_descent(
                loss, self.w, self.X, self.y, eta=0.1, steps=600, momentum=0.9
            )
            self.w = run.w
        self.v = np.random.default_rng(0).standard_normal(self.w.size)
        self.gradient = jax.jit(jax.grad(loss))
        self.arguments = jax.device_put((self.w, self.X, self.y))
        self.operator = operators.hessian_operator(loss, self.w, self.X, self.y)
        if installed("torch"):
            self._in_torch(net, activation)

    def _in_torch(self, net, activation):
        import torch

        layers = []
        for W, b in net.unpack(self.w):
            layer = torch.nn.Linear(*W.shape[::-1], dtype=torch.float64)
            layer.weight.data, layer.bias.data = torch.tensor(W), torch.tensor(b)
            layers += [layer, {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation]()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.criterion = torch.nn.CrossEntropyLoss()
        self.batch = torch.tensor(self.X), torch.tensor(self.y)
        self.parameters = list(self.model.parameters())
        self.v_torch = [torch.tensor(part) for layer in net.unpack(self.v) for part in layer]

    def pyhessian(self, batch_size=None):
        """Return PyHessian's object for the network, all data in one batch or in several."""
        parts = [self.batch]
        if batch_size is not None:
            parts = [*zip(*(part.split(batch_size) for part in self.batch), strict=True)]
        return pyhessian_of(self.model, self.criterion, parts)

    def curvlinops(self):
        """Return the operator of curvlinops, all data in one batch."""
        import curvlinops

        return curvlinops.HessianLinearOperator(
            self.model, self.criterion, self.parameters, [self.batch], check_deterministic=False
        )

    def products(self):
        """Return a call of each package for one product, and for one gradient."""
        calls = {
            "gradient": lambda: self.gradient(*self.arguments).block_until_ready(),
            "ours": lambda: self.operator @ self.v,
        }
        if installed("torch"):
            import torch

            def gradient(create_graph=False):
                loss = self.criterion(self.model(self.batch[0]), self.batch[1])
                return torch.autograd.grad(loss, self.parameters, create_graph=create_graph)

            def double_backward():
                return torch.autograd.grad(
                    gradient(create_graph=True), self.parameters, self.v_torch
                )

            calls |= {"PyTorch gradient": gradient, "PyTorch double backward": double_backward}
            expected = self.operator @ self.v
            found = torch.cat([part.ravel() for part in double_backward()]).numpy()
            error = np.abs(found - expected).max() / np.abs(expected).max()
            assert error < 1e-10, f"not the same network: {error}"
        if installed("pyhessian"):
            for who, size in (("PyHessian", None), ("PyHessian, batches", BATCH)):
                calls[who] = pyhessian_product(self.pyhessian(size), self.v_torch)
        if installed("curvlinops"):
            operator = self.curvlinops()
            calls["curvlinops"] = lambda: operator @ self.v_torch
        return calls


# --- What is compared ----------------------------------------------------------------------------


def compare():
    """Return seconds and errors of all packages, for as many cores as this process may use."""
    from course_lib.curvature import density, eigenpairs, trace

    found = {}
    for widths, repetitions in ((SMALL, 200), (LARGE, 40)):
        found["product " + "-".join(map(str, widths))] = medians(
            Problem(widths).products(), repetitions
        )

    small = Problem(SMALL, train=True)
    exact = np.linalg.eigvalsh(small.operator.to_dense())[::-1][:TOP]
    calls = {"ours": lambda: density.spectral_density(small.operator, STEPS, PROBES)}
    top = {"ours": lambda: eigenpairs.top_eigenpairs(small.operator, TOP, tol=1e-8).eigenvalues}
    if installed("pyhessian"):
        for name, size in (("PyHessian", None), ("PyHessian, batches", BATCH)):
            theirs = small.pyhessian(size)
            calls[name] = partial(theirs.density, iter=STEPS, n_v=PROBES)
            top[name] = lambda theirs=theirs: theirs.eigenvalues(top_n=TOP)[0]
    if installed("curvlinops"):
        import curvlinops
        from scipy.sparse.linalg import eigsh

        operator = small.curvlinops()
        calls["curvlinops"] = lambda: curvlinops.lanczos_approximate_spectrum(
            operator, ncv=STEPS, num_repeats=PROBES
        )
        scipy_operator = small.curvlinops().to_scipy()
        top["curvlinops"] = lambda: eigsh(scipy_operator, TOP, which="LA", tol=1e-8)[0][::-1]
    found[f"density, {STEPS} steps × {PROBES} probes"] = medians(calls, 3)
    found[f"top {TOP} eigenvalues"] = medians(top, 3)
    found["errors of the top eigenvalues"] = {
        name: float((np.abs(np.asarray(call()) - exact) / exact).max())
        for name, call in top.items()
    }

    relu = Problem(SMALL, "relu", train=True)

    def ours():
        budget = 30
        while True:
            estimate = trace.trace(relu.operator, budget, method="hutch++")
            low, high = estimate.interval(0.95)
            if high - low <= 2 * TRACE_GOAL * abs(estimate.estimate):
                return estimate
            budget *= 2

    variance = trace.one_probe_variance(relu.operator.to_dense())
    exact_trace = np.trace(relu.operator.to_dense())
    needed = int(np.ceil((1.96 / TRACE_GOAL) ** 2 * variance / exact_trace**2))
    mine = ours()
    calls = {"ours": ours}
    if installed("pyhessian"):
        theirs = relu.pyhessian()
        # Its own rule stops by chance. With this many single probes, the interval is the same.
        calls["PyHessian"] = lambda: theirs.trace(maxIter=needed, tol=0)
    if installed("curvlinops"):
        operator = relu.curvlinops()
        # It has Hutch++ without an error bar, so it is told the budget that ours had to find.
        calls["curvlinops"] = lambda: curvlinops.hutchpp_trace(operator, mine.num_matvecs)
    found[f"trace to {TRACE_GOAL:.0%}, ReLU"] = medians(calls, 1)
    found["notes"] = {
        "probes that Hutchinson needs": needed,
        "products of ours": mine.num_matvecs,
        "error of ours": float(abs(mine.estimate / exact_trace - 1)),
        "where their rule stops": len(theirs.trace()) if installed("pyhessian") else 0,
    }
    return found


def scaling():
    """Return how the seconds of our product grow with parameters, examples and columns."""
    import jax

    from course_lib.curvature import networks, operators

    rng = np.random.default_rng(0)

    def seconds(net, n, columns=1, repetitions=5):
        X, y = rng.standard_normal((n, 64)), rng.integers(0, 10, n)
        loss, w = networks.cross_entropy(net), net.init(seed=0)
        H = operators.hessian_operator(loss, w, X, y)
        V = rng.standard_normal((w.size, columns))
        gradient = jax.jit(jax.grad(loss))
        on_device = jax.device_put((w, X, y))
        calls = {
            "product": lambda: H @ V,
            "gradient": lambda: gradient(*on_device).block_until_ready(),
        }
        return medians(calls, repetitions)

    found = {"parameters": [], "examples": [], "columns": []}
    for width in (10, 30, 100, 300, 955):
        net = networks.mlp((64, width, width, 10))
        found["parameters"].append((net.num_params, seconds(net, 1000)))
    for n in (1000, 3000, 10_000, 30_000, 100_000):
        found["examples"].append((n, seconds(networks.mlp(SMALL), n)))
    for columns in (1, 2, 4, 8, 16, 32, 64):
        found["columns"].append((columns, seconds(networks.mlp(SMALL), 500, columns, 20)))
    return found


def memory(parameters, examples):
    """Return the process's gigabytes before and at its peak, and the seconds of one product."""
    from course_lib.curvature import networks, operators

    width = 955 if parameters == 10**6 else 256
    net = networks.mlp((64, width, width, 10))
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((examples, 64)), rng.integers(0, 10, examples)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    H = operators.hessian_operator(networks.cross_entropy(net), net.init(seed=0), X, y)
    v = rng.standard_normal(net.num_params)
    H @ v
    begin = time.perf_counter()
    H @ v
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = {"parameters": net.num_params, "examples": examples}
    return size | {"before": before, "peak": peak, "product": seconds}


def first_product():
    """Return the seconds from the import to the first product, in this fresh process."""
    begin = time.perf_counter()
    import course_lib

    course_lib.setup()
    from course_lib.curvature import networks, operators
    from course_lib.support import datasets

    net, data = networks.mlp(LARGE), datasets.digits()
    loss, w = networks.cross_entropy(net), net.init(seed=0)
    operators.hessian_operator(loss, w, data.X_train, data.y_train) @ w
    return time.perf_counter() - begin
