"""Every page as a reader meets it: in a browser, without a kernel, from this site alone."""

import contextlib
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from contents import pages

import ssl_course

HEAVIEST = 4_000_000
"""Bytes that one page may take with everything it loads."""

WHAT_COUNTS = {"resultTypes": ["violations"]}
"""Axe lists no nodes of what it passes, which takes longer than finding it."""

STILL = "*, *::before, *::after { animation: none !important; transition: none !important }"
"""Text that is fading in has too little contrast."""

OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"

FEWER_TOKENS = """() => {
  const seen = {};
  for (const token of document.querySelectorAll('.highlight span')) {
    if (token.children.length) continue;
    const background = getComputedStyle(token.closest('.highlight')).backgroundColor;
    const color = `${token.className} on ${background}`;
    seen[color] = (seen[color] || 0) + 1;
    if (seen[color] > 5) token.replaceWith(token.textContent);
  }
}"""
"""Thousands of words of code have a dozen colors, and axe looks behind each of them: of a color
on a background the first five stay, which takes a quarter of the time."""


@contextlib.contextmanager
def opened(browser, site, address, script="", **settings):
    """A page with lists of its problems and requests, and its weight in bytes.

    ``script`` runs in the page before its own scripts do.
    """
    with contextlib.closing(browser.new_context(**settings)) as context:
        context.add_init_script(script)
        page = context.new_page()
        page.problems, page.requests, finished = [], [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and page.problems.append(message.text),
        )
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("requestfinished", lambda request: finished.append(request))
        page.goto(f"{site}/{address}")
        page.wait_for_load_state("networkidle")
        page.weight = sum(request.sizes()["responseBodySize"] for request in finished)
        yield page


@pytest.fixture
def visit(browser, site):
    """Open a page for one test."""
    with contextlib.ExitStack() as pages:
        yield lambda *where, **how: pages.enter_context(opened(browser, site, *where, **how))


@pytest.fixture(scope="class")
def page(browser, site, address):
    """A page, opened once for all tests of it, in the light theme and on a wide screen."""
    with opened(browser, site, address, "localStorage.mode = localStorage.theme = 'light'") as page:
        yield page


@pytest.mark.parametrize("address", pages(), scope="class")
class TestEveryPage:
    """One load a page for all that only looks, and one for each theme."""

    def test_no_error_and_no_request_leaves_the_site(self, page, site, weights, address):
        assert page.problems == []
        outside = [url for url in page.requests if not url.startswith((site, "data:", "blob:"))]
        assert outside == []
        weights(address, page.weight)
        assert 0 < page.weight < HEAVIEST

    def test_tables_are_tables(self, page):
        raw = page.locator("p", has_text=re.compile(r"^\s*\|.*\|")).all_inner_texts()
        assert raw == []

    def test_pictures_have_words(self, page):
        for text in page.eval_on_selector_all("img", "all => all.map(i => i.alt)"):
            assert len(text) > 3
            assert not re.search(r"\.(png|svg|jpg)$|/", text), f"{text!r} is a path, not a text"

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_accessible(self, visit, address, theme):
        page = visit(address, f"localStorage.mode = localStorage.theme = '{theme}'")
        assert page.locator("html").get_attribute("data-theme") == theme
        page.add_style_tag(content=STILL)
        page.evaluate(OPEN)
        page.evaluate(FEWER_TOKENS)
        violations = [
            f"{found['id']}: {node['html'][:200]}"
            for found in Axe().run(page, options=WHAT_COUNTS).response["violations"]
            if found["impact"] in ("serious", "critical")
            for node in found["nodes"]
        ]
        assert violations == []

    def test_fits_a_telephone(self, page):
        page.set_viewport_size({"width": 390, "height": 844})
        widths = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1]


