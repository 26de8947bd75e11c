import jax
import pytest


@pytest.fixture(autouse=True, scope="session")
def float64():
    jax.config.update("jax_enable_x64", True)
