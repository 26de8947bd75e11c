"""What a batch counts in the mean: told, or tried on its neighbours; never guessed in silence."""

import pytest

from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
N = 12
X, y = torch.randn(N, 3).double(), torch.tensor([0] * 6 + [1] * 6)
weight = torch.tensor([1.0, 10.0]).double()
weighted = nn.CrossEntropyLoss(weight=weight)


def linear():
    torch.manual_seed(0)
    return nn.Linear(3, 2).double()


def words():
    torch.manual_seed(1)
    return nn.Sequential(nn.Embedding(5, 3), nn.Tanh(), nn.Linear(3, 5)).double()


ids, labels = torch.randint(0, 5, (8, 6)), torch.randint(0, 5, (8, 6))
for row, length in enumerate([6, 6, 6, 6, 2, 2, 1, 1]):  # sorted by length, as loaders do
    labels[row, length:] = -100


def tokens(outputs, targets):
    return F.cross_entropy(outputs.transpose(1, 2), targets)


def steps(outputs, targets):
    return F.cross_entropy(outputs.flatten(0, 1), targets.flatten())


S, T = torch.randn(10, 6, 3).double(), torch.randint(0, 2, (10, 6))  # time first, 6 sequences
importance = torch.rand(N).double() + 0.5


def by_importance(model, batch):
    each = F.cross_entropy(model(batch[0]), batch[1], reduction="none")
    return (batch[2] * each).sum() / batch[2].sum()


def rows(*tensors, size):
    return [tuple(t[i : i + size] for t in tensors) for i in range(0, len(tensors[0]), size)]


