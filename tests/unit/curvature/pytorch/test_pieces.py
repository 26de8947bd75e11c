"""A batch in pieces gives the batch's product, or is not cut."""

import numpy as np
import pytest

from course_lib.curvature.pytorch import pieces, plan, ways
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn, ce = torch.nn, torch.nn.CrossEntropyLoss()
images, labels = torch.randn(11, 1, 6, 6).double(), torch.randint(0, 2, (11,))


def convolutional():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(48, 2)).double()


def task(rows, loss_fn=ce, count=None, targets=labels, way="graph kept"):
    """Return the arguments of `cut` and `pay`."""
    model = convolutional()
    loss, batch = BatchLoss(model, loss_fn, count), (images, targets)
    parameters, names = zip(*((p, n) for n, p in model.named_parameters()), strict=True)
    v = [torch.randn_like(p) for p in parameters]

    def make(piece):
        return plan._makers(loss, parameters, names, piece)[way]()

    expected = ways.Recomputed(lambda: loss(batch), parameters)(v)
    return batch, loss, make, rows, v, expected


def cut_in(rows, **options):
    """Return the way in pieces of so many rows, a vector, and its product."""
    arguments = task(rows, **options)
    return pieces.cut(*arguments), *arguments[-2:]


@pytest.mark.parametrize("way", ["graph kept", "linearized"])
@pytest.mark.parametrize("rows", [4, 6, 11])
def test_pieces_give_the_product_one_by_one_and_together(rows, way):
    cut, v, expected = cut_in(rows, way=way)
    block = [torch.stack([u, -2 * u]) for u in v]
    for one, both, truth in zip(cut(v), cut.together(block), expected, strict=True):
        assert_close(one, truth)
        assert_close(both, torch.stack([truth, -2 * truth]))
    assert cut.bytes > images.nbytes


def test_what_a_piece_counts_is_respected():
    padded = labels.clone()
    padded[[1, 2, 9]] = -100
    assert cut_in(4, targets=padded)[0] is None  # by rows it would be another mean
    cut, v, expected = cut_in(4, targets=padded, count=lambda batch: (batch[1] != -100).sum())
    assert all(torch.allclose(h, e) for h, e in zip(cut(v), expected, strict=True))
    nothing = labels.clone()
    nothing[:4] = -100  # the first piece counts nothing
    cut, v, expected = cut_in(4, targets=nothing, count=lambda batch: (batch[1] != -100).sum())
    assert all(torch.allclose(h, e) for h, e in zip(cut(v), expected, strict=True))


def contrastive(outputs, targets):
    return torch.logsumexp(outputs @ outputs.T, dim=1).mean()


def total(outputs, targets):
    return ce(outputs, targets) * len(targets)


@pytest.mark.parametrize("loss_fn", [contrastive, total])
def test_a_batch_that_is_no_mean_over_its_pieces_is_not_cut(loss_fn):
    assert cut_in(4, loss_fn=loss_fn)[0] is None


def test_the_fastest_size_is_found_where_the_batch_is_large(monkeypatch):
    seconds = {11: 1.0, 6: 0.4, 3: 0.3, 2: 0.05}  # in one; in 2, 4 and 8 pieces
    monkeypatch.setattr(ways, "seconds", lambda way, v: seconds[way.rows])

    class Way:
        bytes = 1

        def __init__(self, batch):
            self.rows = len(batch[0])

        def __call__(self, v):
            return v

    v, batch = [torch.ones(2)], (images, labels)
    large = ways.Trial("graph kept", 0.0, 1.0, pieces.LEAST)
    assert pieces.rows_that_pay(batch, Way, large, v) == 6  # 4 · 0.3 is more than one second
    seconds[3] = 0.18
    assert pieces.rows_that_pay(batch, Way, large, v) == 3
    # As much time as the pieces must save, 5 % of all products, would be spent on one trial.
    slow = ways.Trial("graph kept", 0.06 * ways.PRODUCTS, 1.0, pieces.LEAST)
    assert pieces.rows_that_pay(batch, Way, slow, v) is None
    small = ways.Trial("graph kept", 0.0, 1.0, pieces.LEAST - 1)
    assert pieces.rows_that_pay(batch, Way, small, v) is None
    seconds.update({6: 0.49, 3: 0.3})
    assert pieces.rows_that_pay(batch, Way, large, v) is None  # hardly faster


@pytest.mark.parametrize(("seconds", "paid"), [(0.94, True), (0.96, False)])
def test_pieces_pay_if_all_of_them_together_are_faster(seconds, paid, monkeypatch):
    timed = {pieces.InPieces: seconds, ways.KeptGraph: 1.0}
    monkeypatch.setattr(ways, "seconds", lambda way, v: timed[type(way)])
    monkeypatch.setattr(ways, "timed", lambda make: (make(), 0.0))
    assert pieces.pay(*task(4)) == paid
    assert not pieces.pay(*task(4, loss_fn=total))  # not right in pieces


def test_a_batch_stays_whole_where_pieces_do_not_pay(monkeypatch):
    monkeypatch.setattr(pieces, "rows_that_pay", lambda *_: 3)
    monkeypatch.setattr(pieces, "pay", lambda *_: False)
    assert "pieces" not in torch_operator(convolutional(), ce, [(images, labels)]).how


def test_an_operator_in_pieces_is_the_true_one(monkeypatch):
    monkeypatch.setattr(pieces, "rows_that_pay", lambda *_: 3)
    monkeypatch.setattr(pieces, "pay", lambda *_: True)
    model = convolutional()
    batches = [(images[:7], labels[:7]), (images[7:], labels[7:])]
    H = torch_operator(model, ce, batches)
    assert "in pieces of 3 rows for 2 of 2 batches" in H.how
    exact = dense(model.parameters(), lambda: ce(model(images), labels))
    assert_close(H.to_dense(), exact)
    V = np.random.default_rng(0).standard_normal((H.shape[0], 9))
    assert_close(H @ V, exact @ V)
