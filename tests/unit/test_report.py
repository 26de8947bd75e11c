import subprocess
import sys
from html import escape

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, eigsh

from course_lib import plotting
from course_lib.networks import cross_entropy, mlp
from course_lib.operators import hessian_operator
from course_lib.report import spectral_report, torch_operator

N = 23


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")


@pytest.fixture
def problem(torch):
    """A model, its loss, and data: (model, loss_fn, inputs, targets)."""
    rng = np.random.default_rng(0)
    model = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
    w = rng.standard_normal(39) / 2
    torch.nn.utils.vector_to_parameters(torch.from_numpy(w), model.double().parameters())
    inputs = torch.from_numpy(rng.standard_normal((N, 5)))
    return model, torch.nn.CrossEntropyLoss(), inputs, torch.from_numpy(rng.integers(0, 3, N))


def batches(inputs, targets, size):
    return [(inputs[i : i + size], targets[i : i + size]) for i in range(0, N, size)]


def in_jax(model, inputs, targets):
    jax.config.update("jax_enable_x64", True)
    w = np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])
    return hessian_operator(cross_entropy(mlp((5, 4, 3))), w, inputs.numpy(), targets.numpy())


def dense(torch, model, loss_fn, inputs, targets):
    """The Hessian by PyTorch's own dense automatic differentiation."""
    names, sizes = zip(*((name, p.shape) for name, p in model.named_parameters()), strict=True)
    w = torch.cat([p.detach().reshape(-1) for p in model.parameters()])

    def loss(w):
        parts = torch.split(w, [size.numel() for size in sizes])
        named = {n: part.reshape(s) for n, part, s in zip(names, parts, sizes, strict=True)}
        return loss_fn(torch.func.functional_call(model, named, inputs), targets)

    return torch.autograd.functional.hessian(loss, w).numpy()


def assert_close(found, expected, rtol=1e-10):
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * abs(expected).max())


@pytest.mark.parametrize("size", [N, 10, 1])
def test_every_entry_is_that_of_the_dense_hessian_and_of_jax(torch, problem, size):
    model, loss_fn, inputs, targets = problem
    H = torch_operator(model, loss_fn, batches(inputs, targets, size))  # 10 + 10 + 3: ragged
    exact, J = dense(torch, *problem), in_jax(model, inputs, targets)
    assert_close(H.to_dense(), exact)
    assert_close(H.to_dense(), J.to_dense())
    assert_close(H.gradient, J.gradient)
    assert H.loss == pytest.approx(J.loss, rel=1e-12)
    assert H.dtype == (H @ np.ones(39)).dtype == np.float64


def test_it_behaves_like_the_operators_in_jax(problem):
    model, loss_fn, inputs, targets = problem
    H = torch_operator(model, loss_fn, batches(inputs, targets, 10))
    V = np.random.default_rng(1).standard_normal((39, 3))
    together = H @ V
    assert H.num_matvecs == 3
    assert_close(np.stack([H @ v for v in V.T], axis=1), together, 1e-13)
    assert_close(H.H @ V, together, 1e-13)
    assert_close(H.block(slice(4, 9)).to_dense(), H.to_dense()[4:9, 4:9], 1e-13)
    top = eigsh(H, k=3, which="LA", return_eigenvectors=False)
    assert_close(top, np.linalg.eigvalsh(H.to_dense())[-3:])
    assert repr(H).startswith("TorchOperator: 39 × 39 at loss")


def test_a_data_loader_is_gone_through_again(torch, problem):
    model, loss_fn, inputs, targets = problem
    data = torch.utils.data.TensorDataset(inputs, targets)
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    assert_close(torch_operator(model, loss_fn, loader).to_dense(), dense(torch, *problem))


def test_dropout_and_batch_statistics_are_off_and_the_model_is_left_as_it_was(torch, problem):
    _, loss_fn, inputs, targets = problem
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(5, 4), torch.nn.BatchNorm1d(4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 3)
    ).double()
    model.train()
    model[3].eval()
    model[0].weight.requires_grad_(False)
    loss_fn(model(inputs), targets).backward()

    def state():
        return [
            [module.training for module in model.modules()],
            [p.requires_grad for p in model.parameters()],
            [None if p.grad is None else p.grad.tolist() for p in model.parameters()],
            [tensor.tolist() for tensor in model.state_dict().values()],
        ]

    before = state()
    H = torch_operator(model, loss_fn, batches(inputs, targets, 10))
    product = H @ np.ones(H.shape[0])
    assert state() == before
    assert before[0] == [True, True, True, True, False]
    model.eval()
    assert H.shape[0] == 47  # the frozen weights are parameters too
    assert_close(product, dense(torch, model, loss_fn, inputs, targets).sum(axis=1))

    def breaks(outputs, targets):
        raise RuntimeError("out of memory")

    model.train()
    before = state()
    with pytest.raises(RuntimeError, match="out of memory"):
        torch_operator(model, breaks, batches(inputs, targets, 10))
    assert state() == before


