import pytest


@pytest.fixture(autouse=True)
def _repeatable():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    torch.manual_seed(0)
