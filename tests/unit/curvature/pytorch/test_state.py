"""Measuring changes nothing; what changes afterwards is noticed."""

import random

import numpy as np
import pytest

from course_lib.curvature.pytorch.state import copies, unchanged
from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
X, y, ce = torch.randn(12, 3).double(), torch.randint(0, 2, (12,)), nn.CrossEntropyLoss()


def network():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()


def step(model):
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    ce(model(X), y).backward()
    optimizer.step()


def in_data(model):
    model[0].weight.data.mul_(1.01)


def swapped_rows(model):
    model[0].weight.data = model[0].weight.data[[1, 0, 2, 3]]


def swapped_in_place(model):
    with torch.no_grad():
        model[0].weight.copy_(model[0].weight[[1, 0, 2, 3]].clone())


def one_sign(model):
    model[2].bias.data[1] *= -1


def all_signs_of_a_layer(model):
    model[0].weight.data *= -1


def loaded(model):
    model.load_state_dict(network().state_dict())


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize(
    "change",
    [step, in_data, swapped_rows, swapped_in_place, one_sign, all_signs_of_a_layer, loaded],
)
def test_a_model_that_changed_is_refused_and_a_new_operator_is_right(change, memory):
    model = network()
    H = torch_operator(model, ce, [(X, y)], memory=memory)
    H @ np.ones(H.shape[0])
    change(model)
    with pytest.raises(ValueError, match="weights have changed since the operator was made"):
        H @ np.ones(H.shape[0])
    with pytest.raises(ValueError, match="weights have changed"):
        spectral_report(H)
    again = torch_operator(model, ce, [(X, y)], memory=memory)
    assert_close(again.to_dense(), dense(model.parameters(), lambda: ce(model(X), y)))
    assert again.loss == pytest.approx(ce(model(X), y).item(), rel=1e-12)


def test_statistics_that_changed_are_noticed_too():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()
    H = torch_operator(model, ce, [(X, y)])
    model.train()(X)  # as evaluating in training mode does
    with pytest.raises(ValueError, match="have changed"):
        H @ np.ones(H.shape[0])


def test_a_model_put_back_as_it_was_is_the_same():
    model = network()
    H = torch_operator(model, ce, [(X, y)])
    expected = H @ np.ones(H.shape[0])
    before = {k: v.clone() for k, v in model.state_dict().items()}
    model[0].weight.data += 1
    for p, name in zip(model.parameters(), before, strict=True):
        p.data = before[name]
    assert_close(H @ np.ones(H.shape[0]), expected, 1e-14)


@pytest.mark.parametrize("memory", [None, 0])
def test_the_random_numbers_of_everybody_go_on_as_if_nothing_had_been(memory):
    data = torch.utils.data.TensorDataset(X, y)
    drawn = []
    for measure in (False, True):
        torch.manual_seed(1), np.random.seed(1), random.seed(1)  # noqa: NPY002
        if measure:
            loader = torch.utils.data.DataLoader(data, 5, shuffle=True)
            spectral_report(torch_operator(network_of_seed(), ce, loader, memory=memory))
        drawn.append((torch.rand(1).item(), np.random.rand(), random.random()))  # noqa: NPY002
    assert drawn[0] == drawn[1]


def network_of_seed():
    with torch.random.fork_rng():
        return network()


def test_buffers_that_count_and_gradients_that_gather_stay():
    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 2)
            self.register_buffer("seen", torch.zeros(1))

        def forward(self, x):
            self.seen += len(x)
            return self.linear(x)

    model = Counting().double()
    ce(model(X), y).backward()
    before = model.seen.clone(), model.linear.weight.grad.clone()
    H = torch_operator(model, ce, [(X, y)], memory=0)
    H @ np.ones(H.shape[0])
    assert torch.equal(model.seen, before[0])
    assert torch.equal(model.linear.weight.grad, before[1])


def test_inside_no_grad_and_inference_mode_it_differentiates_all_the_same():
    model = network()
    exact = dense(model.parameters(), lambda: ce(model(X), y))
    for quiet in (torch.no_grad, torch.inference_mode):
        with quiet():
            assert_close(torch_operator(model, ce, [(X, y)]).to_dense(), exact)


def test_a_loss_that_turns_training_mode_on_is_not_said_to_be_in_eval_mode():
    def in_training(model, batch):
        return ce(model.train()(batch[0]), batch[1])

    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)).double()
    H = torch_operator(model.eval(), in_training, [(X, y)])
    assert "eval" not in repr(H)
    assert "in training mode, which loss_fn or the model turns on" in str(spectral_report(H))
    assert not model.training
    assert_close(H.to_dense(), dense(model.parameters(), lambda: in_training(model, (X, y))))
    model.eval()
    assert "in eval mode" in repr(torch_operator(model, ce, [(X, y)]))


