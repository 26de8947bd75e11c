"""Batches in the forms in which models and loaders really have them, beside one joint loss."""

import collections
import types
from functools import partial

import numpy as np
import pytest

from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
N = 9
Pair = collections.namedtuple("Pair", "left right")


class FromDict(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(7, 3), nn.Linear(3, 2)

    def forward(self, batch):
        mask = batch["attention_mask"][..., None]
        return self.head((self.embed(batch["input_ids"]) * mask).mean(1))


class FromKeywords(FromDict):
    def forward(self, input_ids=None, attention_mask=None, labels=None):
        logits = super().forward({"input_ids": input_ids, "attention_mask": attention_mask})
        if labels is None:
            return logits
        return {"loss": F.cross_entropy(logits, labels), "logits": logits}


class FromPair(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 2), nn.Linear(2, 2)

    def forward(self, pair):
        return self.b(torch.tanh(self.a(pair[0]) + pair[1]))


class FromTwo(FromPair):
    def forward(self, left, right):
        return super().forward((left, right))


class Named(FromPair):
    def forward(self, pair):
        return super().forward((pair.left, pair.right))


class Sequences(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(3, 2, batch_first=True), nn.Linear(2, 2)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class Mapping(collections.UserDict):
    """As the batches of Hugging Face: a mapping that is no dict."""


x1, x2 = torch.randn(N, 3).double(), torch.randn(N, 2).double()
y, z = torch.randint(0, 2, (N,)), torch.randn(N, 2).double()
ids, mask = torch.randint(0, 7, (N, 4)), torch.randint(0, 2, (N, 4)).double()
text, labelled = (
    {"input_ids": ids, "attention_mask": mask},
    {"input_ids": ids, "attention_mask": mask, "labels": y},
)
ce, mse = nn.CrossEntropyLoss(), nn.MSELoss()


def cut(tree, rows):
    """These rows of everything."""
    if isinstance(tree, (dict, Mapping)):
        return type(tree)({k: cut(v, rows) for k, v in tree.items()})
    if isinstance(tree, tuple):
        parts = [cut(part, rows) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    return tree[rows] if hasattr(tree, "shape") else tree


def of_labelled(model, batch):
    return model(**batch)["loss"]


def pair_of(model):
    return ce(model((x1, x2)), y)


series = torch.randn(N, 4, 3).double()
linear = partial(nn.Linear, 3, 2)
# How the model is made, the loss, all data as one batch, and the loss on it as PyTorch has it.
FORMS = {
    "a tensor": (linear, ce, (x1, y), lambda m: ce(m(x1), y)),
    "a dict that the model takes": (FromDict, ce, (text, y), lambda m: ce(m(text), y)),
    "a dict of the model's arguments": (FromKeywords, ce, (text, y), lambda m: ce(m(ids, mask), y)),
    "a pair that the model takes": (FromPair, ce, ((x1, x2), y), pair_of),
    "two arguments of the model": (FromTwo, ce, ((x1, x2), y), lambda m: ce(m(x1, x2), y)),
    "a namedtuple": (Named, ce, (Pair(x1, x2), y), lambda m: ce(m(Pair(x1, x2)), y)),
    "sequences": (Sequences, ce, (series, y), lambda m: ce(m(series), y)),
    "no targets": (
        linear, lambda out, _: (out**2).mean(), (x1, None), lambda m: (m(x1) ** 2).mean(),
    ),
    "two targets": (
        linear, lambda out, t: ce(out, t[0]) + mse(out, t[1]), (x1, (y, z)),
        lambda m: ce(m(x1), y) + mse(m(x1), z),
    ),
    "a dict of targets": (
        linear, lambda out, t: mse(out, t["goal"]), (x1, {"goal": z}), lambda m: mse(m(x1), z),
    ),
    "a model with its own loss": (
        FromKeywords, of_labelled, labelled, lambda m: m(**labelled)["loss"],
    ),
    "a mapping that is no dict": (
        FromKeywords, of_labelled, Mapping(labelled), lambda m: m(**labelled)["loss"],
    ),
    "a batch that is one tensor": (
        partial(nn.Linear, 3, 3), lambda model, batch: mse(model(batch), batch), x1,
        lambda m: mse(m(x1), x1),
    ),
    "three parts and a loss of the model": (
        FromPair, lambda model, batch: ce(model(batch[:2]), batch[2]), (x1, x2, y), pair_of,
    ),
    "NumPy arrays": (linear, ce, (x1.numpy(), y.numpy()), lambda m: ce(m(x1), y)),
    "a number beside the data": (
        linear, lambda model, batch: batch[2] * ce(model(batch[0]), batch[1]), (x1, y, 0.5),
        lambda m: 0.5 * ce(m(x1), y),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_batch_may_be_whatever_the_model_takes(form):
    make, loss_fn, whole, truth = FORMS[form]
    model = make().double()
    H = torch_operator(
        model, loss_fn, [cut(whole, slice(0, 4)), cut(whole, slice(4, 8)), cut(whole, slice(8, N))]
    )
    assert_close(H.to_dense(), dense(model.parameters(), lambda: truth(model)))
    assert H.loss == pytest.approx(truth(model).item(), rel=1e-12)


class Restartable(torch.utils.data.IterableDataset):
    def __iter__(self):
        return zip(x1, y, strict=True)


def generator():
    for i in range(0, N, 4):
        yield x1[i : i + 4], y[i : i + 4]


SOURCES = {
    "one batch": (x1, y),
    "one batch in a list": [(x1, y)],
    "a tuple of batches": ((x1[:5], y[:5]), (x1[5:], y[5:])),
    "batches that are lists": [[x1[:5], y[:5]], [x1[5:], y[5:]]],
    "a data set": torch.utils.data.TensorDataset(x1, y),
    "a part of a data set": torch.utils.data.Subset(
        torch.utils.data.TensorDataset(torch.cat([x1, x1]), torch.cat([y, y])), range(N)
    ),
    "a data set without an order": Restartable(),
    "a loader that shuffles": torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x1, y), batch_size=4, shuffle=True
    ),
    "a function that makes an iterator": generator,
}


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("source", SOURCES)
def test_batches_may_come_from_wherever(source, memory):
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2)).double()
    H = torch_operator(model, ce, SOURCES[source], memory=memory)
    if memory == 0:
        assert H.how.startswith("recomputed")
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(x1), y)))