def test_attention_has_second_derivatives(torch):
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(4, 2, 3, batch_first=True).double()
    inputs, targets = torch.randn(2, 5, 3, 4).double()
    H = torch_operator(layer, torch.nn.MSELoss(), [(inputs, targets)])
    v, h = np.random.default_rng(0).standard_normal(H.shape[0]), 1e-6
    w = torch.nn.utils.parameters_to_vector(layer.parameters()).detach()
    gradients = []
    for side in (h, -h):
        moved = w + side * torch.from_numpy(v)
        torch.nn.utils.vector_to_parameters(moved, layer.parameters())
        gradients.append(torch_operator(layer, torch.nn.MSELoss(), [(inputs, targets)]).gradient)
    torch.nn.utils.vector_to_parameters(w, layer.parameters())
    assert_close(H @ v, (gradients[0] - gradients[1]) / (2 * h), 1e-6)


def test_a_parameter_without_influence_has_no_curvature(torch, problem):
    _, _, inputs, _ = problem
    model = torch.nn.Linear(5, 1).double()
    model.unused = torch.nn.Parameter(torch.ones(2).double())
    squared = torch_operator(model, torch.nn.MSELoss(), [(inputs, inputs[:, :1])]).to_dense()
    x = np.hstack([inputs.numpy(), np.ones((N, 1))])
    assert_close(squared[:6, :6], 2 * x.T @ x / N)
    assert not squared[6:].any()
    for flat in (
        lambda z, y: (z - y).mean(),
        lambda z, y: sum(p.sum() for p in model.parameters()),
    ):
        assert not torch_operator(model, flat, [(inputs, inputs[:, :1])]).to_dense().any()


def test_float32_only_when_meant(torch, problem):
    model, loss_fn, inputs, targets = problem
    model.float()
    data = [(inputs.float(), targets)]
    with pytest.raises(
        ValueError, match=r"model must be in float64, not float32: call model.double"
    ):
        torch_operator(model, loss_fn, data)
    H = torch_operator(model, loss_fn, data, allow_float32=True)
    assert H.dtype == (H @ np.ones(39)).dtype == np.float32
    single = H.to_dense()
    model.double()
    assert_close(single, dense(torch, *problem), 1e-5)


def test_bad_losses_and_batches_are_named(torch, problem):
    model, loss_fn, inputs, targets = problem
    data = batches(inputs, targets, 10)
    rng = np.random.default_rng(0)

    def random(outputs, targets):
        return loss_fn(outputs * float(rng.random()), targets)

    def each(outputs, targets):
        return torch.nn.functional.cross_entropy(outputs, targets, reduction="none")

    def total(outputs, targets):
        return torch.nn.functional.cross_entropy(outputs, targets, reduction="sum")

    for bad, message in (
        (random, "the loss must be the same whenever it is computed"),
        (each, r"loss_fn must return one number as a tensor, not torch.Size\(\[10\]\)"),
        (lambda z, y: 1.0, "loss_fn must return one number as a tensor, not float"),
        (total, r"loss_fn must be a mean over examples, .* reduction='sum'"),
        (lambda z, y: torch.log(-(z**2)).mean(), "loss_fn must be finite with a finite gradient"),
    ):
        with pytest.raises(ValueError, match=message):
            torch_operator(model, bad, data)
    with pytest.raises(ValueError, match="batches must hold at least one example"):
        torch_operator(model, loss_fn, [])
    with pytest.raises(ValueError, match="batches must be a list or a DataLoader"):
        torch_operator(model, loss_fn, iter(data))
    with pytest.raises(ValueError, match="model must have parameters"):
        torch_operator(torch.nn.Tanh(), loss_fn, data)


def test_without_pytorch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        ModuleNotFoundError, match="torch_operator needs PyTorch: pip install torch"
    ):
        torch_operator(None, None, [])


def test_pytorch_is_not_imported_before_it_is_needed():
    code = "import sys, course_lib.report; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


# The report.


