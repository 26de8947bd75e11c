from html import escape

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator

from course_lib import plotting
from course_lib.curvature import report as report_module
from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.report import spectral_report
from course_lib.support.interruption import Interrupted
from tests.unit.curvature.matrices import Counting, with_spectrum


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
    np.testing.assert_allclose(report.top.eigenvalues, exact[:10], rtol=0, atol=1e-5 * exact[0])
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

    A = LinearOperator((400, 400), lambda v: matmat(v[:, None])[:, 0], matmat=matmat, dtype=float)
    report = spectral_report(A, num_matvecs=num_matvecs)
    assert report.num_matvecs == products
    assert num_matvecs - 4 < products <= num_matvecs


def test_a_line_speaks_of_its_own_eigenvalue_before_the_others():
    """λ₁ stands alone and converges; the others of the listed ten crowd together and do not."""
    report = spectral_report(np.diag(np.r_[np.linspace(0, 1, 999), 50.0]), num_matvecs=100)
    converged = report.top.converged
    assert converged[0]
    assert not converged.all()
    line = next(line for line in repr(report).splitlines() if line.startswith("λ₁"))
    assert f"of the {converged.size} listed, {converged.sum()} have converged" in line
    assert "give more products" not in line


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
    assert abs(share.estimate - 0.7) < 4 * share.stderr + 1e-9
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
        with pytest.raises(Interrupted) as stop:
            spectral_report(Stops(last))
        partial = stop.value.partial
        heading = repr(partial).splitlines()[0]
        assert heading.endswith(f"stopped before: {missing}" if missing else "products")
        assert partial.num_matvecs <= last
        if partial.top is not None:
            assert partial.largest == whole.largest
        if missing:
            with pytest.raises(ValueError, match="report must be complete"):
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
        ((A, w), r"an operator must be passed alone, without w"),
        ((np.array([[1.0, 2], [0, 1]]),), "A must be symmetric"),
        ((np.ones((2, 3)),), "f must be a square matrix"),
        ((np.array([[np.nan, 1], [1, 1]]),), "A must be finite"),
        ((Random(),), "the same product must always give the same result"),
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


@pytest.fixture
def outliers():
    """A matrix like a network's Hessian, and its eigenvalues."""
    exact = np.r_[50.0, 40, 30, 20, 0.3 * np.random.default_rng(0).standard_normal(395), -3]
    return with_spectrum(exact), np.sort(exact)[::-1]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("num_matvecs", [100, 500])
def test_without_eigenvectors_every_line_is_right(outliers, num_matvecs, dtype):
    A, exact = outliers
    operator = Counting(A, dtype=dtype)
    report = spectral_report(operator, eigenvectors=False, num_matvecs=num_matvecs)
    assert operator.products == report.num_matvecs <= num_matvecs
    for found, true in ((report.largest, exact[0]), (report.smallest, exact[-1])):
        assert abs(found.estimate - true) <= found.error <= 1e-4 * exact[0]
    np.testing.assert_allclose(report.top.eigenvalues[:4], exact[:4], atol=1e-4 * exact[0])
    assert abs(report.trace.estimate - exact.sum()) < 4 * report.trace.stderr
    share, error = report.near_zero(0.005)
    assert abs(share - np.mean(np.abs(exact) <= 0.25)) < 4 * error + 0.05
    assert report.top.eigenvectors is None
    assert report.gradient_share is None
    limited = "at the limit of single precision" in repr(report)
    assert limited == (dtype == np.float32)
    assert "give more products" not in repr(report)
    assert repr(report).count("(same)") == 2
    assert len(plotting.spectral_report_plot(report).alt) > 50


def test_intervals_of_the_trace_hold_in_single_precision(outliers):
    A, exact = outliers
    for eigenvectors in (True, False):
        inside = []
        for seed in range(40):
            operator = Counting(A, dtype=np.float32)
            e = spectral_report(operator, eigenvectors=eigenvectors, num_matvecs=100, seed=seed)
            low, high = e.trace.interval(0.95)
            inside.append(low <= exact.sum() <= high)
        assert sum(inside) >= 33  # of 40; fewer have probability 0.01 where 95 % is true


def test_eigenvectors_are_kept_where_they_cost_little_and_fit(outliers, monkeypatch):
    A, _ = outliers
    n = len(A)
    assert spectral_report(A).top.eigenvectors.shape == (n, 10)
    assert spectral_report(A, memory=2200 * n).top.eigenvectors is not None
    assert spectral_report(A, memory=2200 * n - 1).top.eigenvectors is None
    monkeypatch.setattr(report_module, "KEEPS_VECTORS", n - 1)
    assert spectral_report(A).top.eigenvectors is None
    assert spectral_report(A, eigenvectors=True).top.eigenvectors is not None
    monkeypatch.setattr(report_module, "available", lambda: 1_000_000)
    with pytest.raises(
        ValueError,
        match=r"eigenvectors=True needs 880.0 kB for 400 parameters, but memory allows 600.0 kB",
    ):
        spectral_report(A, eigenvectors=True, memory=600_000)
    with pytest.raises(ValueError, match=r"eigenvectors=True needs 2\.8 GB"):
        spectral_report(
            LinearOperator((1_250_000,) * 2, lambda v: v, dtype=float), eigenvectors=True
        )


