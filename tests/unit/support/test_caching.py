"""What was computed once is remembered until all of it is forgotten."""

from course_lib.support.caching import forget, remember


def test_every_cache_is_emptied_by_one_call():
    calls = []

    @remember()
    def double(x):
        calls.append(x)
        return 2 * x

    @remember(maxsize=1)
    def last(x):
        calls.append(-x)
        return x

    assert (double(1), double(1), last(1), last(2), last(1)) == (2, 2, 1, 2, 1)
    assert calls == [1, -1, -2, -1]  # the second holds one result only
    forget()
    double(1), last(1)
    assert calls[4:] == [1, -1]