@pytest.mark.parametrize(
    ("batches", "loss_fn", "message"),
    [
        (
            [labelled],
            ce,
            r"not a dict of input_ids, attention_mask, labels: .* loss_fn\(model, batch\)",
        ),
        ([{"a": x1, "b": y}], ce, r"not a dict of a, b: .* model\(\*\*batch\)"),
        ([(x1, x2, y)], ce, r"has 3 parts\. If several are inputs, give \(\(x1, x2\), targets\)"),
        (
            [(x1, y, torch.arange(N))],
            ce,
            "has 3 parts.* the weight of the batch, pass count=2",
        ),
        ([(x1,)], mse, r"has one part; for an autoencoder give \(x, x\)"),
        ([x1, y], ce, r"must be \(inputs, targets\), not a tensor of shape \(9, 3\)"),
        (iter([(x1, y)]), ce, r"an iterator can be read only once: pass list\(batches\)"),
        (zip(x1, y, strict=True), ce, "an iterator can be read only once"),
        (
            3,
            ce,
            "batches must be a list of batches, a DataLoader, a Dataset or one batch .* not int",
        ),
        ([(text, y)], ce, "the model does not take these inputs, a dict of input_ids"),
        ([], ce, "batches must hold at least one example"),
    ],
)
def test_other_forms_are_named_with_what_helps(batches, loss_fn, message):
    with pytest.raises(ValueError, match=message):
        torch_operator(nn.Linear(3, 2).double(), loss_fn, batches)


class Once(torch.utils.data.IterableDataset):
    def __init__(self):
        self.rows = iter([(x1[i], y[i]) for i in range(N)])

    def __iter__(self):
        return self.rows


def test_what_is_used_up_or_changes_between_passes_is_named():
    model, data = nn.Linear(3, 2).double(), torch.utils.data
    with pytest.raises(ValueError, match="the second time they were empty"):
        torch_operator(model, ce, data.DataLoader(Once(), batch_size=4))
    leaves_out = data.DataLoader(data.TensorDataset(x1, y), 4, shuffle=True, drop_last=True)
    with pytest.raises(ValueError, match="leaves out other examples each time"):
        torch_operator(model, ce, leaves_out)

    def augmented():
        yield x1 + torch.randn_like(x1), y

    with pytest.raises(ValueError, match="something random is left"):
        torch_operator(model, ce, augmented)
    torch_operator(model, ce, list(augmented()))  # drawn once, as the message says


def test_a_model_that_returns_more_than_a_tensor():
    lstm = nn.LSTM(3, 2, batch_first=True).double()
    x, goal = torch.randn(N, 4, 3).double(), torch.randn(N, 4, 2).double()
    with pytest.raises(ValueError, match="the model returns a tuple of 2 parts: take the part"):
        torch_operator(lstm, mse, [(x, goal)])
    H = torch_operator(lstm, lambda out, t: mse(out[0], t), [(x[:5], goal[:5]), (x[5:], goal[5:])])
    assert_close(H.to_dense(), dense(lstm.parameters(), lambda: mse(lstm(x)[0], goal)))


def test_a_model_that_returns_an_object_with_logits():
    class Wrapped(nn.Linear):
        def forward(self, x):
            return types.SimpleNamespace(logits=super().forward(x))

    model = Wrapped(3, 2).double()
    with pytest.raises(ValueError, match=r"criterion\(outputs.logits, targets\)"):
        torch_operator(model, ce, [(x1, y)])
    H = torch_operator(model, lambda outputs, targets: ce(outputs.logits, targets), [(x1, y)])
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(x1).logits, y)))