def test_what_cannot_fit_is_refused_with_the_number_before_any_product(monkeypatch):
    def never(v):
        raise AssertionError

    A = LinearOperator((124_000_000,) * 2, never, dtype=np.float32)
    with pytest.raises(ValueError, match=r"at least 2.0 GB beyond the model for 124 M parameters"):
        spectral_report(A, memory=1e9)
    A.free_memory = lambda: 2 * 10**9
    with pytest.raises(ValueError, match=r"there is room for 1.6 GB"):
        spectral_report(A)
    with pytest.raises(ValueError, match="memory must be positive"):
        spectral_report(np.eye(3), memory=0)


def test_a_long_report_says_beforehand_what_it_takes(outliers, monkeypatch, capsys):
    A, _ = outliers
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    spectral_report(A)
    assert "spectral_report:" not in capsys.readouterr().err
    monkeypatch.setattr(report_module, "LONG", 0.0)
    spectral_report(A, num_matvecs=200, eigenvectors=False)
    line = capsys.readouterr().err.splitlines()[0]
    assert line.startswith("spectral_report: 400 parameters, 200 products, about ")
    assert line.endswith("12.8 kB beyond the model")
    monkeypatch.setenv("TQDM_DISABLE", "1")
    spectral_report(A)
    assert capsys.readouterr().err == ""


def test_a_stop_by_hand_without_eigenvectors_keeps_what_is_done(outliers):
    A, exact = outliers
    for stop_at, missing in ((40, "top, bottom, density"), (120, None), (300, None)):
        operator = Counting(A, stop_at=stop_at)
        with pytest.raises(Interrupted) as stop:
            spectral_report(operator, eigenvectors=False)
        partial = stop.value.partial
        assert partial.num_matvecs == stop_at - 1
        heading = repr(partial).splitlines()[0]
        assert heading.endswith(f"stopped before: {missing}" if missing else "products")
        if missing is None:
            assert partial.largest.estimate == pytest.approx(exact[0], abs=partial.largest.error)
            assert len(partial.density.nodes) == max(1, (stop_at - 78) // 105)
    with pytest.raises(Interrupted) as stop:
        spectral_report(Counting(A, stop_at=4), eigenvectors=False)
    assert stop.value.partial.missing == ["top", "trace", "bottom", "density"]


def test_single_precision_is_passed_on(fit):
    f, w, X, y, exact = fit
    single = [np.asarray(a, np.float32) for a in (w, X, y)]
    for eigenvectors in (True, False):
        report = spectral_report(f, *single, allow_float32=True, eigenvectors=eigenvectors)
        for found, true in ((report.largest, exact[0]), (report.smallest, exact[-1])):
            assert abs(found.estimate - true) <= found.error <= 1e-4 * exact[0]
        assert report.top.converged.all()
        assert "at the limit of single precision" in repr(report)


@pytest.mark.parametrize("eigenvectors", [True, False])
def test_a_null_vector_of_ones_is_no_random_product(eigenvectors):
    """A linear model's cross-entropy does not change when all its outputs grow alike."""
    A = np.eye(30) - np.full((30, 30), 1 / 30) * (1 + 1e-15)
    report = spectral_report(A, num_matvecs=100, eigenvectors=eigenvectors)
    assert report.largest.estimate == pytest.approx(1)


@pytest.mark.parametrize("eigenvectors", [True, False])
@pytest.mark.parametrize("num_matvecs", [100, 400])
def test_the_range_of_the_share_near_zero_holds_it_where_its_standard_error_does_not(
    num_matvecs, eigenvectors
):
    rng = np.random.default_rng(0)
    lam = np.r_[rng.standard_normal(250) * 10.0 ** rng.uniform(-4, 0, 250), 9.0, 7.0, 5.0]
    truth = np.mean(np.abs(lam) <= 0.09)
    off = 0
    for seed in range(8):
        report = spectral_report(
            np.diag(lam), num_matvecs=num_matvecs, seed=seed, eigenvectors=eigenvectors
        )
        low, high = report.near_zero_range()
        assert low <= truth <= high
        assert f"{low:.0%} to {high:.0%}" in repr(report)
        estimate, stderr = report.near_zero()
        assert low <= estimate <= high
        off += abs(estimate - truth) > 2 * stderr
    if num_matvecs == 100 and eigenvectors:
        assert off > 4  # which is why the range is there


def test_few_products_say_that_nothing_is_known_and_all_of_them_everything():
    lam = np.r_[np.zeros(30), np.full(10, 5.0)]
    assert spectral_report(np.diag(lam)).near_zero_range() == pytest.approx((0.75, 0.75), abs=0.2)
    low, high = spectral_report(np.diag(np.linspace(1, 2, 40))).near_zero_range()
    assert (low, high) == (0, pytest.approx(0, abs=0.3))


def test_the_report_says_what_was_held_fixed():
    w = {"kernel": np.ones(3), "step": 3}
    found = spectral_report(lambda w: jnp.sum(w["kernel"] ** 4), w)
    assert found.remarks == "held fixed: ['step']"
    assert found.remarks in repr(found)


def writing(A, fixed):
    """Multiply with some coordinates held at 0, in the memory of the given vector."""

    def multiply(v):
        v[fixed] = 0
        u = A @ v
        u[fixed] = 0
        return u

    return multiply


def reusing(A):
    room = np.empty(len(A))

    def multiply(v):
        return np.dot(A, v.ravel(), out=room)

    return multiply


@pytest.mark.parametrize("eigenvectors", [True, False])
def test_a_product_may_write_to_its_vector_and_to_memory_of_its_own(eigenvectors):
    A, fixed = with_spectrum(np.arange(1.0, 61)), [0, 1, 2]
    held = A.copy()
    held[fixed], held[:, fixed] = 0, 0
    for multiply, matrix in ((writing(A, fixed), held), (reusing(A), A)):
        operator = LinearOperator(A.shape, matvec=multiply, dtype=float)
        report = spectral_report(operator, eigenvectors=eigenvectors)
        exact = np.linalg.eigvalsh(matrix)
        assert report.largest.estimate == pytest.approx(exact[-1], rel=1e-9)
        assert abs(report.smallest.estimate - exact[0]) <= report.smallest.error + 1e-9
        assert abs(report.trace.estimate - exact.sum()) < 4 * report.trace.stderr


def softmax_regression(W, X, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(X @ W), y[:, None], 1))


