"""Models that PyTorch differentiates twice wrongly, or not at all; and those that it does right."""

import warnings

import pytest

from course_lib.curvature.pytorch import checks
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, by_differences, dense

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
checkpoint = torch.utils.checkpoint.checkpoint
torch.manual_seed(0)
X, y = torch.randn(12, 3).double(), torch.randint(0, 2, (12,))
ce = nn.CrossEntropyLoss()


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        return 3 * ctx.saved_tensors[0] ** 2 * g


class OnceCube(Cube):
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return 3 * ctx.saved_tensors[0] ** 2 * g


class DetachedCube(Cube):
    @staticmethod
    def backward(ctx, g):
        return 3 * ctx.saved_tensors[0].detach() ** 2 * g


class SlightlyWrongCube(Cube):
    """Off by three per cent, in the second derivative alone."""

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        slope = 3 * x**2
        return (0.97 * slope + 0.03 * slope.detach()) * g


class Net(nn.Module):
    def __init__(self, act, through=lambda f, x: f(x), first=True):
        super().__init__()
        self.a, self.b, self.act, self.through, self.first = (
            nn.Linear(3, 4), nn.Linear(4, 2), act, through, first,
        )  # fmt: skip

    def forward(self, x):
        if self.first:
            return self.b(self.through(lambda u: self.act(self.a(u)), x))
        return self.through(lambda u: self.b(self.act(u)), self.a(x))


def reentrant(f, x):
    return checkpoint(f, x, use_reentrant=True)


def plain_checkpoint(f, x):
    return checkpoint(f, x, use_reentrant=False)


def fused(f, x):
    q = f(x)[None, None]
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.FLASH_ATTENTION):
        return F.scaled_dot_product_attention(q, q, q)[0, 0]


def detaching(f, x):
    out = f(x)
    return out + 0.1 * (out * out.detach()).tanh()


def under_no_grad(f, x):
    with torch.no_grad():
        return f(x)


def normed(norm):
    return nn.Sequential(norm(nn.Linear(3, 4)), nn.Tanh(), nn.Linear(4, 2))


def written_out():
    """Weight norm in plain operations, as the message advises."""

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.g, self.v = nn.Parameter(torch.rand(4, 1)), nn.Parameter(torch.randn(4, 3))

        def forward(self, x):
            return x @ (self.g * self.v / self.v.norm(dim=1, keepdim=True)).T

    return nn.Sequential(Layer(), nn.Tanh(), nn.Linear(4, 2))


WRONG = {
    "weight norm": (
        lambda: normed(nn.utils.parametrizations.weight_norm), "Suspected: weight_norm",
    ),
    "a backward that detaches": (lambda: Net(DetachedCube.apply), "autograd.Function DetachedCube"),
    "once differentiable": (lambda: Net(OnceCube.apply), "the autograd.Function OnceCube"),
    "wrong by little": (lambda: Net(SlightlyWrongCube.apply), "Function SlightlyWrongCube"),
    "the first layer under a reentrant checkpoint": (
        lambda: Net(torch.tanh, reentrant), r"a reentrant checkpoint \(remedy: checkpoint\(…, use_re",
    ),
    "a layer under no_grad": (
        lambda: Net(torch.tanh, under_no_grad),
        r"no gradient reaches a.weight, a.bias \(remedy: .* parameters=…",
    ),
    "a loss that detaches": (lambda: Net(torch.tanh, detaching), "Look for a custom backward, for detach"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_second_derivative_is_refused_and_its_culprit_named(case, dtype):
    make, message = WRONG[case]
    with pytest.raises(ValueError, match=rf"(wrong: a product differs|not symmetric).*{message}"):
        torch_operator(make().to(dtype), ce, [(X.to(dtype), y)], allow_float32=True)


@pytest.mark.parametrize("near", [1e-6, 1e-8, 3e-9])
def test_a_kink_near_by_is_not_taken_for_a_wrong_derivative(near):
    """Of a million ReLUs, some meet their kink at a step of 1e-8."""

    def with_a_kink(act):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 3), Net(act)).double()
        with torch.no_grad():
            model[0].bias[:] = near - model[0].weight @ X[0]
        return model

    model = with_a_kink(torch.tanh)
    H = torch_operator(model, ce, [(X, y)])
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(X), y)))
    with pytest.raises(ValueError, match=r"the autograd\.Function SlightlyWrongCube"):
        torch_operator(with_a_kink(SlightlyWrongCube.apply), ce, [(X, y)])