def curved(w, X, y):
    return jnp.mean(jnp.log(jnp.cosh(X @ w - y)) + 0.1 * jnp.sin(w).sum())


@pytest.fixture
def fit():
    """A small problem with curvature of both signs: (f, w, X, y), and its exact eigenvalues."""
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((60, 140)), rng.standard_normal(60), rng.standard_normal(140)
    exact = np.linalg.eigvalsh(jax.hessian(curved)(w, X, y))[::-1]
    return curved, w, X, y, exact


def test_every_line_agrees_with_the_exact_spectrum(fit):
    f, w, X, y, exact = fit
    report = spectral_report(f, w, X, y, learning_rate=0.3, num_matvecs=600)
    assert abs(report.largest.estimate - exact[0]) <= report.largest.error <= 1e-5 * exact[0]
    assert abs(report.smallest.estimate - exact[-1]) <= report.smallest.error <= 1e-5 * exact[0]
    assert_close(report.top.eigenvalues, exact[:10], 1e-5)
    assert abs(report.trace.estimate - exact.sum()) < 4 * report.trace.stderr
    assert report.stability_limit.estimate == pytest.approx(2 / exact[0], rel=1e-5)
    assert report.condition is None
    share, error = report.near_zero(0.05)
    assert abs(share - np.mean(np.abs(exact) <= 0.05 * exact[0])) < 4 * error + 0.05
    gradient = np.asarray(jax.grad(f)(w, X, y))
    assert report.gradient_norm == pytest.approx(np.linalg.norm(gradient))
    assert report.loss == pytest.approx(float(f(w, X, y)))
    vectors = np.linalg.eigh(jax.hessian(f)(w, X, y))[1][:, -10:]
    along = np.sum((vectors.T @ gradient) ** 2) / np.sum(gradient**2)
    assert report.gradient_share == pytest.approx(along, abs=1e-4)


def test_the_trace_takes_the_top_exactly():
    """On ten outliers and nothing else no probe can err; and the error bar is honest over seeds."""
    outliers = np.diag(np.r_[np.arange(10.0, 0, -1), np.zeros(200)])
    e = spectral_report(outliers).trace
    assert e.estimate == pytest.approx(55, abs=1e-8)
    assert e.stderr < 1e-8
    rng = np.random.default_rng(3)
    Q, _ = np.linalg.qr(rng.standard_normal((80, 80)))
    A = (Q * np.r_[50.0, 40, 30, np.linspace(-1, 1.5, 77)]) @ Q.T
    traces = [spectral_report(A, seed=i, num_matvecs=200).trace for i in range(60)]
    z = [(t.estimate - np.trace(A)) / t.stderr for t in traces]
    assert 0.7 < np.std(z) < 1.35
    assert abs(np.mean(z)) < 0.5


@pytest.mark.parametrize("num_matvecs", [100, 173, 500])
def test_the_budget_is_kept_and_every_product_counted(num_matvecs):
    products = 0

    def matmat(V):
        nonlocal products
        products += V.shape[1]
        return np.arange(1.0, 401)[:, None] * V

    A = LinearOperator(
        (400, 400), matvec=lambda v: matmat(v[:, None])[:, 0], matmat=matmat, dtype=float
    )
    report = spectral_report(A, num_matvecs=num_matvecs)
    assert report.num_matvecs == products
    assert num_matvecs - 4 < products <= num_matvecs


def test_stability_is_that_of_descent_itself():
    """Not read off the formula: heavy ball and plain descent are run on either side of the limit."""
    H = np.diag([4.0, 1.0, 0.2])
    for momentum in (0.0, 0.9):
        limit, error = spectral_report(H, momentum=momentum).stability_limit
        assert error < 1e-6 * limit
        for eta, grows in ((0.98 * limit, False), (1.02 * limit, True)):
            w, velocity = np.ones(3), np.zeros(3)
            for _ in range(1000):
                velocity = momentum * velocity - eta * H @ w
                w = w + velocity
            assert (np.linalg.norm(w) > 1) == grows
            words = spectral_report(H, learning_rate=eta, momentum=momentum).stability
            assert ("ABOVE" in words) == grows
    assert spectral_report(-H, learning_rate=1.0).stability_limit.estimate == np.inf
    assert "at the limit" in spectral_report(H, learning_rate=0.5).stability


