"""The Hessian in some parameters alone."""

import numpy as np
import pytest

from course_lib.curvature.pytorch.selection import refuse_device
from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn = torch.nn
X, y, ce = torch.randn(12, 3).double(), torch.randint(0, 2, (12,)), nn.CrossEntropyLoss()


class LowRank(nn.Module):
    """A frozen layer with a trained update of rank one, as LoRA has it."""

    def __init__(self):
        super().__init__()
        self.base = nn.Linear(3, 4).requires_grad_(False)
        self.up, self.down = nn.Parameter(torch.randn(4, 1)), nn.Parameter(torch.randn(1, 3))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(torch.tanh(self.base(x) + x @ (self.up @ self.down).T))


def model_and_loss():
    model = LowRank().double()
    return model, lambda: ce(model(X), y)


CHOICES = {
    "a layer": (lambda m: m.head, ("head.weight", "head.bias")),
    "what is trained": (lambda m: "trainable", ("up", "down", "head.weight", "head.bias")),
    "a list": (lambda m: [m.down, m.up], ("up", "down")),  # in the model's order
    "one": (lambda m: m.up, ("up",)),
    "by name": (
        lambda m: [(n, p) for n, p in m.named_parameters() if n.startswith("base")],
        ("base.weight", "base.bias"),
    ),
}


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("choice", CHOICES)
def test_a_block_of_the_whole_at_its_own_size(choice, memory):
    model, loss = model_and_loss()
    choose, names = CHOICES[choice]
    flags = [p.requires_grad for p in model.parameters()]
    H = torch_operator(
        model, ce, [(X[:5], y[:5]), (X[5:], y[5:])], parameters=choose(model), memory=memory
    )
    assert H.names == names
    chosen = [dict(model.named_parameters())[name] for name in names]
    assert [p.requires_grad for p in model.parameters()] == flags
    model.requires_grad_(True)
    assert_close(H.to_dense(), dense(chosen, loss))


def test_all_of_them_are_taken_unless_some_are_chosen():
    model, loss = model_and_loss()
    H = torch_operator(model, ce, [(X, y)])
    assert H.names == tuple(name for name, _ in model.named_parameters())
    model.requires_grad_(True)
    assert_close(H.to_dense(), dense(model.parameters(), loss))


def test_tied_weights_count_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.out = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
            self.out.weight = self.embed.weight

        def forward(self, ids):
            return self.out(self.embed(ids))

    model, ids, words = Tied().double(), torch.randint(0, 5, (9,)), torch.randint(0, 5, (9,))
    H = torch_operator(model, ce, [(ids, words)])
    assert H.shape == (15, 15)
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(ids), words)))


def test_integers_are_held_fixed_and_named():
    class Table(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 2)
            self.order = nn.Parameter(torch.tensor([0, 2, 1]), requires_grad=False)

        def forward(self, x):
            return self.linear(x[:, self.order])

    model = Table().double()
    H = torch_operator(model, ce, [(X, y)])
    assert (H.held_fixed, H.names) == (("order",), ("linear.weight", "linear.bias"))
    assert_close(H.to_dense(), dense(model.linear.parameters(), lambda: ce(model(X), y)))


class Complex(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(3, 2, dtype=torch.complex128))

    def forward(self, x):
        return (x.to(torch.complex128) @ self.w).abs()


def test_other_kinds_of_numbers_are_named_with_what_helps():
    mixed = nn.Sequential(nn.Linear(3, 4).half(), nn.Linear(4, 2))
    for model, message in (
        (mixed, r"not float16 \(0.weight, 0.bias\); float32 \(1.weight, 1.bias\): .* parameters='trainable'"),
        (Complex(), r"complex128 \(w\): hold a complex weight as two real ones, torch.view_as_real"),
        (nn.Linear(3, 2).bfloat16(), r"not bfloat16 \(weight, bias\): .* half precision has too few"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            torch_operator(model, ce, [(X, y)], allow_float32=True)


def test_a_half_base_under_single_adapters_is_measured_in_the_adapters():
    class Adapted(nn.Module):
        def __init__(self):
            super().__init__()
            self.base = nn.Linear(3, 4).bfloat16().requires_grad_(False)
            self.head = nn.Linear(4, 2)

        def forward(self, x):
            return self.head(self.base(x.bfloat16()).float())

    model = Adapted()
    H = torch_operator(model, ce, [(X.float(), y)], parameters="trainable", allow_float32=True)
    hidden = model.base(X.bfloat16()).double()
    twin = nn.Linear(4, 2).double()
    twin.load_state_dict(model.head.state_dict())
    assert_close(H.to_dense(), dense(twin.parameters(), lambda: ce(twin(hidden), y)), 1e-5)
    assert H.dtype == np.float32


def test_what_is_no_parameter_of_the_model_is_named():
    model, _ = model_and_loss()
    for wanted, message in (
        ([torch.randn(3)], r"parameters\[0\], of shape \(3,\), is not a parameter of the model"),
        ([model.up, model.head.weight[0]], r"parameters\[1\], of shape \(4,\), is not a parameter"),
        (["head.weight"], r"parameters\[0\], of str, is not a parameter of the model"),
        ("head", "parameters must be 'trainable', a module or tensors, not 'head'"),
        (3, "parameters must be 'trainable', a module or an iterable of parameters, not int"),
        ([], "parameters must name some, of floating-point numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            torch_operator(model, ce, [(X, y)], parameters=wanted)


def test_devices_without_numbers_or_without_double_precision_are_named():
    with torch.device("meta"):
        model = nn.Linear(3, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"its device is meta: call model\.to_empty\(device=…\)"):
        torch_operator(model, ce, [(X, y)])
    with pytest.raises(ValueError, match=r"mps does not have: call model\.cpu\(\)"):
        refuse_device(torch.device("mps"))
    refuse_device(torch.device("cuda"))