def test_a_small_step_does_not_excuse_what_is_wrong_beside_a_large_gradient():
    model = Net(DetachedCube.apply).double()

    def steep(outputs, targets):
        return ce(outputs, targets) + 1e5 * outputs.mean()

    with pytest.raises(ValueError, match=r"the autograd\.Function DetachedCube"):
        torch_operator(model, steep, [(X, y)])
    linear = nn.Linear(3, 2).double()

    def wrong(outputs, targets):
        return 1e5 * outputs.mean() + DetachedCube.apply(outputs).mean()

    with pytest.raises(ValueError, match=r"the autograd\.Function DetachedCube"):
        torch_operator(linear, wrong, [(X, y)])


class Padded(nn.Module):
    """Words with padding, which changes the last state of the LSTM."""

    def __init__(self, functional=False, tied=False):
        super().__init__()
        torch.manual_seed(2)
        self.words = nn.Embedding(6, 4, padding_idx=None if functional else 0)
        nn.init.normal_(self.words.weight)
        self.recurrent, self.head = nn.LSTM(4, 4, batch_first=True), nn.Linear(4, 6)
        self.functional = functional
        if tied:
            self.head.weight = self.words.weight

    def forward(self, x):
        inside = self.words(x)
        if self.functional:
            inside = F.embedding(x, self.words.weight, padding_idx=0)
        return self.head(self.recurrent(inside)[0][:, -1])


SEQUENCES = torch.tensor([[1, 2, 0, 0], [3, 1, 5, 2], [2, 0, 0, 0]]), torch.tensor([0, 1, 1])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("functional", [False, True])
def test_the_row_of_an_embedding_for_padding_is_held_fixed_and_named(functional, dtype):
    model = Padded(functional).to(dtype)
    H = torch_operator(model, ce, SEQUENCES, allow_float32=True)
    assert H.held_fixed == ("words.weight[0]",)
    assert "held fixed: words.weight[0]" in repr(H)
    exact = dense(model.parameters(), lambda: ce(model(SEQUENCES[0]), SEQUENCES[1]))
    assert_close(H.to_dense(), exact, rtol=1e-10 if dtype == torch.float64 else 1e-4)
    assert not H.to_dense()[:4].any()
    assert H.to_dense()[4:8].any()


def test_a_row_for_padding_that_also_serves_elsewhere_is_named():
    model = Padded(tied=True).double()
    with pytest.raises(
        ValueError, match="row for padding, which is also used elsewhere, as with ti"
    ):
        torch_operator(model, ce, SEQUENCES)
    model.words.padding_idx = None  # as the message advises
    H = torch_operator(model, ce, SEQUENCES)
    assert H.held_fixed == ()
    exact = by_differences(model.parameters(), lambda: ce(model(SEQUENCES[0]), SEQUENCES[1]))
    assert_close(H.to_dense(), exact, rtol=1e-6)


class Full(torch.autograd.Function):
    """Runs out of memory, in the given pass."""

    @staticmethod
    def forward(ctx, x, where):
        ctx.where = where
        if where == "forward":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        if ctx.where == "backward":
            raise RuntimeError(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"
            )
        return FullAgain.apply(g), None


class FullAgain(torch.autograd.Function):
    @staticmethod
    def forward(ctx, g):
        return g.clone()

    @staticmethod
    def backward(ctx, g):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


@pytest.mark.parametrize("where", ["forward", "backward", "the second derivative"])
def test_memory_that_does_not_suffice_is_not_taken_for_a_wrong_model(where):
    model = Net(lambda x: Full.apply(torch.tanh(x), where)).double()
    with pytest.raises(
        MemoryError, match=r"a batch and what .* must fit into memory: give smaller batches \("
    ):
        torch_operator(model, ce, [(X, y)])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_inside_is_named(dtype):
    def in_half(f, x):
        with torch.autocast("cpu", dtype):
            return f(x).float()

    model = Net(torch.tanh, in_half)
    with pytest.raises(ValueError, match="autocast or half precision inside the model"):
        torch_operator(model, ce, [(X.float(), y)], allow_float32=True)
    H = torch_operator(Net(torch.tanh), ce, [(X.float(), y)], allow_float32=True)
    assert H.dtype == "float32"


