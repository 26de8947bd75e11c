"""Every way to multiply gives the same product; what fits is kept, and no more."""

import numpy as np
import pytest

from course_lib.curvature.pytorch import plan, trees, ways
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn, ce = torch.nn, torch.nn.CrossEntropyLoss()


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Tanh(), nn.Flatten(), nn.Linear(48, 2)
    ).double().eval()  # fmt: skip


def half_linear():
    model = nn.Linear(36, 2).double()
    model.unused = nn.Parameter(torch.ones(3).double())
    return nn.Sequential(nn.Flatten(), model)


def penalized(outputs, targets):
    return ce(outputs, targets) + 0.1 * (outputs**4).mean()


images, labels = torch.randn(10, 1, 6, 6).double(), torch.randint(0, 2, (10,))


def flat(parts):
    return torch.cat([part.reshape(-1) for part in parts]).numpy()


@pytest.mark.parametrize("make", [convolutional, half_linear])
def test_each_way_gives_the_product_one_by_one_and_together(make):
    model = make()
    parameters, names = zip(*((p, n) for n, p in model.named_parameters()), strict=True)
    makers = plan._makers(BatchLoss(model, penalized, None), parameters, names, (images, labels))
    assert ("linearized" in makers) == (make is convolutional)
    exact = dense(parameters, lambda: penalized(model(images), labels))
    torch.manual_seed(1)
    block = [torch.randn(4, *p.shape).double() for p in parameters]
    for name, maker in makers.items():
        way = maker()
        expected = np.stack([exact @ flat([part[i] for part in block]) for i in range(4)])
        alone = [flat(way([part[i] for part in block])) for i in range(4)]
        assert_close(np.stack(alone), expected)
        # What the layers put out is kept too, not the images alone.
        assert way.bytes > images.nbytes if name != "recomputed" else way.bytes == 0
        if hasattr(way, "together"):
            found = way.together(block)
            assert_close(np.stack([flat([part[i] for part in found]) for i in range(4)]), expected)


def test_what_is_linearized_keeps_each_result_once_and_copies_of_the_data():
    model = convolutional()
    parameters, names = zip(*((p, n) for n, p in model.named_parameters()), strict=True)
    batch = images.clone(), labels
    makers = plan._makers(BatchLoss(model, ce, None), parameters, names, batch)
    graph, linear = makers["graph kept"](), makers["linearized"]()
    # It also keeps copies of the weights.
    assert linear.bytes < 1.5 * graph.bytes + sum(p.nbytes for p in parameters)
    v = [torch.ones_like(p) for p in parameters]
    before = flat(linear(v))
    batch[0].mul_(2)
    assert_close(flat(linear(v)), before)
    assert linear.value == ce(model(images), labels).item()


class Doubled:
    """A way that takes what it is told, with a product that is right."""

    def __init__(self, name, bytes=1):
        self.name, self.bytes = name, bytes

    def __call__(self, v):
        return [2 * u for u in v]


def tried(makers, clock, monkeypatch, room=100, made=0.0):
    """Try the ways by a clock that says in turn how long their products take; return their names."""
    monkeypatch.setattr(ways, "seconds", lambda way, _v: clock[way.name].pop(0))
    monkeypatch.setattr(ways, "timed", lambda make: (make(), made if make is makers["b"] else 0.0))
    v = [torch.ones(2)]
    return [(t.name, t.seconds) for t in ways.trials(makers, v, [2 * u for u in v], room)]


def test_a_burst_of_noise_does_not_choose_the_way(monkeypatch):
    makers = {name: lambda name=name: Doubled(name) for name in "ab"}
    clock = {"a": [1.0, 1.0], "b": [3.0, 0.5]}
    assert tried(makers, clock, monkeypatch) == [("b", 0.5), ("a", 1.0)]


def test_ways_that_do_not_fit_together_are_timed_alone(monkeypatch):
    makers = {name: lambda name=name: Doubled(name, bytes=60) for name in "ab"}
    assert tried(makers, {"a": [1.0], "b": [2.0]}, monkeypatch) == [("a", 1.0), ("b", 2.0)]


