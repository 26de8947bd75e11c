"""The server of the demos: who is served what, and who is refused; without a browser."""

import base64
import html
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from lab_driver import demo_pages

from course_lib import lessons
from course_lib.app import gallery

CARDS = gallery.cards()


def test_every_demo_has_a_card_with_its_picture_from_the_lesson():
    every = {(n, key) for n in lessons.lesson_names() for key in lessons.load(n).demos}
    assert {(card.lesson, card.key) for card in CARDS} == every
    assert len({card.page for card in CARDS}) == len(CARDS)
    for card in CARDS:
        assert base64.b64decode(card.picture).startswith(b"\x89PNG"), f"{card.page}: not shown"
        assert card.alt


def test_a_lesson_or_a_demo_is_chosen_by_name():
    first = CARDS[0]
    number = first.lesson.removeprefix("lesson_")
    assert gallery.choose([], CARDS) == CARDS
    assert {card.lesson for card in gallery.choose([number], CARDS)} == {first.lesson}
    for name in (first.page, f"{number}/{first.key}", f"lesson_{first.page}"):
        assert gallery.choose([name], CARDS) == [first]
    with pytest.raises(ValueError, match=f"no demo 'nonsense'.*{first.page}"):
        gallery.choose(["nonsense"], CARDS)


def get(address, **headers):
    """Return (status, headers, text)."""
    request = urllib.request.Request(address, headers=headers)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")


@pytest.mark.slow
def test_on_loopback_the_gallery_is_open_and_other_hosts_are_refused():
    with demo_pages() as address:
        status, headers, page = get(address)
        assert status == 200
        assert all(card.page in page and card.title in html.unescape(page) for card in CARDS)
        assert "https://" not in page
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "ws:" not in headers["Content-Security-Policy"]  # any host could be asked by that
        assert get(f"{address}picture/{CARDS[0].page}.png")[0] == 200
        # A page elsewhere that lets its own name point here is forbidden; errors say what they are.
        for path, host, status, words in (
            ("picture/nonsense.png", "127.0.0.1", 404, "Not Found"),
            ("nonsense", "127.0.0.1", 404, "Not Found"),
            ("", "evil.example", 403, "Forbidden"),
            ("logout", "127.0.0.1", 200, "authentication is disabled"),
        ):
            answer = get(address + path, Host=host)
            assert answer[0] == status, path
            assert words in answer[2], path
            assert "All demos" in answer[2]
        # Neither the notebooks nor anything else is handed out as a file.
        for path in (f"{CARDS[0].page}.ipynb", "..%2f..%2fetc%2fpasswd"):
            assert get(f"{address}voila/files/{path}")[0] in (403, 404)


@pytest.mark.slow
def test_elsewhere_a_token_is_asked_for():
    with demo_pages("--ip", "0.0.0.0", CARDS[0].page) as address:
        bare, token = address.split("?token=")
        assert bare.endswith(f"{CARDS[0].page}.ipynb")  # a single demo is opened straight
        assert len(token) > 20
        root = bare.split("voila/")[0]
        pages = (f"voila/render/{CARDS[0].page}.ipynb", f"picture/{CARDS[0].page}.png")
        for path in ("", *pages, "voila/api/contents"):
            status, _, page = get(root + path)
            assert status in (401, 403) or "password" in page.lower(), path
            assert CARDS[0].title not in page
        assert CARDS[0].title in get(f"{root}?token={token}")[2]
        assert CARDS[0].title not in get(f"{root}?token={token[::-1]}")[2]


@pytest.mark.slow
def test_viewers_beyond_the_cap_are_refused_with_a_reason_though_all_click_at_once():
    with demo_pages("--viewers", "2", CARDS[0].page) as address, ThreadPoolExecutor(5) as room:
        answers = list(room.map(get, [address] * 5))
    assert sorted(status for status, _, _ in answers) == [200, 200, 503, 503, 503]
    for status, _, page in answers:
        if status == 503:
            assert "All seats are taken" in page
            assert "https://" not in page