RIGHT = {
    "a right custom function": lambda: Net(Cube.apply),
    "weight norm written out": written_out,
    "spectral norm": lambda: normed(nn.utils.parametrizations.spectral_norm),
    "an orthogonal layer": lambda: normed(
        lambda layer: nn.utils.parametrizations.orthogonal(layer, orthogonal_map="matrix_exp")
    ),
    "a plain checkpoint": lambda: Net(torch.tanh, plain_checkpoint),
    "ReLU": lambda: nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)),
    "leaky ReLU and max pooling": lambda: nn.Sequential(
        nn.Linear(3, 24), nn.LeakyReLU(), nn.Unflatten(1, (2, 12)), nn.MaxPool1d(3), nn.Flatten(),
        nn.Linear(8, 2),
    ),
    "a convolution": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 3)), nn.Conv1d(1, 4, 2), nn.GELU(), nn.Flatten(), nn.Linear(8, 2)
    ),
    "layer norm": lambda: nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.SiLU(), nn.Linear(4, 2)),
    "batch norm": lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ELU(), nn.Linear(4, 2)),
    "a linear model": lambda: nn.Linear(3, 2),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", RIGHT)
def test_right_ones_pass_in_both_precisions(case):
    model = RIGHT[case]()
    single = torch_operator(model, ce, [(X.float(), y)], allow_float32=True).to_dense()
    model.double()
    H = torch_operator(model, ce, [(X[:6], y[:6]), (X[6:], y[6:])])
    model.eval()
    exact = by_differences(model.parameters(), lambda: ce(model(X), y))
    assert_close(H.to_dense(), exact, 1e-7)
    assert_close(single, exact, 1e-4)