@pytest.mark.parametrize("seed", range(12))
def test_features_of_unequal_scales_bend_no_convex_loss_downwards(seed):
    """Their sums lose digits: far more than the rounding of a product of that length."""
    rng = np.random.default_rng(seed)
    X = np.c_[
        rng.normal(40, 10, 200), rng.normal(5e4, 2e4, 200), rng.normal(2000, 5, 200), np.ones(200)
    ]
    W = rng.standard_normal((4, 3)) * np.array([[0.1], [1e-3], [0.01], [1]])
    try:
        report = spectral_report(softmax_regression, W, X, rng.integers(0, 3, 200), num_matvecs=150)
    except ValueError as refusal:
        assert "sizes differ by many powers of ten" in str(refusal)  # noqa: PT017
        return
    assert abs(report.smallest.estimate) <= report.smallest.error


@pytest.mark.parametrize("eigenvectors", [True, False])
def test_a_part_in_single_precision_widens_the_bounds(eigenvectors):
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((64, 5)), rng.standard_normal(64), np.ones(5)

    def part(w, X, y, kind):
        return jnp.mean((jnp.tanh(X.astype(kind) @ w.astype(kind)) - y) ** 2)

    exact = np.linalg.eigvalsh(jax.hessian(part)(w, X, y, "float64"))
    found = spectral_report(part, w, X, y, "float32", eigenvectors=eigenvectors)
    assert abs(found.largest.estimate - exact[-1]) <= found.largest.error <= 1e-4 * exact[-1]
    assert found.largest.error >= 1e-8 * exact[-1]
    with pytest.raises(
        ValueError, match=r"as precise as float32, .* every part at least in float32"
    ):
        spectral_report(part, w, X, y, "bfloat16", eigenvectors=eigenvectors)


@pytest.mark.slow
@pytest.mark.parametrize("eigenvectors", [True, False])
@pytest.mark.parametrize("zeros", [70, 130])
def test_the_range_of_the_share_near_zero_holds_where_eigenvalues_are_repeated(zeros, eigenvectors):
    """As in networks with more parameters than examples. Two to four probes scatter too little."""
    values = np.r_[np.zeros(zeros), np.linspace(1, 2, 140 - zeros).round()]
    held, widths = 0, []
    for seed in range(40):
        report = spectral_report(
            with_spectrum(values, seed), seed=seed, num_matvecs=200, eigenvectors=eigenvectors
        )
        low, high = report.near_zero_range()
        widths.append(high - low)
        held += low - 1e-9 <= zeros / 140 <= high + 1e-9
    assert held >= 35  # of 40, where 95 % are promised
    assert np.median(widths) < 0.3


def test_a_budget_that_ends_before_copies_are_looked_for_is_said():
    seen = set()
    for seed in range(8):
        values = np.random.default_rng(seed).integers(-3, 4, 120).astype(float)
        for num_matvecs in (117, 600):
            report = spectral_report(with_spectrum(values, seed), num_matvecs=num_matvecs)
            top = report.top
            right = np.allclose(top.eigenvalues, np.sort(values)[::-1][:10], atol=1e-5)
            assert right or not (top.converged.all() and top.looked_again)
            said = "repeated eigenvalues may be missing" in str(report)
            assert said == (top.converged.all() and not top.looked_again)
            assert said == ("repeated eigenvalues may be missing" in repr(top))
            seen.add(said)
    assert seen == {True, False}
