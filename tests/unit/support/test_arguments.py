"""Arguments are refused by name before NumPy makes something else of them."""

import numpy as np
import pytest

from course_lib.support import arguments


class Unreadable:
    def __array__(self, *_, **__):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError


MASKED = np.ma.array([1.0, 2.0], mask=[True, False])
NO_NUMBERS = [1 + 2j, np.array(1 + 2j), "3", b"3", np.array("3"), np.datetime64("2020-01-01")]


ODD = [*NO_NUMBERS, None, [[1], 2], np.nan, np.inf, {}, 10**400, 10**5000, Unreadable(), MASKED]


@pytest.mark.parametrize("x", ODD, ids=lambda x: type(x).__name__)
def test_what_is_no_real_number_is_refused_by_name(x):
    for check in (arguments.number, arguments.positive, arguments.numbers):
        with pytest.raises(ValueError, match=r"^eta must"):
            check("eta", x)
    with pytest.raises(ValueError, match=r"^v must"):
        arguments.vector("v", [x, x])
    with pytest.raises(ValueError, match=r"^H must"):
        arguments.symmetric_matrix("H", [[x, x], [x, x]])


@pytest.mark.parametrize("x", [3, 3.0, True, np.float32(3), np.int8(3), np.array(3)], ids=repr)
def test_real_numbers_of_any_type_pass(x):
    assert type(arguments.number("eta", x)) is float
    assert arguments.vector("v", [x, x]).dtype == float