def test_numpy_tables_become_tensors():
    class Table:  # as a DataFrame of pandas
        def __init__(self, values):
            self.values = values

        def to_numpy(self):
            return self.values

    model = nn.Linear(3, 2).double()
    H = torch_operator(model, ce, (Table(x1.numpy()), Table(y.numpy())))
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(x1), y)))
    assert isinstance(H.gradient, np.ndarray)


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr"])
def test_sparse_tensors_may_be_part_of_a_batch(layout):
    class OnAGraph(nn.Linear):
        def forward(self, x, links):
            return links @ torch.tanh(super().forward(links @ x))

    links = (torch.eye(N) + torch.eye(N).roll(1, 0)).double() / 2
    model, sparse = OnAGraph(3, 2).double(), getattr(links, layout)()
    exact = dense(model.parameters(), lambda: ce(model(x1, links), y))
    assert_close(torch_operator(model, ce, ((x1, sparse), y)).to_dense(), exact)
    two = [((x1, sparse), y), ((2 * x1, sparse), y)]
    with pytest.raises(ValueError, match="cannot be joined to check their weights"):
        torch_operator(model, ce, two)
    H = torch_operator(model, ce, two, count=lambda batch: len(batch[-1]))
    other = dense(model.parameters(), lambda: ce(model(2 * x1, links), y))
    assert_close(H.to_dense(), (exact + other) / 2)


class OfModel(nn.Module):
    def forward(self, model, batch):
        return ce(model(batch[0]), batch[1])


@pytest.mark.filterwarnings("ignore:`torch.jit")
def test_what_else_users_pass_is_taken():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    exact = dense(model.parameters(), lambda: ce(model(x1), y))
    with torch.inference_mode():
        quiet = x1 * 1
    for net, loss, batch in (
        (model, OfModel(), (x1, y)),
        (model, ce, (quiet, y)),
        (torch.jit.trace(model, x1), ce, (x1, y)),
    ):
        assert_close(torch_operator(net, loss, [batch]).to_dense(), exact)
        assert_close(torch_operator(net, loss, [batch], memory=0).to_dense(), exact)


def test_what_else_users_mistake_is_named():
    model = nn.Linear(3, 2).double()
    for loss, batches, message in (
        (
            lambda net, batch: ce(net(batch[0]), batch[1]),
            [(x1, y)],
            "first argument is named model",
        ),
        (lambda model, batch: (model(batch) ** 2).mean(), x1.split(3), "give a list of batches"),
        (ce, [(x1, torch.full_like(y, -100))], "a batch whose targets are all ignored"),
    ):
        with pytest.raises(ValueError, match=message):
            torch_operator(model, loss, batches)


@pytest.mark.parametrize("memory", [None, 0])
def test_a_loss_may_add_to_its_dict_and_pop_from_it(memory):
    def adds(model, batch):
        batch["seen"] = torch.ones(1)
        return ce(model(batch["x"]), batch["labels"])

    def pops(model, batch):
        labels = batch.pop("labels")
        return ce(model(**batch), labels)

    class Named(nn.Linear):
        def forward(self, x):
            return super().forward(x)

    model = Named(3, 2).double()
    exact = dense(model.parameters(), lambda: ce(model(x1), y))
    for loss in (adds, pops):
        batches = [{"x": x1[:4], "labels": y[:4]}, {"x": x1[4:], "labels": y[4:]}]
        assert_close(torch_operator(model, loss, batches, memory=memory).to_dense(), exact)
        assert [list(batch) for batch in batches] == [["x", "labels"]] * 2


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_nested_tensors_may_be_part_of_a_batch():
    model, mse = nn.Linear(3, 1).double(), nn.MSELoss()
    parts = [torch.randn(n, 3).double() for n in (2, 4)]
    targets = torch.randn(2, 1).double()

    def loss(model, batch):
        return mse(torch.stack([model(t).mean(0) for t in batch[0].unbind()]), batch[1])

    H = torch_operator(model, loss, [(torch.nested.nested_tensor(parts), targets)])
    mean = torch.stack([part.mean(0) for part in parts])
    assert_close(H.to_dense(), dense(model.parameters(), lambda: mse(model(mean), targets)))


@pytest.mark.parametrize("memory", [None, 0])
def test_packed_sequences_stay_whole(memory):
    """Cut or joined part by part they would be read beyond their end, which kills Python."""

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell, self.head = nn.LSTM(3, 2, batch_first=True), nn.Linear(2, 2)

        def forward(self, x):
            return self.head(self.cell(x)[1][0][0])

    torch.manual_seed(0)
    model, pack = Reader().double(), nn.utils.rnn.pack_sequence
    lengths = [(50, 40, 7), (30, 2)]
    batches = [
        (pack([torch.randn(n, 3).double() for n in many]), torch.arange(len(many)) % 2)
        for many in lengths
    ]
    one = torch_operator(model, ce, batches[:1], memory=memory)
    first, second = (dense(model.parameters(), lambda: ce(model(x), t)) for x, t in batches)  # noqa: B023
    assert_close(one.to_dense(), first)
    H = torch_operator(model, ce, batches, memory=memory, count=lambda batch: len(batch[1]))
    assert_close(H.to_dense(), (3 * first + 2 * second) / 5)
    with pytest.raises(ValueError, match="cannot be joined to check their weights"):
        torch_operator(model, ce, batches, memory=memory)