WITHOUT = {
    "EmbeddingBag": (
        lambda: nn.Sequential(nn.EmbeddingBag(6, 3), nn.Linear(3, 2)),
        ce, (torch.randint(0, 6, (12, 4)), y), r"Suspected: EmbeddingBag \(remedy: torch.nn.Embedding",
    ),
    "sparse gradients": (
        lambda: nn.Sequential(nn.Embedding(6, 3, sparse=True), nn.Flatten(), nn.Linear(6, 2)),
        ce, (torch.randint(0, 6, (12, 2)), y), r"0, an embedding with sparse gradients \(remedy: sp",
    ),
    "CTC": (
        lambda: nn.Linear(4, 3),
        lambda z, t: F.ctc_loss(
            F.log_softmax(z, -1).transpose(0, 1), t, torch.full((len(t),), 5), torch.full((len(t),), 2)
        ),
        (torch.randn(6, 5, 4).double(), torch.randint(1, 3, (6, 2))), "the CTC loss",
    ),
    "a reentrant checkpoint": (
        lambda: Net(torch.tanh, reentrant, first=False), ce, (X, y), "a reentrant checkpoint",
    ),
    "compiled": (
        lambda: torch.compile(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), backend="aot_eager"),
        ce, (X, y), r"torch.compile \(remedy: give the model before compiling",
    ),
    "a fused kernel that is asked for": (
        lambda: Net(torch.tanh, fused), ce, (X, y), r"a fused kernel of attention \(remedy: no sdpa",
    ),
    "an embedding that normalizes itself": (
        lambda: nn.Sequential(nn.Embedding(6, 3, max_norm=0.1), nn.Flatten(), nn.Linear(6, 2)),
        ce, (torch.randint(0, 6, (12, 2)), y), r"changes its weights .* \(remedy: call the model once",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", WITHOUT)
def test_what_has_no_second_derivative_is_named_when_the_operator_is_made(case):
    make, loss_fn, batch, message = WITHOUT[case]
    model = make().double()
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(ValueError, match=message):
        torch_operator(model, loss_fn, [batch])
    assert all(map(torch.equal, before, model.parameters()))


def test_what_the_messages_advise_helps():
    ids = torch.randint(0, 6, (12, 2))
    bag = nn.Sequential(nn.EmbeddingBag(6, 3), nn.Linear(3, 2)).double()

    class Mean(nn.Module):
        def forward(self, x):
            return x.mean(1)

    advised = nn.Sequential(nn.Embedding(6, 3), Mean(), nn.Linear(3, 2)).double()
    advised.load_state_dict({k.replace("1.", "2."): v for k, v in bag.state_dict().items()})
    exact = by_differences(bag.parameters(), lambda: ce(bag(ids), y))
    assert_close(torch_operator(advised, ce, [(ids, y)]).to_dense(), exact, 1e-7)

    shrinking = nn.Sequential(nn.Embedding(6, 3, max_norm=0.1), nn.Flatten(), nn.Linear(6, 2))
    shrinking.double()(ids)
    shrinking[0].max_norm = None
    H = torch_operator(shrinking, ce, [(ids, y)])
    assert_close(H.to_dense(), dense(shrinking.parameters(), lambda: ce(shrinking(ids), y)))


def test_the_difference_of_gradients_alone_sees_what_is_wrong():
    for function, found in ((Cube, []), (SlightlyWrongCube, [0, 1])):
        model = Net(function.apply).double()
        wrong = checks.disagreement(lambda m=model: ce(m(X), y), list(model.parameters()))
        assert wrong == found


def test_a_matrix_that_is_not_symmetric_is_refused():
    model = nn.Linear(3, 2).double()
    parameters = list(model.parameters())
    v = checks.direction(parameters)
    skew = torch.randn(8, 8).double()

    def product(v):
        flat = skew @ torch.cat([part.reshape(-1) for part in v])
        return [flat[:6].reshape(2, 3), flat[6:]]

    loss = BatchLoss(model, ce, None)
    with pytest.raises(ValueError, match=r"not symmetric: uᵀHv = .* but vᵀHu"):
        checks.refuse_asymmetry(product, v, product(v), loss, (X, y))
    skew = skew + skew.T
    checks.refuse_asymmetry(product, v, product(v), loss, (X, y))


def test_dropout_that_ignores_eval_mode_is_named():
    class Dropping(nn.Module):
        def __init__(self, drop):
            super().__init__()
            self.linear, self.drop = nn.Linear(3, 2), drop

        def forward(self, x):
            return self.linear(self.drop(x))

    always = (F.dropout, lambda x: x + torch.randn_like(x), lambda x: x[:, torch.randperm(3)])
    for drop in always:
        with pytest.raises(
            ValueError, match=r"something random is left, such as F.dropout without"
        ):
            torch_operator(Dropping(drop).double(), ce, [(X, y)])
    torch_operator(Dropping(nn.Dropout(0.5)).double(), ce, [(X, y)])


def test_a_loss_that_does_not_reach_the_parameters_is_named():
    model = net = nn.Linear(3, 2).double()
    for loss_fn in (
        lambda out, t: ce(out.detach(), t).requires_grad_(False),
        lambda out, t: torch.tensor(ce(out, t).item()),
    ):
        with pytest.raises(ValueError, match="must depend on the model's parameters"):
            torch_operator(model, loss_fn, [(X, y)])
    other = nn.Linear(2, 2).double()
    with pytest.raises(ValueError, match="another model that loss_fn calls in place of its arg"):
        torch_operator(other, lambda model, batch: ce(net(batch[0]), batch[1]), [(X, y)])
    both = nn.ModuleDict({"used": model, "other": other})

    def loss(model, batch):
        return ce(model["used"](batch[0]), batch[1])

    H = torch_operator(both, loss, [(X, y)])
    assert not H.to_dense()[8:].any()  # no influence: no curvature


@pytest.mark.parametrize(
    "loss_fn", [F.mse_loss, F.l1_loss, F.huber_loss, F.binary_cross_entropy_with_logits]
)
def test_a_column_beside_a_row_is_refused_whatever_the_numbers(loss_fn):
    if loss_fn is F.binary_cross_entropy_with_logits:

        def loss_fn(z, t):  # PyTorch's own refuses these shapes
            return (F.softplus(z) - t * z).mean()

    for seed in range(40):
        torch.manual_seed(seed)
        inputs, targets = torch.randn(12, 3).double(), torch.rand(12).double()
        model = nn.Linear(3, 1).double()
        if seed % 4 == 0:  # all outputs alike: each with each is then the same number
            nn.init.zeros_(model.weight)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(ValueError, match="pair each with each"):
                torch_operator(model, lambda z, t: loss_fn(z, t), [(inputs, targets)])
        torch_operator(model, lambda z, t: loss_fn(z[:, 0], t), [(inputs, targets)])
        torch_operator(model, lambda z, t: z.square().mean(), [(inputs, targets)])


def test_types_and_shapes_that_do_not_fit_are_blamed_where_they_are():
    model, to_one = nn.Linear(3, 2).double(), nn.Linear(3, 1).double()
    goal = torch.randn(12).double()
    for made, loss_fn, batch, message in (
        (model, nn.CrossEntropyLoss(weight=torch.ones(2)), (X, y), r"loss_fn holds weights in torch.float32"),
        (model, nn.CrossEntropyLoss(weight=torch.ones(2, device="meta")), (X, y), r"holds weights on meta but the model is on cpu: move them, loss_fn.to\("),
        (to_one, lambda z, t: F.binary_cross_entropy_with_logits(z[:, 0], t), (X, y), r"targets.to\(torch.float64\)"),
        (to_one, nn.MSELoss(), (X, goal), r"returns \(12, 1\) but targets are \(12,\): .* targets\[:, None\]"),
        (to_one, lambda z, t: (z - t).abs().mean(), (X, goal), r"outputs\[:, 0\]"),
        (model, ce, (X.float(), y), r"inputs.to\(torch.float64\)"),
        (model, lambda z, t: torch.fft.fft(z[:, 0]).sum(), (X, y), "a real number, not torch.complex128"),
        (model, "cross entropy", (X, y), "loss_fn must be a function, not str"),
        (model, nn.CrossEntropyLoss, (X, y), r"not the class CrossEntropyLoss: make one, CrossEntropyLoss\(\)"),
    ):  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(ValueError, match=message):
                torch_operator(made, loss_fn, [batch])
    H = torch_operator(to_one, lambda z, t: F.mse_loss(z[:, 0], t), [(X, goal)])
    assert_close(
        H.to_dense(), dense(to_one.parameters(), lambda: F.mse_loss(to_one(X)[:, 0], goal))
    )
    with pytest.raises(ValueError, match=r"model must be a torch.nn.Module, not function"):
        torch_operator(lambda x: x, ce, [(X, y)])


class TwoTasks(nn.Module):
    def __init__(self, second):
        super().__init__()
        self.common, self.heads = nn.Linear(3, 3), nn.ModuleList([nn.Linear(3, 2), second])

    def forward(self, x, task):
        return self.heads[task](torch.tanh(self.common(x)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("second", "named"),
    [
        (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)), "weight_norm"),
        (lambda: Net(DetachedCube.apply), "DetachedCube"),
    ],
)
def test_what_only_a_later_batch_needs_is_checked_too(second, named, order):
    def loss(model, batch):
        return ce(model(batch[0], batch[2]), batch[1])

    batches = [(X[:6], y[:6], order[0]), (X[6:], y[6:], order[1])]
    with pytest.raises(ValueError, match=f"second derivative of this model is wrong: .*{named}"):
        torch_operator(TwoTasks(second()).double(), loss, batches, count=lambda b: len(b[1]))
    model = TwoTasks(nn.Linear(3, 2)).double()
    H = torch_operator(model, loss, batches, count=lambda b: len(b[1]))
    exact = dense(
        model.parameters(), lambda: (loss(model, batches[0]) + loss(model, batches[1])) / 2
    )
    assert_close(H.to_dense(), exact)
    assert H.without_effect == ()