def test_a_product_written_for_flat_vectors_will_do():
    """SciPy hands it columns, and adding an array of shape (n,) to one of (n, 1) gives n × n."""

    def springs(v):
        return 2 * v - np.append(v[1:], 0) - np.append(0, v[:-1])

    report = spectral_report(LinearOperator((60, 60), matvec=springs, dtype=float))
    assert report.largest.estimate == pytest.approx(2 + 2 * np.cos(np.pi / 61))
    assert report.condition == pytest.approx(1 / np.tan(np.pi / 122) ** 2, rel=1e-5)
    assert abs(report.trace.estimate - 120) < 4 * report.trace.stderr


def test_condition_only_where_it_is_defined():
    assert spectral_report(np.diag([8.0, 2.0])).condition == pytest.approx(4)
    for spectrum, why in (([8.0, 0.0], "zero within its error"), ([8.0, -1.0], "λₙ < 0")):
        report = spectral_report(np.diag(spectrum))
        assert report.condition is None
        (row,) = [row for row in report.rows() if row.name.startswith("condition")]
        assert why in row.reading
    slow = spectral_report(np.diag(np.linspace(1, 30, 2000)), num_matvecs=100)
    (row,) = [row for row in slow.rows() if row.name.startswith("condition")]
    assert row.value.startswith("≥")
    assert "not converged" in repr(slow)


def test_near_zero_is_a_share_of_the_largest_magnitude():
    A = np.diag(np.r_[np.zeros(70), np.full(29, 1.0), -20.0])
    share = spectral_report(A).near_zero(0.01)
    assert abs(share.estimate - 0.7) < 4 * share.error + 1e-9
    assert spectral_report(A).near_zero(0.06).estimate == pytest.approx(0.99, abs=0.02)


def test_words_table_and_picture_say_the_same(fit):
    f, w, X, y, _ = fit
    report = spectral_report(f, w, X, y, learning_rate=0.3)
    text, table = repr(report), report._repr_html_()
    assert text.splitlines()[0] in table
    for row in report.rows():
        for cell in row:
            assert cell in text
            assert escape(cell) in table
    names = [row.name for row in report.rows()]
    assert names == [
        *("λ₁, sharpness", "λₙ", "trace", "near zero", "condition λ₁/λₙ", "stability limit"),
        "gradient",
    ]
    picture = plotting.spectral_report_plot(report)
    right = picture.figure.axes[1]
    drawn = right.containers[0].lines[0].get_ydata()
    assert np.allclose(drawn, report.top.eigenvalues)
    assert right.get_title(loc="left") in picture.alt


def test_a_tree_of_arrays_is_flattened(fit):
    f, w, X, y, exact = fit
    tree = {"a": w[:40].reshape(5, 8), "b": w[40:]}

    def of_tree(p, X, y):
        return f(jnp.concatenate([p["a"].ravel(), p["b"]]), X, y)

    assert spectral_report(of_tree, tree, X, y).largest.estimate == pytest.approx(exact[0])
    with pytest.raises(ValueError, match="w must hold floats only, not int64"):
        spectral_report(of_tree, tree | {"b": np.ones(100, int)}, X, y)


def test_a_stop_by_hand_keeps_the_parts_that_are_done():
    class Stops(LinearOperator):
        def __init__(self, last):
            super().__init__(float, (300, 300))
            self.left = last

        def _matmat(self, V):
            self.left -= V.shape[1]
            if self.left < 0:
                raise KeyboardInterrupt
            return np.arange(1.0, 301)[:, None] * V

        def _matvec(self, v):
            return self._matmat(v[:, None])[:, 0]

    whole = spectral_report(Stops(10**6))
    costs = np.cumsum([2, *(getattr(whole, n).num_matvecs for n in ("top", "trace", "bottom"))])
    for last, missing in (
        (costs[0] + 20, "top, trace, bottom, density"),
        (costs[1] + 40, "bottom, density"),
        (costs[2] + 10, "bottom, density"),
        (costs[3] + 10, None),  # the density from the steps so far
    ):
        with pytest.raises(KeyboardInterrupt) as stop:
            spectral_report(Stops(last))
        partial = stop.value.partial
        heading = repr(partial).splitlines()[0]
        assert heading.endswith(f"stopped before: {missing}" if missing else "products")
        assert partial.num_matvecs <= last
        if partial.top is not None:
            assert partial.largest == whole.largest
        if missing:
            with pytest.raises(ValueError, match="complete to be drawn"):
                plotting.spectral_report_plot(partial)
            with pytest.raises(ValueError, match="density is missing: the report was stopped"):
                partial.near_zero()
    assert abs(partial.trace.estimate - 45150) < 5 * partial.trace.stderr


