import pytest
from matplotlib.figure import Figure

from course_lib.support import caching


@pytest.fixture
def drawn():
    """Draw a demo, a module, in the state that its arguments compute: (view, state)."""

    def draw(demo, *arguments, **options):
        view, state = demo.View(Figure()), demo.compute(*arguments, **options)
        view.update(state)
        return view, state

    return draw


@pytest.fixture
def plant(monkeypatch):
    """Put a defect in place of `owner.name`; it is called with what is right, then the arguments.

    Nothing computed before is kept: a claim would be answered from it.
    """

    def put(owner, name, wrong):
        right = getattr(owner, name)
        is_property = isinstance(right, property)
        right = right.fget if is_property else right

        def defect(*arguments, **options):
            return wrong(right, *arguments, **options)

        caching.forget()
        monkeypatch.setattr(owner, name, property(defect) if is_property else defect)

    yield put
    caching.forget()
