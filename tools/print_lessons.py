"""Print each lesson's page of the built site as a PDF into build/site/html/print."""

from lab_driver import chromium
from website import NOTEBOOKS
from website.server import HTML, serve


def main():
    folder = HTML / "print"
    folder.mkdir(exist_ok=True)
    with serve() as address, chromium() as browser:
        for lesson in sorted(NOTEBOOKS.glob("*.ipynb")):
            page = browser.new_page(color_scheme="light")
            page.goto(f"{address}/notebooks/{lesson.stem}.html")
            page.evaluate("() => MathJax.startup.promise")
            page.pdf(path=folder / f"{lesson.stem}.pdf", format="A4", prefer_css_page_size=True)
            page.close()
            print(f"printed {lesson.stem}.pdf")


if __name__ == "__main__":
    main()
