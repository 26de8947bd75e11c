import subprocess
import sys

import jax
import numpy as np
import pytest
from scipy.sparse.linalg import eigsh

from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.operators import hessian_operator
from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator

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
        ValueError,
        match=r"model must be in float64, not float32 \(0.weight, .*\): call model.double",
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
        (
            each,
            r"loss_fn must return one number as a tensor, not torch.Size\(\[10\]\): take the mean",
        ),
        (lambda z, y: 1.0, "loss_fn must return one number as a tensor, not float"),
        (total, r"loss_fn must be a mean over examples, .* reduction='mean'"),
        (lambda z, y: torch.log(-(z**2)).mean(), "loss_fn must be finite with a finite gradient"),
    ):
        with pytest.raises(ValueError, match=message):
            torch_operator(model, bad, data)
    with pytest.raises(ValueError, match="batches must hold at least one example"):
        torch_operator(model, loss_fn, [])
    with pytest.raises(ValueError, match="an iterator can be read only once"):
        torch_operator(model, loss_fn, iter(data))
    with pytest.raises(ValueError, match=r"model must have parameters.*\(model, loss_fn, batches"):
        torch_operator(torch.nn.Tanh(), loss_fn, data)


def test_a_loss_that_takes_the_targets_first_is_told_the_order(torch, problem):
    model, _, inputs, targets = problem

    def turned(targets, outputs):
        return torch.nn.functional.cross_entropy(outputs, targets)

    with pytest.raises(ValueError, match=r"loss_fn takes the targets first.*criterion"):
        torch_operator(model, turned, batches(inputs, targets, 10))

    def missing(outputs, targets):
        raise NotImplementedError("no kernel for this device")

    with pytest.raises(NotImplementedError, match="no kernel"):  # no guess at another mistake
        torch_operator(model, missing, batches(inputs, targets, 10))


def test_long_preparations_say_what_comes_next(problem, monkeypatch, capsys):
    from course_lib.curvature.pytorch import operator

    model, loss_fn, *batch = problem
    monkeypatch.setenv("TQDM_DISABLE", "0")
    torch_operator(model, loss_fn, [batch])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(operator, "LONG", 0.0)
    torch_operator(model, loss_fn, [batch])
    assert "going through all batches twice took 0 s; next it checks" in capsys.readouterr().err


def test_without_pytorch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        ModuleNotFoundError, match="torch_operator needs PyTorch: pip install torch"
    ):
        torch_operator(None, None, [])


def test_pytorch_is_not_imported_before_it_is_needed():
    code = "import sys, course_lib.curvature.report; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


# The report.


def test_a_pytorch_model_reports_like_its_twin_in_jax(torch, problem):
    model, loss_fn, inputs, targets = problem
    A = torch_operator(model, loss_fn, batches(inputs, targets, 10))
    found, expected = spectral_report(A), spectral_report(in_jax(model, inputs, targets))
    assert found.largest.estimate == pytest.approx(expected.largest.estimate, rel=1e-9)
    assert found.gradient_share == pytest.approx(expected.gradient_share, abs=1e-9)
    assert found.trace.estimate == pytest.approx(expected.trace.estimate, rel=1e-9)
    with pytest.raises(ValueError, match="f is of PyTorch: call spectral_report"):
        spectral_report(model)


def test_pytorch_data_of_another_type_are_named(torch, problem):
    model, loss_fn, inputs, targets = problem
    for bad in (inputs.float(), (9 * inputs).long()):
        with pytest.raises(ValueError, match=r"do not take a batch in torch.* inputs.to"):
            torch_operator(model, loss_fn, [(bad, targets)])
    with pytest.raises(ValueError, match=r"a batch in torch.float64: .* targets.long\(\)"):
        torch_operator(model, loss_fn, [(inputs, targets.double())])
