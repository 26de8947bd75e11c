"""The test that bad input is refused by name, which every module has for its own functions."""

import pytest


def refusals(*cases):
    """Return a test of each case (call, message): a ValueError whose text matches the message."""

    @pytest.mark.parametrize(("call", "message"), cases)
    def test(call, message):
        with pytest.raises(ValueError, match=message):
            call()

    return test