NOT_FINITE = {
    "the cosine of a vector of zeros": lambda z, t: 1 - F.cosine_similarity(z, t).mean(),
    "its norm": lambda z, t: (z.norm(dim=1) - t[:, 0]).mean(),
    "a power below 2 of 0": lambda z, t: (z.abs() ** 1.5 * t).mean(),
}


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("case", NOT_FINITE)
def test_a_second_derivative_that_is_not_finite_names_its_batch(case, memory):
    torch.manual_seed(0)
    inputs = torch.randn(120, 3).double()
    model = nn.Linear(3, 3, bias=False).double()
    targets = torch.ones(120, 3).double()
    batches, loss = list(zip(inputs.split(40), targets.split(40), strict=True)), NOT_FINITE[case]
    torch_operator(model, loss, batches, memory=memory)
    inputs[79] = 0
    with pytest.raises(ValueError, match=r"must be finite, but on batch 1 it is not: .* normalize"):
        torch_operator(model, loss, batches, memory=memory)


def test_a_point_on_a_kink_is_named():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).double()
    torch_operator(model, ce, [(X, y)])
    nn.init.zeros_(model[0].bias)
    empty = X.clone()
    empty[3] = 0
    with pytest.raises(ValueError, match=r"has a kink exactly here, along 0\.bias"):
        torch_operator(model, ce, [(empty, y)])
    torch_operator(model, ce, [(X, y)])

    def sparse(model, batch):
        return ce(model(batch[0]), batch[1]) + 1e-2 * sum(p.abs().sum() for p in model.parameters())

    with pytest.raises(
        ValueError, match=r"has a kink exactly here, along 0\.bias: .*\|w\| at w = 0"
    ):
        torch_operator(model, sparse, [(X, y)])
    with torch.no_grad():
        model[0].bias += 0.1
    H = torch_operator(model, sparse, [(X, y)])
    assert_close(H.to_dense(), dense(model.parameters(), lambda: sparse(model, (X, y))))


