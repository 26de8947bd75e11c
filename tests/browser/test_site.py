"""The built site in a real browser: each page is visited once, then laws are stated on what was seen."""

from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from website import demos, ledger
from website.lessons import anchor
from website.server import HTML, serve

import course_lib
from course_lib import lessons
from course_lib.teaching import Panel
from course_lib.teaching.stored import notebook_of

pytestmark = pytest.mark.browser

NARROW = 400

SEEN = """() => {
    const here = (a) => a.href.startsWith(location.origin);
    return {
        ids: [...document.querySelectorAll('[id]')].map(e => e.id),
        links: [...document.querySelectorAll('a[href]')].filter(here).map(a => a.href),
        without_alt: [...document.images].filter(i => !i.alt.trim() || i.alt === i.getAttribute('src'))
            .map(i => i.src),
        broken_images: [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src),
        unrendered: [...document.querySelectorAll('.math')].filter(e => !e.querySelector('mjx-container'))
            .map(e => e.textContent),
        policy: document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? '',
        errors_in_formulas: document.querySelectorAll('mjx-merror').length,
        width: document.scrollingElement.scrollWidth,
    };
}"""


@pytest.fixture(scope="module")
def site():
    """Serve the built site; yields its address."""
    if not (HTML / "index.html").is_file():
        pytest.skip("the site was not built: make site")
    with serve() as address:
        yield address


@pytest.fixture(scope="module")
def visits(site, browser):
    """Visit every page on a narrow screen; returns {page: what was seen}."""
    found = {}
    page = browser.new_page(viewport={"width": NARROW, "height": 850})
    noise = []
    page.on("console", lambda m: noise.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("response", lambda r: noise.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    elsewhere = []
    page.on(
        "request",
        lambda r: elsewhere.append(r.url) if not r.url.startswith((site, "data:")) else None,
    )
    for path in sorted(HTML.rglob("*.html")):
        name = path.relative_to(HTML).as_posix()
        if name.startswith(("_static/", "lite/")):
            continue  # a theme's own template; JupyterLite, which test_lite.py opens
        page.goto(f"{site}/{name}")
        page.evaluate("() => window.MathJax?.startup?.promise")
        found[name] = page.evaluate(SEEN) | {
            "noise": noise[:],
            "requests_to_other_hosts": elsewhere[:],
        }
        noise.clear()
        elsewhere.clear()
    page.close()
    return found


def told(visits, key):
    return {name: seen[key] for name, seen in visits.items() if seen[key]}


def test_every_page_is_there(visits):
    stems = {f"notebooks/{notebook_of(name).stem}.html" for name in lessons.lesson_names()}
    assert stems | {"index.html", "claims.html", "demos.html", "api.html", "search.html"} <= set(
        visits
    )


def test_no_console_error_and_no_failed_request(visits):
    assert told(visits, "noise") == {}


def test_no_request_leaves_the_machine(visits):
    assert told(visits, "requests_to_other_hosts") == {}


def test_every_page_forbids_requests_to_other_hosts(visits):
    for name, seen in visits.items():
        assert seen["policy"].startswith("default-src 'self';"), name
        assert "http" not in seen["policy"], name


def test_every_picture_says_what_it_shows(visits):
    assert told(visits, "without_alt") == {}
    assert told(visits, "broken_images") == {}


def test_formulas_are_rendered(visits):
    assert told(visits, "unrendered") == {}
    assert told(visits, "errors_in_formulas") == {}


def test_a_narrow_screen_need_not_be_scrolled_sideways(visits):
    assert {name: seen["width"] for name, seen in visits.items() if seen["width"] > NARROW} == {}


def test_no_broken_internal_link(visits, site):
    broken = set()
    for name, seen in visits.items():
        for link in seen["links"]:
            address, fragment = urldefrag(link)
            target = unquote(urlsplit(address).path).lstrip("/") or "index.html"
            there = target in visits or (HTML / target).is_file()
            known = (
                target not in visits or unquote(fragment) in visits[target]["ids"] or not fragment
            )
            if not (there and known):
                broken.add((name, link.removeprefix(site)))
    assert broken == set()


def test_the_answers_of_the_exam_are_not_published():
    assert (HTML / "instructor" / "exam.html").is_file()
    assert not [path for path in HTML.rglob("*") if "exam_answers" in path.name]


def test_the_ledger_lists_every_claim_and_filters_by_verdict(site, browser):
    claims = [claim for _, claim in ledger.claims()]
    page = browser.new_page()
    page.goto(f"{site}/claims.html")
    rows = page.locator("table.ledger tbody tr")
    assert rows.count() == len(claims)
    for claim in claims:
        row = page.locator(f"#claim-{claim.id.replace('.', '-')}")
        cells = [" ".join(text.split()) for text in row.locator("td").all_inner_texts()]
        assert cells[:3] == [claim.id, " ".join(claim.statement.split()), claim.verdict]
    for kind in {claim.kind for claim in claims}:
        page.get_by_role("group").locator(f"[data-kind={kind.replace(' ', '-')}]").click()
        shown = [row.locator("td").first.inner_text() for row in rows.all() if row.is_visible()]
        assert shown == [claim.id for claim in claims if claim.kind == kind]
    page.close()


@pytest.mark.parametrize("touch", [False, True], ids=["keyboard", "touch"])
def test_a_demo_follows_its_slider(touch, site, browser):
    course_lib.setup()
    context = browser.new_context(has_touch=True, viewport={"width": NARROW, "height": 850})
    page = context.new_page()
    page.goto(f"{site}/demos.html")
    for (name, key), sweep in demos.sweeps().items():
        if len(sweep.values) == 1:
            continue
        demo = lessons.load(name).demos[key]
        player = page.locator(f"#play-{anchor(name, key)}")
        slider = player.get_by_role("slider")
        picture = player.get_by_role("img")
        before = picture.get_attribute("src")
        slider.scroll_into_view_if_needed()
        if touch:
            box = slider.bounding_box()
            page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        else:
            slider.focus()
            page.keyboard.press("End")
        panel = Panel(demo)
        panel.set(**{sweep.control: sweep.values[-1]})
        player.get_by_alt_text(demo.alt(panel.state), exact=True).wait_for(timeout=5000)
        assert Path(picture.get_attribute("src")).stem == f"{len(sweep.values) - 1:02}"
        assert picture.get_attribute("src") != before
        assert (
            picture.evaluate("async (i) => { await i.decode(); return i.naturalWidth }")
            == demo.size[0]
        )
        said = " ".join(player.locator(".readout").inner_text().split())
        assert said == " ".join(f"{k}: {v}" for k, v in demo.readout(panel.state).items())
    context.close()


def test_the_search_finds_a_word_of_the_lessons_and_of_the_ledger(site, browser):
    page = browser.new_page()
    page.goto(f"{site}/search.html?q=eigenvalues")
    for kind in ("claims.html", "notebooks/"):  # results come one by one
        page.locator(f"#search-results li a[href^='{kind}']").first.wait_for(timeout=20_000)
    page.close()