def test_a_checkpoint_computes_again_in_eval_mode_too():
    class Noisy(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.norm, self.b = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)

        def block(self, x):
            noise = torch.randn_like(x) if self.training else 0.0
            return self.b(self.norm(torch.tanh(self.a(x + noise))))

        def forward(self, x):
            return torch.utils.checkpoint.checkpoint(self.block, x, use_reentrant=False)

    model = Noisy().double()
    H = torch_operator(model, ce, [(X, y)])
    before = [b.clone() for b in model.buffers()]
    Hv = H @ np.ones(H.shape[0])
    assert model.training
    assert all(map(torch.equal, before, model.buffers()))
    model.eval()
    exact = dense(model.parameters(), lambda: ce(model.block(X), y))
    assert_close(Hv, exact @ np.ones(H.shape[0]))


def test_a_checkpoint_of_attention_computes_again_without_its_fused_kernel():
    class Attending(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(3, 4), nn.Linear(4, 2)

        def block(self, x):
            q = self.a(x).view(1, 3, 4, 4)
            return F.scaled_dot_product_attention(q, q, q).reshape(-1, 4)

        def forward(self, x):
            return self.b(torch.utils.checkpoint.checkpoint(self.block, x, use_reentrant=False))

    model = Attending().double()
    H = torch_operator(model, ce, [(X, y)], count=lambda batch: 1)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        exact = dense(model.parameters(), lambda: ce(model.b(model.block(X)), y))
    assert_close(H.to_dense(), exact)


def settings():
    new = hasattr(torch.backends, "fp32_precision")
    try:
        matrices = torch.get_float32_matmul_precision()
    except RuntimeError:  # set by the new name
        matrices = None
    convolutions = torch.backends.cudnn.conv.fp32_precision if new else None
    product = torch.backends.cuda.matmul.fp32_precision if new else None
    return matrices, convolutions, product, torch.backends.cudnn.enabled


class Watching(nn.Module):
    """Notes PyTorch's settings when it is evaluated and when it is differentiated."""

    def __init__(self, inside):
        super().__init__()
        self.inside, self.last, self.seen = inside, nn.Linear(4, 2), set()

    def forward(self, x):
        out = self.inside(x)
        out = out[0][:, 0] if isinstance(out, tuple) else out
        self.seen.add(settings())
        out.register_hook(lambda g: self.seen.add(settings()))
        return self.last(out)


def faster_the_old_way():
    torch.set_float32_matmul_precision("medium")


def faster_the_new_way():
    torch.backends.cuda.matmul.fp32_precision = "tf32"


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize(
    "choose", [lambda: None, faster_the_old_way, faster_the_new_way], ids=["usual", "old", "new"]
)
def test_float32_is_multiplied_in_float32_whatever_the_settings(choose, memory):
    if choose is faster_the_new_way and not hasattr(torch.backends, "fp32_precision"):
        choose = faster_the_old_way
    usual = settings()
    try:
        choose()
        before = settings()
        model = Watching(nn.Linear(3, 4))
        H = torch_operator(model, ce, [(X.float(), y)], memory=memory, allow_float32=True)
        H @ np.ones(H.shape[0])
        assert settings() == before
        (inside,) = model.seen
        assert inside[0] == "highest"
        assert set(inside[1:3]) <= {"ieee", None}
    finally:
        torch.set_float32_matmul_precision("highest")
        if hasattr(torch.backends, "fp32_precision"):
            torch.backends.cuda.matmul.fp32_precision = "none"
            torch.backends.mkldnn.matmul.fp32_precision = "none"
    assert settings() == usual


def test_recurrent_layers_do_without_cudnn_which_has_no_second_derivative():
    for inside, allowed in (
        (nn.LSTM(3, 4, batch_first=True), False),
        (nn.GRU(3, 4, batch_first=True), False),
        (nn.Linear(3, 4), True),
    ):
        model = Watching(inside).double()
        inputs = X if allowed else X[:, None]
        H = torch_operator(model, ce, [(inputs, y)])
        H @ np.ones(H.shape[0])
        assert {enabled for *_, enabled in model.seen} == {allowed}
        assert torch.backends.cudnn.enabled


def test_copies_tell_values_places_types_and_numbers():
    a = torch.arange(200_000.0)
    now = [a, torch.ones(4), torch.tensor([1.0, float("nan")]), torch.tensor([True, False])]
    before = copies(now)
    assert unchanged(now, before)
    for i, j in ((0, 1), (5, 150_000), (199_998, 199_999)):
        b = a.clone()
        b[[i, j]] = b[[j, i]]
        assert not unchanged([b, *now[1:]], before)
    for place, other in (
        (1, -torch.ones(4)),
        (1, torch.ones(4).double()),
        (1, torch.ones(2, 2)),
        (2, torch.tensor([float("nan"), 1.0])),
        (3, torch.tensor([False, True])),
    ):
        assert not unchanged([*now[:place], other, *now[place + 1 :]], before)
    assert not unchanged(now[:3], before)


class OnAGraph(nn.Module):
    """A graph network, which holds the links of its nodes as a sparse matrix."""

    def __init__(self, links):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)
        self.register_buffer("links", links)

    def forward(self, x):
        return self.second(self.links @ torch.tanh(self.first(self.links @ x)))


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr", "to_sparse_csc"])
def test_sparse_buffers_stay_and_are_watched_too(layout, memory):
    links = (torch.eye(12) + torch.eye(12).roll(1, 0)).double() / 2
    model = OnAGraph(getattr(links, layout)()).double()
    H = torch_operator(model, ce, [(X, y)], memory=memory)
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(X), y)))
    assert torch.equal(model.links.to_dense(), links)
    model.links = getattr(2 * links, layout)()
    with pytest.raises(ValueError, match="have changed"):
        H @ np.ones(H.shape[0])


