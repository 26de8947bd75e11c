"""What changes after an operator was made: it is noticed, or the products stay as they were."""

import copy
import dataclasses
import pickle
import threading

import numpy as np
import pytest

from course_lib.curvature.torch_models import torch_operator
from tests.unit.curvature.torch_truth import assert_close, dense

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
ce = nn.CrossEntropyLoss()
RECOMPUTED = "memory", [None, 0]  # with 0, every product reads data and model again


def data():
    rng = torch.Generator().manual_seed(0)
    return torch.randn(12, 3, generator=rng).double(), torch.arange(12) % 2


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()


def in_place(X, _y):
    X *= 3


def through_data(X, _y):
    X.data += 1


def through_numpy(X, _y):
    X.numpy()[0] = 7


def labels(_X, y):
    y.zero_()


@pytest.mark.parametrize("change", [in_place, through_data, through_numpy, labels])
def test_data_may_change_where_copies_fit_and_are_noticed_where_not(change):
    model, (X, y) = network(), data()
    kept = torch_operator(model, ce, [(X[:6], y[:6]), (X[6:], y[6:])])
    read_again = torch_operator(model, ce, (X, y), memory=0)
    exact = dense(model.parameters(), lambda: ce(model(X), y))
    change(X, y)
    assert_close(kept.to_dense(), exact)
    with pytest.raises(ValueError, match="the loss has changed since the operator was made"):
        read_again @ np.ones(len(exact))


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("count", [None, lambda batch: len(batch[1])])
def test_a_loader_may_fill_the_same_tensors_again(memory, count):
    model, (X, y) = network(), data()

    def loader():
        inputs, targets = torch.empty(4, 3).double(), torch.empty(4, dtype=torch.long)
        for i in range(0, 12, 4):
            inputs.copy_(X[i : i + 4]), targets.copy_(y[i : i + 4])
            yield inputs, targets

    H = torch_operator(model, ce, loader, memory=memory, count=count)
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(X), y)))


@dataclasses.dataclass
class Batch:
    x: "torch.Tensor"
    y: "torch.Tensor"


def test_batches_that_are_objects_are_copied_too():
    """With a head of zeros, all losses are the same, so no loss can tell."""
    torch.manual_seed(0)
    model, (X, y) = nn.Linear(3, 2, bias=False).double(), data()
    nn.init.zeros_(model.weight)

    def loss(model, batch):
        return ce(model(batch.x), batch.y)

    class Loader:
        batch = Batch(torch.empty(4, 3).double(), torch.zeros(4, dtype=torch.long))

        def __iter__(self):
            for i in range(0, 12, 4):
                self.batch.x.copy_((i + 1) * X[i : i + 4]), self.batch.y.copy_(y[i : i + 4])
                yield self.batch

    H = torch_operator(model, loss, Loader(), count=lambda batch: len(batch.y))
    scaled = X * torch.tensor([1, 5, 9]).repeat_interleave(4)[:, None]
    assert_close(H.to_dense(), dense(model.parameters(), lambda: ce(model(scaled), y)))


class Annealed(nn.Linear):
    beta = 1.0


def weights_of_classes(_model, criterion):
    criterion.weight[0] = 9


def a_number_of_the_model(model, _criterion):
    model.beta = 5.0


@pytest.mark.parametrize("change", [weights_of_classes, a_number_of_the_model])
def test_a_number_that_the_loss_reads_is_noticed_where_it_is_read_again(change):
    torch.manual_seed(0)
    model, (X, y) = Annealed(3, 2).double(), data()
    criterion = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0]).double())

    def loss(model, batch):
        return model.beta * criterion(model(batch[0]), batch[1])

    kept, read_again = (torch_operator(model, loss, [(X, y)], memory=m) for m in (None, 0))
    exact = dense(model.parameters(), lambda: loss(model, (X, y)))
    change(model, criterion)
    if change is a_number_of_the_model:
        assert_close(kept.to_dense(), exact)
    else:  # it is part of the graph
        with pytest.raises(ValueError, match="or another value that loss_fn or the model reads"):
            kept @ np.ones(len(exact))
    with pytest.raises(ValueError, match="or another value that loss_fn or the model reads"):
        read_again @ np.ones(len(exact))


def assigned(model):
    model[2].load_state_dict({k: v.clone() for k, v in model[2].state_dict().items()}, assign=True)


def another_parameter(model):
    model[0].weight = nn.Parameter(model[0].weight.detach().clone())


@pytest.mark.parametrize(*RECOMPUTED)
@pytest.mark.parametrize("change", [assigned, another_parameter])
def test_other_parameters_of_the_same_values_are_noticed(change, memory):
    model, (X, y) = network(), data()
    H = torch_operator(model, ce, [(X, y)], memory=memory)
    change(model)
    with pytest.raises(ValueError, match="weights have changed since the operator was made"):
        H @ np.ones(H.shape[0])


@pytest.mark.parametrize(*RECOMPUTED)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_an_operator_is_not_copied(copied, memory):
    X, y = data()
    H = torch_operator(network(), ce, [(X, y)], memory=memory)
    with pytest.raises(
        TypeError, match=r"cannot be copied or pickled, .* call torch_operator again"
    ):
        copied(H)


@pytest.mark.parametrize(*RECOMPUTED)
def test_under_autocast_products_stay_in_full_precision(memory):
    model, (X, y) = network().float(), data()
    H = torch_operator(model, ce, [(X.float(), y)], memory=memory, allow_float32=True)
    outside = H.to_dense()
    with torch.autocast("cpu", torch.bfloat16):
        inside = H.to_dense()
        made_inside = torch_operator(model, ce, [(X.float(), y)], allow_float32=True).to_dense()
        assert torch.is_autocast_enabled("cpu")
    assert_close(inside, outside, 1e-6)
    assert_close(made_inside, outside, 1e-5)


def test_threads_take_turns_and_leave_the_settings_as_they_were():
    X, y = data()
    H = torch_operator(network(), ce, [(X, y)], memory=0)
    exact, found = H.to_dense(), []
    threads = [
        threading.Thread(target=lambda: found.append(H @ np.eye(H.shape[0]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for product in found:
        assert_close(product, exact, 1e-14)
    assert torch.backends.mha.get_fastpath_enabled()