class TestBlend:
    """The interactive figure of chapter 5."""

    ADDRESS = "book/05-project.html"

    @pytest.fixture
    def figure(self, visit):
        figure = visit(self.ADDRESS).locator("figure.ssl-blend")
        figure.get_by_label("Position").wait_for()
        return figure

    @staticmethod
    def pictures(figure):
        return [
            figure.locator(f"canvas.ssl-blend-{kind}").evaluate("canvas => canvas.toDataURL()")
            for kind in ("code", "pixels")
        ]

    def test_mouse(self, figure):
        before = self.pictures(figure)
        slider = figure.get_by_label("Position")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        slider.page.mouse.move(box["x"] + box["width"] / 2, middle)
        slider.page.mouse.down()
        slider.page.mouse.move(box["x"] + box["width"] * 0.95, middle, steps=5)
        slider.page.mouse.up()
        assert all(a != b for a, b in zip(before, self.pictures(figure), strict=True))

    def test_keyboard(self, figure):
        slider = figure.get_by_label("Position")
        slider.focus()
        before = self.pictures(figure)
        slider.press("ArrowRight")
        assert all(a != b for a, b in zip(before, self.pictures(figure), strict=True))
        slider.press("ArrowLeft")
        assert self.pictures(figure) == before
        assert "% of the way from 3 to 9" in slider.get_attribute("aria-valuetext")

    def test_digits_can_be_chosen(self, figure):
        slider = figure.get_by_label("Position")
        slider.press("End")
        figure.get_by_label(re.compile("^To")).select_option("0")
        zero = self.pictures(figure)
        slider.press("Home")
        figure.get_by_label(re.compile("^From")).select_option("0")
        assert self.pictures(figure) == zero, "the same digit from both sides"
        label = figure.locator("canvas.ssl-blend-code").get_attribute("aria-label")
        assert label == "Decoded image, between the codes, 0% of the way from 0 to 0"

    def test_every_pair_ends_in_its_digits(self, figure):
        """Walking from a to b ends where walking from b to a starts."""
        slider = figure.get_by_label("Position")
        for first, second in (("1", "7"), ("8", "2"), ("0", "9")):
            figure.get_by_label(re.compile("^From")).select_option(first)
            figure.get_by_label(re.compile("^To")).select_option(second)
            slider.press("End")
            end = self.pictures(figure)
            figure.get_by_label(re.compile("^From")).select_option(second)
            figure.get_by_label(re.compile("^To")).select_option(first)
            slider.press("Home")
            assert self.pictures(figure) == end

    def test_a_still_picture_without_scripts(self, visit):
        page = visit(self.ADDRESS, java_script_enabled=False)
        figure = page.locator("figure.ssl-blend")
        assert figure.locator("img").is_visible()
        assert "between the codes of 3 and 9" in figure.locator("img").get_attribute("alt")
        assert not figure.locator("input").is_visible()


class TestChoice:
    """The label budget of chapter 1."""

    @staticmethod
    def shown(figure):
        panels = figure.locator(".panel")
        return [i for i in range(panels.count()) if panels.nth(i).is_visible()]

    @pytest.mark.parametrize("scripts", [True, False])
    def test_one_panel_shows_and_the_keyboard_changes_it(self, visit, scripts):
        page = visit("book/01-background.html", java_script_enabled=scripts)
        figure = page.locator("fieldset.ssl-choice")
        assert self.shown(figure) == [2]
        figure.get_by_label("100 labels", exact=True).focus()
        page.keyboard.press("ArrowRight")
        assert figure.get_by_label("500 labels").is_checked()
        assert self.shown(figure) == [3]
        assert "supervised" in figure.locator(".panel").nth(3).inner_text()


class TestQuiz:
    def test_a_choice_unfolds_by_keyboard(self, visit):
        page = visit("book/05-project.html")
        choice = page.locator(".ssl-quiz details").first
        assert not choice.locator("p").is_visible()
        choice.locator("summary").focus()
        page.keyboard.press("Enter")
        assert choice.locator("p").is_visible()


def test_chapter_opens_its_own_notebook_on_colab(visit):
    page = visit("book/05-project.html")
    links = page.eval_on_selector_all("a[href*='colab']", "all => all.map(a => a.href)")
    assert links
    # A page built before its notebook was there links to the source: touch it and make book.
    wanted = f"/blob/v{ssl_course.__version__}/book/05-project.ipynb"
    assert all(link.endswith(wanted) for link in links)