# Weighted means that a count by rows gets wrong: the model, the loss, batches, what they count, and
# the loss of all data at once.
WEIGHTED = {
    "class weights, one by one": (
        linear, weighted, rows(X, y, size=1), lambda b: weight[b[1]].sum(),
        lambda m: weighted(m(X), y),
    ),
    "class weights, sorted by class": (
        linear, weighted, rows(X, y, size=3), lambda b: weight[b[1]].sum().item(),
        lambda m: weighted(m(X), y),
    ),
    "padded tokens, sorted by length": (
        words, tokens, rows(ids, labels, size=4), lambda b: (b[1] != -100).sum(),
        lambda m: tokens(m(ids), labels),
    ),
    "padded tokens, one by one": (
        words, tokens, rows(ids, labels, size=1), lambda b: (b[1] != -100).sum(),
        lambda m: tokens(m(ids), labels),
    ),
    "padded to the longest of each batch": (
        words, tokens, [(ids[:4], labels[:4]), (ids[4:, :2], labels[4:, :2])],
        lambda b: (b[1] != -100).sum(), lambda m: tokens(m(ids), labels),
    ),
    "time first": (
        linear, steps, [(S[:, :5], T[:, :5]), (S[:, 5:], T[:, 5:])], lambda b: b[1].shape[1],
        lambda m: steps(m(S), T),
    ),
    "a column of weights": (
        linear, by_importance, rows(X, y, importance, size=5), 2,
        lambda m: by_importance(m, (X, y, importance)),
    ),
    "a column with a name": (
        linear, lambda model, batch: by_importance(model, (batch["x"], batch["y"], batch["w"])),
        [{"x": a, "y": b, "w": c} for a, b, c in rows(X, y, importance, size=5)], "w",
        lambda m: by_importance(m, (X, y, importance)),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("error")  # a right count is not doubted
@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("case", WEIGHTED)
def test_a_weighted_mean_is_refused_until_its_count_is_told(case, memory):
    make, loss_fn, batches, count, truth = WEIGHTED[case]
    model = make()
    with pytest.raises(ValueError, match="or count=… must give the weight of a batch"):
        torch_operator(model, loss_fn, batches, memory=memory)
    H = torch_operator(model, loss_fn, batches, count=count, memory=memory)
    assert_close(H.to_dense(), dense(model.parameters(), lambda: truth(model)))
    assert H.loss == pytest.approx(truth(model).item(), rel=1e-12)


def test_one_batch_is_taken_as_it_is():
    model = linear()

    def contrast(outputs, _):
        directions = F.normalize(outputs, dim=1)
        return F.cross_entropy(directions @ directions.T, torch.arange(len(outputs)))

    for loss_fn in (weighted, contrast, nn.CrossEntropyLoss(reduction="sum")):
        H = torch_operator(model, loss_fn, [(X, y)])
        assert_close(H.to_dense(), dense(model.parameters(), lambda f=loss_fn: f(model(X), y)))


def test_examples_that_act_on_one_another_want_a_plain_mean_to_be_asked_for():
    model = nn.Sequential(
        nn.Linear(3, 4), nn.BatchNorm1d(4, track_running_stats=False), nn.Linear(4, 2)
    ).double()
    batches, ce = rows(X, y, size=4), nn.CrossEntropyLoss()
    with pytest.raises(ValueError, match="A layer normalizes by the batch, for want of running"):
        torch_operator(model, ce, batches)
    H = torch_operator(model, ce, batches, count=lambda batch: 1)

    def mean():
        return sum(ce(model(a), b) for a, b in batches) / len(batches)

    assert_close(H.to_dense(), dense(model.parameters(), mean))


def test_batches_that_count_nothing_are_left_out():
    model = words()
    empty = torch.full((2, 6), -100)
    batches = [(ids[:2], empty), (ids, labels), (ids[:2], empty)]
    with pytest.raises(ValueError, match="loss_fn must be finite"):
        torch_operator(model, tokens, batches[:1], count=lambda batch: 1)
    for memory in (None, 0):
        H = torch_operator(
            model, tokens, batches, count=lambda batch: (batch[1] != -100).sum(), memory=memory
        )
        assert_close(H.to_dense(), dense(model.parameters(), lambda: tokens(model(ids), labels)))


def test_a_count_that_makes_no_sense_is_named():
    data = rows(X, y, size=4)
    for count, message in (
        (
            "tokens",
            r"count must be a function of a batch, or the key or place .* 'tokens' raised",
        ),
        (7, "raised IndexError"),
        (lambda batch: -1, "count must be 0 or more for every batch, not -1"),
        (lambda batch: float("nan"), "count must be 0 or more"),
        (lambda batch: 0, "batches must hold at least one example: all of them count 0"),
    ):
        with pytest.raises(ValueError, match=message):
            torch_operator(linear(), nn.CrossEntropyLoss(), data, count=count)


def test_nothing_says_how_many_examples_there_are():
    model = linear()

    def of_ragged(model, batch):
        return torch.stack([model(x).pow(2).mean() for x in batch["parts"]]).mean()

    batches = [{"parts": [X[:2], X[2:5]]}, {"parts": [X[:1], X[7:]]}]
    with pytest.raises(ValueError, match="says how many examples they hold"):
        torch_operator(model, of_ragged, batches)
    H = torch_operator(model, of_ragged, batches, count=lambda batch: len(batch["parts"]))

    def mean():
        return sum(of_ragged(model, batch) for batch in batches) / 2

    assert_close(H.to_dense(), dense(model.parameters(), mean))


@pytest.mark.parametrize("sizes", [(5, 1), (3, 3)])
def test_time_first_with_a_target_for_each_sequence_is_joined_along_the_sequences(sizes):
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = nn.LSTM(3, 4), nn.Linear(4, 1)

        def forward(self, x):
            return self.head(self.lstm(x)[0][-1])

    model, goal, mse = Last().double(), torch.randn(6, 1).double(), nn.MSELoss()
    batches = list(zip(S.split(sizes, 1), goal.split(sizes), strict=True))
    H = torch_operator(model, mse, batches)
    assert H.loss == pytest.approx(mse(model(S), goal).item(), rel=1e-12)
    exact = dense(model.parameters(), lambda: mse(model(S), goal))
    assert_close(H.to_dense(), exact)


def test_batches_padded_to_different_lengths_are_not_joined_along_time(recwarn):
    """As many sequences each, of 6 and of 4 tokens: one behind the other they are no batch."""
    model = words()
    batches = [(ids[:4], labels[:4]), (ids[4:, :4], labels[4:, :4])]
    with pytest.raises(ValueError, match=r"do not stack.*Padded tokens: count="):
        torch_operator(model, tokens, batches)
    H = torch_operator(model, tokens, batches, count=lambda batch: (batch[1] != -100).sum())
    assert not recwarn.list
    assert_close(H.to_dense(), dense(model.parameters(), lambda: tokens(model(ids), labels)))


def test_the_hint_is_the_one_that_fits():
    with pytest.raises(ValueError, match=r"Time first: count=lambda batch: batch\[0\].shape\[1\]"):
        torch_operator(linear(), steps, [(S[:, :5], T[:, :5]), (S[:, 5:], T[:, 5:])])
    with pytest.raises(ValueError, match=r"must give the weight of a batch: (?!.*Time first)"):
        torch_operator(linear(), weighted, rows(X, y, size=3))

    def shifted(model, batch):
        outputs = model(batch["ids"])[:, :-1]
        return F.cross_entropy(outputs.flatten(0, 1), batch["labels"][:, 1:].flatten())

    batches = [{"ids": a, "labels": b} for a, b in rows(ids, labels, size=3)]
    with pytest.raises(
        ValueError, match=r'"labels"\]\[:, 1:\] != -100\).sum\(\) where the model shifts'
    ):
        torch_operator(words(), shifted, batches)
    model, whole = words(), {"ids": ids, "labels": labels}
    H = torch_operator(model, shifted, batches, count=lambda b: (b["labels"][:, 1:] != -100).sum())
    assert_close(H.to_dense(), dense(model.parameters(), lambda: shifted(model, whole)))
    with pytest.warns(UserWarning, match="but their losses show that the first has"):
        torch_operator(words(), shifted, batches[:2], count=lambda b: (b["labels"] != -100).sum())


def test_a_count_that_the_losses_contradict_is_doubted_once():
    data = rows(X, y, size=3)
    with pytest.warns(UserWarning, match="is it what loss_fn divides by") as warned:
        H = torch_operator(linear(), nn.CrossEntropyLoss(), data, count=lambda b: b[1].sum() + 1)
    assert len(warned) == 1
    assert H.loss > 0  # and taken as it is


def of_lengths(*lengths):
    return [(ids[:4, :n], labels[:4, :n]) for n in lengths]


@pytest.mark.parametrize("lengths", [(6, 6), (6, 4)])
def test_a_sum_beside_a_count_is_not_taken_in_silence(lengths, recwarn):
    def total(outputs, targets):
        return F.cross_entropy(outputs.transpose(1, 2), targets, reduction="sum")

    def count(batch):
        return (batch[1] != -100).sum()

    torch_operator(words(), tokens, of_lengths(*lengths), count=count)
    assert not recwarn.list
    with pytest.warns(UserWarning, match="it is a sum, and every eigenvalue grows") as warned:
        torch_operator(words(), total, of_lengths(*lengths, *lengths), count=count)
    assert len(warned) == 1


def test_a_sum_over_a_single_batch_is_not_taken_in_silence(recwarn):
    torch_operator(linear(), nn.CrossEntropyLoss(), (X, y))
    assert not recwarn.list
    with pytest.warns(UserWarning, match="loss_fn is a sum, and every eigenvalue grows") as warned:
        torch_operator(linear(), nn.CrossEntropyLoss(reduction="sum"), (X, y))
    assert len(warned) == 1


def test_sequences_of_different_lengths_with_one_target_each_count_by_their_number():
    class Pooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.head = nn.Embedding(5, 3), nn.Linear(3, 2)

        def forward(self, x):
            return self.head(self.words(x).tanh().mean(1))

    model, ce, goal = Pooled().double(), nn.CrossEntropyLoss(), torch.randint(0, 2, (7,))
    batches = [(ids[:4], goal[:4]), (ids[4:7, :4], goal[4:])]
    message = r"One target for each example: count=lambda batch: len\(batch\[-1\]\)"
    with pytest.raises(ValueError, match=message):
        torch_operator(model, ce, batches)
    H = torch_operator(model, ce, batches, count=lambda batch: len(batch[-1]))

    def mean():
        return sum(len(b) * ce(model(a), b) for a, b in batches) / 7

    assert_close(H.to_dense(), dense(model.parameters(), mean))


def test_a_wrong_count_of_dicts_of_different_lengths_is_doubted_by_the_halves_of_one(recwarn):
    """The model shifts the labels, the count does not."""

    def shifted(model, batch):
        outputs = model(batch["ids"])[:, :-1]
        return F.cross_entropy(outputs.flatten(0, 1), batch["labels"][:, 1:].flatten())

    def count(batch):
        return (batch["labels"][:, 1:] != -100).sum()

    batches = [{"ids": ids[:4, :n], "labels": labels[2:6, :n]} for n in (5, 6, 4)]
    for right in (count, lambda batch: 1):  # the second: a mean over batches, as it is asked for
        torch_operator(words(), shifted, batches, count=right)
        assert not recwarn.list
    with pytest.warns(
        UserWarning, match="gives the halves of a batch the weights 12 and 4, but their"
    ) as w:
        torch_operator(words(), shifted, batches, count=lambda b: (b["labels"] != -100).sum())
    assert len(w) == 1


def untrained(kind):
    """Return a model that gives all batches the same loss, and batches of unequal counts."""
    torch.manual_seed(0)
    if kind == "tokens":
        body = nn.Sequential(nn.Embedding(11, 6), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 11))
        for parameter in body.parameters():
            nn.init.normal_(parameter, 0, 0.02)
        inputs = torch.randint(0, 11, (16, 12))
        targets = inputs.roll(-1, 1).clone()
        targets[:8, 2:] = -100
        return body, tokens, rows(inputs, targets, size=8), lambda b: (b[1] != -100).sum()
    body = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    nn.init.zeros_(body[2].weight), nn.init.zeros_(body[2].bias)
    if kind == "classes":
        return body, weighted, rows(X, y, size=6), lambda b: weight[b[1]].sum()
    targets = torch.arange(N) % 2
    targets[1:6] = -100
    return body, nn.CrossEntropyLoss(), rows(X, targets, size=6), lambda b: (b[1] != -100).sum()


@pytest.mark.parametrize("kind", ["ignored", "classes", "tokens"])
def test_equal_losses_do_not_hide_what_a_batch_counts(kind):
    model, loss, batches, right = untrained(kind)
    single = {"allow_float32": kind == "tokens"}
    with pytest.raises(
        ValueError,
        match=r"batches 0 and 1 have the (losses|directional derivatives) .* count=lambda batch",
    ):
        torch_operator(model, loss, batches, **single)
    H = torch_operator(model, loss, batches, count=right, **single)
    inputs, targets = (torch.cat(parts) for parts in zip(*batches, strict=True))
    exact = dense(model.parameters(), lambda: loss(model(inputs), targets))
    assert_close(H.to_dense(), exact, 1e-4 if kind == "tokens" else 1e-10)


def test_equal_batches_and_equal_losses_pass_where_the_count_is_right():
    model, loss, *_ = untrained("ignored")
    full = [(X, torch.arange(N) % 2)]
    H = torch_operator(model, loss, full * 2)
    assert_close(H.to_dense(), torch_operator(model, loss, full).to_dense())
    halves = rows(X, torch.arange(N) % 2, size=6)
    assert_close(torch_operator(model, loss, halves).to_dense(), H.to_dense())


def test_a_loss_that_holds_a_gradient_is_joined_too():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1)).double()
    places = torch.rand(20, 1).double()

    def equation(model, batch):  # u' = u
        x = batch.clone().requires_grad_()
        u = model(x)
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        return ((slope - u) ** 2).mean()

    H = torch_operator(model, equation, list(places.split(8)))
    assert_close(H.to_dense(), dense(model.parameters(), lambda: equation(model, places)))

    def summed(model, batch):
        return equation(model, batch) * len(batch)

    with pytest.raises(ValueError, match="it is a sum"):
        torch_operator(model, summed, list(places.split(10)))