def test_a_part_in_single_precision_within_a_model_in_double_is_named():
    class Norm(nn.Module):
        def forward(self, x):
            h = x.float()
            return (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-6)).to(x.dtype)

    model = nn.Sequential(nn.Linear(3, 4), Norm(), nn.Tanh(), nn.Linear(4, 2))
    with pytest.raises(
        ValueError,
        match=r"a part of this float64 model that computes in float32 .*model\.float\(\) and",
    ):
        torch_operator(model.double(), ce, [(X, y)])
    H = torch_operator(model.float(), ce, [(X.float(), y)], allow_float32=True)
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(X.float()), y)), 1e-5)


def test_gradients_that_pytorch_scales_are_refused_by_name():
    embedding = nn.Embedding(50, 2, scale_grad_by_freq=True)
    model = nn.Sequential(embedding, nn.Linear(2, 2)).double()
    once, often = torch.randperm(50)[:12], torch.randint(0, 5, (12,))
    with pytest.raises(ValueError, match=r"embedding '0' .*: set its scale_grad_by_freq = False"):
        torch_operator(model, ce, [(once, y), (often, y)])
    embedding.scale_grad_by_freq = False
    H = torch_operator(model, ce, [(once, y), (often, y)])
    both = torch.cat([once, often]), torch.cat([y, y])
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(both[0]), both[1])))


@pytest.mark.parametrize("change", ["x /= 2", "x[:, 0] = 0"])
def test_a_model_that_changes_its_inputs_is_named_and_the_data_stay(change):
    class Changing(nn.Linear):
        def forward(self, x):
            exec(change, {}, {"x": x})
            return super().forward(x)

    given = X.clone()
    with pytest.raises(ValueError, match=r"must leave the batch as it is, .* in place"):
        torch_operator(Changing(3, 2).double(), ce, [(given, y)])
    assert torch.equal(given, X)


@pytest.mark.parametrize("cast", [lambda x: x.float(), lambda x: x.to(torch.float32)])
@pytest.mark.parametrize("act", [nn.ReLU, nn.LeakyReLU])
def test_single_precision_with_casts_is_checked_in_double(cast, act):
    """As in language models, whose norms compute in float32; steps of 1e-3 would cross the kinks."""

    class Norm(nn.Module):
        def forward(self, x):
            h = cast(x)
            return (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-6)).to(x.dtype)

    for seed in range(10):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(3, 8), Norm(), nn.Linear(8, 8), act(), nn.Linear(8, 2))
        H = torch_operator(model, ce, [(X.float(), y)], allow_float32=True)
        exact = dense(model.parameters(), lambda: ce(model(X.float()), y))  # noqa: B023
        assert_close(H.to_dense(), exact, 1e-4)


def fourier(model, x):
    f = torch.fft.rfft(model.conv(x))
    low = torch.view_as_complex(model.weight) * f[..., :3]
    return torch.fft.irfft(torch.cat([low, f[..., 3:]], -1), n=8).tanh()


def group_norm(model, x):
    return model.norm(model.conv(x)).relu()


@pytest.mark.parametrize("forward", [fourier, group_norm])
def test_what_cannot_be_linearized_keeps_its_graph(forward):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv1d(1, 4, 1), nn.GroupNorm(2, 4)
            self.weight = nn.Parameter(torch.randn(4, 3, 2))

        def forward(self, x):
            return forward(self, x)

    torch.manual_seed(0)
    model, mse = Net().double(), nn.MSELoss()
    batches = [(torch.randn(4, 1, 8).double(), torch.randn(4, 4, 8).double()) for _ in range(2)]
    H = torch_operator(model, mse, batches)
    assert H.how == "graph kept for 2 of 2 batches"
    exact = dense(
        model.parameters(), lambda: sum(mse(model(x), t) for x, t in batches) / len(batches)
    )
    assert_close(H.to_dense(), exact)
