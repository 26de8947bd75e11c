import pytest
from matplotlib.figure import Figure


@pytest.fixture
def drawn():
    """Draw a demo, a module, in the state that its arguments compute: (view, state)."""

    def draw(demo, *arguments, **options):
        view, state = demo.View(Figure()), demo.compute(*arguments, **options)
        view.update(state)
        return view, state

    return draw