class Adapter(nn.Linear):
    """Weights of low rank beside frozen ones, merged with them in eval mode."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.merged = False
        self.weight.requires_grad = False
        self.A, self.B = nn.Parameter(torch.randn(2, inputs)), nn.Parameter(torch.randn(outputs, 2))

    def train(self, mode=True):
        super().train(mode)
        if mode == self.merged:
            self.weight.data += (-1 if mode else 1) * self.B.data @ self.A.data
            self.merged = not mode
        return self

    def forward(self, x):
        found = super().forward(x)
        return found if self.merged else found + x @ self.A.T @ self.B.T


@pytest.mark.parametrize("memory", [None, 0])
def test_weights_that_change_in_eval_mode_are_put_back_and_the_model_is_refused(memory):
    model = nn.Sequential(Adapter(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"model\.eval\(\) changes them, .* merge_weights=False"):
        torch_operator(model, ce, [(X, y)], parameters="trainable", memory=memory)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(module.training for module in model.modules())
    assert not model[0].merged
    model.eval()  # as the reader may: then the adapter has no effect, and this is said
    H = torch_operator(model, ce, [(X, y)], parameters="trainable", memory=memory)
    assert H.without_effect == ("0.A", "0.B")
    assert "no effect of 0.A, 0.B on the loss" in repr(H)
    assert not H.to_dense()[4:18].any()
    assert H.to_dense()[:4].any()


def test_a_model_without_an_eval_mode_is_refused_with_the_remedy():
    class OwnTrain(nn.Linear):
        def train(self, loader, epochs=3):
            for _ in loader:
                pass

    class Exported(nn.Linear):
        def train(self, mode=True):
            raise NotImplementedError("Calling train() is not supported yet.")

    for model in (OwnTrain(3, 2), Exported(3, 2)):
        with pytest.raises(ValueError, match=r"model\.eval\(\) must put .* defines a method train"):
            torch_operator(model.double(), ce, [(X, y)])


class Scaled(nn.Linear):
    """Scales by the largest input, which it keeps in a buffer that it writes to in place."""

    def __init__(self):
        super().__init__(3, 2, bias=False)
        self.register_buffer("scale", torch.ones(()))

    def forward(self, x):
        self.scale.copy_(x.abs().amax())
        return torch.tanh(super().forward(x)) * self.scale


class Workspace(nn.Linear):
    """Writes into memory of its own that is no buffer."""

    room = torch.empty(0)

    def forward(self, x):
        if len(self.room) < len(x):
            self.room = torch.empty(len(x), 3, dtype=x.dtype)
        self.room[: len(x)] = x
        return torch.tanh(super().forward(self.room[: len(x)]))


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("make", [Scaled, lambda: Workspace(3, 2)])
def test_what_a_model_writes_to_itself_spoils_no_product(make, memory):
    torch.manual_seed(0)
    model = make().double()
    batches = [(X[:6], y[:6]), (3 * X[6:], y[6:])]
    exact = sum(dense(model.parameters(), lambda: ce(model(x), t)) for x, t in batches) / 2  # noqa: B023
    H = torch_operator(model, ce, batches, memory=memory, count=lambda batch: 6)
    assert_close(H.to_dense(), exact)