def test_mistakes_get_an_error_that_says_what_to_do(fit):
    f, w, X, y, _ = fit
    rng, A = np.random.default_rng(0), np.diag([1.0, 2.0])

    class Random(LinearOperator):
        def __init__(self):
            super().__init__(float, (3, 3))

        def _matvec(self, v):
            return v * (1 + 0.1 * rng.random())

    for arguments, message in (
        ((lambda w, X, y: (X @ w - y) ** 2, w, X, y), r"array of shape \(60,\): take the mean"),
        ((lambda w, X, y: 60 * f(w, X, y), w, X, y), None),
        ((lambda w, X, y: ((X @ w - y) ** 2).sum(), w, X, y), "f is a sum over .* here 60. Divide"),
        ((lambda w, X, y: f(w, X * rng.random(), y), w, X, y), "same value whenever it is called"),
        ((f, np.ones(140, int), X, y), "w must hold float64 numbers, not int64: write 1.0"),
        ((f, w.astype(np.float32), X, y), "w must be float64, not float32: convert it"),
        ((lambda w, X, y: f(w, X, y).astype(jnp.float32), w, X, y), "f must compute in float64"),
        ((f, w, (9 * X).astype(np.uint8), y), r"data\[0\] must not hold uint8, .* X.astype\(float"),
        ((lambda w, X, y: (X @ w > y).sum(), w, X, y), "real number to differentiate, not int64"),
        ((lambda w, X, y: float(f(w, X, y)), w, X, y), "f must be written with jax.numpy"),
        ((lambda w, X, y: np.square(w).mean(), w, X, y), "f must be written with jax.numpy"),
        ((lambda w, X, y: f(w, X, y) if w[0] > 0 else 0.0, w, X, y), "written with jax.numpy"),
        ((lambda w: f(w, X, y),), r"w is missing: .* spectral_report\(f, w, \*data\)"),
        ((A, w), r"an operator is given alone, without w"),
        ((np.array([[1.0, 2], [0, 1]]),), "A must be symmetric"),
        ((np.ones((2, 3)),), "f must be a square matrix"),
        ((np.array([[np.nan, 1], [1, 1]]),), "A must be finite"),
        ((Random(),), "the same product must give the same result"),
    ):
        if message is None:  # sixty times a mean is a mean of larger losses
            spectral_report(*arguments)
            continue
        with pytest.raises(ValueError, match=message):
            spectral_report(*arguments)
    for options, message in (
        ({"num_matvecs": 50}, "num_matvecs must be at least 100"),
        ({"learning_rate": 0}, "learning_rate must be positive"),
        ({"momentum": 1}, "momentum must be at least 0 and below 1"),
    ):
        with pytest.raises(ValueError, match=message):
            spectral_report(A, **options)
    total = spectral_report(lambda w, X, y: 60 * f(w, X, y), w, X, y)
    meant = spectral_report(
        lambda w, X, y: jnp.sum(jnp.log(jnp.cosh(X @ w - y))), w, X, y, allow_sum=True
    )
    assert meant.largest.estimate > 0.5 * total.largest.estimate
    with pytest.raises(ValueError, match="y must hold integer labels, not float64"):
        spectral_report(cross_entropy(mlp((5, 3))), np.ones(18), X[:, :5], y)


def test_a_pytorch_model_reports_like_its_twin_in_jax(torch, problem):
    model, loss_fn, inputs, targets = problem
    A = torch_operator(model, loss_fn, batches(inputs, targets, 10))
    found, expected = spectral_report(A), spectral_report(in_jax(model, inputs, targets))
    assert found.largest.estimate == pytest.approx(expected.largest.estimate, rel=1e-9)
    assert found.gradient_share == pytest.approx(expected.gradient_share, abs=1e-9)
    assert found.trace.estimate == pytest.approx(expected.trace.estimate, rel=1e-9)
    with pytest.raises(ValueError, match="f is of PyTorch: give spectral_report"):
        spectral_report(model)


def test_pytorch_data_of_another_type_are_named(torch, problem):
    model, loss_fn, inputs, targets = problem
    for bad in (inputs.float(), (9 * inputs).long()):
        with pytest.raises(ValueError, match=r"does not take inputs in torch.* inputs.to"):
            torch_operator(model, loss_fn, [(bad, targets)])
    with pytest.raises(ValueError, match=r"targets in torch.float64: .* targets.long\(\)"):
        torch_operator(model, loss_fn, [(inputs, targets.double())])
