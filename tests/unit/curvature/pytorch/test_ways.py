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
    costs = [ways.Trial("graph kept", 1.0, one), ways.Trial("recomputed", 2.0, 0)]
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