@pytest.mark.parametrize(("products", "first"), [(0.9, "b"), (1.1, "a")])
def test_a_way_must_save_in_its_products_what_it_takes_to_make(products, first, monkeypatch):
    makers = {name: lambda name=name: Doubled(name) for name in "ab"}
    clock = {"a": [2.0, 2.0], "b": [1.0, 1.0]}
    found = tried(makers, clock, monkeypatch, made=products * ways.PRODUCTS)
    assert found[0][0] == first


def test_layers_held_fixed_between_those_that_vary():
    """Their derivative is a zero for which PyTorch sets no memory aside."""
    norm = nn.BatchNorm2d(3)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3), norm, nn.Tanh(), nn.Flatten(), nn.Linear(48, 2)
    ).double().eval()  # fmt: skip
    norm.requires_grad_(False)
    varying = [p for p in model.parameters() if p.requires_grad]
    H = torch_operator(model, ce, [(images, labels)], parameters="trainable")
    assert_close(H.to_dense(), dense(varying, lambda: ce(model(images), labels)))
    names = [name for name, p in model.named_parameters() if p.requires_grad]
    makers = plan._makers(BatchLoss(model, ce, None), varying, names, (images, labels))
    way, v = makers["linearized"](), [torch.ones_like(p) for p in varying]
    assert_close(flat(way(v)), H @ np.ones(H.shape[0]))
    assert way.bytes > images.nbytes


def test_many_columns_are_each_column():
    model = convolutional()
    H = torch_operator(model, ce, [(images[:7], labels[:7]), (images[7:], labels[7:])])
    V = np.random.default_rng(0).standard_normal((H.shape[0], 21))
    for together in (True, False):
        H._together = together
        assert_close(H @ V, np.stack([H @ v for v in V.T], axis=1), 1e-12)
    assert H.num_matvecs == 4 * 21


def test_as_much_is_kept_as_fits(monkeypatch):
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 12), nn.Tanh(), nn.Linear(12, 2)).double()
    batches = [(images[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
    loss = BatchLoss(model, ce, None)
    parameters, names = zip(*((p, n) for n, p in model.named_parameters()), strict=True)
    one = plan._makers(loss, parameters, names, batches[0])["graph kept"]().bytes
    held = [(2.0, batch) for batch in batches]
    # Whatever the clock says: the graph is the faster way.
    costs = [ways.Trial("graph kept", 0.0, 1.0, one), ways.Trial("recomputed", 0.0, 2.0, 0)]
    monkeypatch.setattr(ways, "trials", lambda *_: costs)
    for room, kept in ((0, 0), (one - 1, 0), (int(2.5 * one), 2), (100 * one, 5)):
        made, _ = plan.planned(loss, parameters, names, batches[0], held, room)
        number = sum(not isinstance(way, ways.Recomputed) for _, way in made)
        assert number == kept
    exact = dense(parameters, lambda: ce(model(images), labels))
    for memory in (0, int(2.5 * one), 100 * one):
        assert_close(torch_operator(model, ce, batches, memory=memory).to_dense(), exact)


def test_a_loader_is_only_held_where_it_fits():
    data = torch.utils.data.TensorDataset(images, labels)
    loader = torch.utils.data.DataLoader(data, batch_size=4)
    model = convolutional()
    size = trees.num_bytes((images, labels))
    assert torch_operator(model, ce, loader, memory=size - 1).how == "recomputed, batch by batch"
    assert "of 3 batches" in torch_operator(model, ce, loader, memory=size).how


def test_a_model_that_cannot_be_traced_is_multiplied_all_the_same():
    class Deciding(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.out = nn.Conv2d(1, 3, 3), nn.Linear(48, 2)

        def forward(self, x):
            x = torch.tanh(self.conv(x)).flatten(1)
            return self.out(x) if x.sum().item() > -1e9 else x[:, :2]

    model = Deciding().double()
    H = torch_operator(model, ce, [(images, labels)])
    assert "linearized" not in H.how
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(images), labels)))


def test_memory_is_a_number_of_bytes():
    with pytest.raises(ValueError, match="memory must be"):
        torch_operator(convolutional(), ce, [(images, labels)], memory=-1)
    with pytest.raises(ValueError, match="memory must be a whole number"):
        torch_operator(convolutional(), ce, [(images, labels)], memory="4 GB")