def test_a_column_of_weights_that_the_loss_does_not_see_is_refused():
    for batches in ([(X, y, importance)], rows(X, y, importance, size=4)):
        with pytest.raises(ValueError, match=r"count=2 must be .* constant in each batch"):
            torch_operator(linear(), nn.CrossEntropyLoss(), batches, count=2)
    model = linear()
    H = torch_operator(model, by_importance, rows(X, y, importance, size=4), count=2)
    exact = dense(model.parameters(), lambda: by_importance(model, (X, y, importance)))
    assert_close(H.to_dense(), exact)


def test_a_model_that_takes_no_larger_batch_wants_the_count():
    class Small(nn.Linear):
        def forward(self, x):
            assert len(x) <= 6
            return super().forward(x)

    model, batches = Small(3, 2).double(), rows(X, y, size=6)
    with pytest.raises(ValueError, match=r"cannot be joined to check their weights \(AssertionE"):
        torch_operator(model, nn.CrossEntropyLoss(), batches)
    torch_operator(model, nn.CrossEntropyLoss(), batches, count=lambda b: len(b[1]))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("noise", [0, 1e-9, 1e-5, 1.0])
def test_at_a_minimum_nothing_is_taken_for_random(dtype, shuffle, noise):
    """There the gradients of the batches cancel, or are what rounding leaves of zero."""
    torch.manual_seed(0)
    inputs = torch.randn(96, 4, dtype=torch.float64)
    model = nn.Linear(4, 1, bias=False).double()
    with torch.no_grad():
        targets = model(inputs) + noise * torch.randn(96, 1, dtype=torch.float64)
        model.weight[:] = torch.linalg.lstsq(inputs, targets).solution.T
    data = torch.utils.data.TensorDataset(inputs.to(dtype), targets.to(dtype))
    loader = torch.utils.data.DataLoader(data, 17, shuffle=shuffle)
    H = torch_operator(model.to(dtype), nn.MSELoss(), loader, allow_float32=True)
    assert_close(H.to_dense(), 2 * (inputs.T @ inputs).numpy() / 96, 1e-5)


def test_parameters_that_only_some_batches_need():
    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.heads = nn.Linear(3, 4), nn.ModuleList([nn.Linear(4, 2) for _ in "ab"])

        def forward(self, x, task):
            return self.heads[task](torch.tanh(self.body(x)))

    torch.manual_seed(0)
    model, ce = Heads().double(), nn.CrossEntropyLoss()
    batches = [(*batch, i % 2) for i, batch in enumerate(rows(X, y, size=3))]

    def loss(model, batch):
        return ce(model(batch[0], batch[2]), batch[1])

    for memory in (None, 0):
        H = torch_operator(
            model, loss, batches, count=lambda b: 3, parameters=model.heads[1], memory=memory
        )
        exact = dense(model.heads[1].parameters(), lambda: sum(loss(model, b) for b in batches) / 4)
        assert_close(H.to_dense(), exact)
    with pytest.raises(ValueError, match="PyTorch sees no way from it to them"):
        torch_operator(model, loss, batches[::2], count=lambda b: 3, parameters=model.heads[1])
