"""What must hold on every page, each check a list of complaints."""

import re

from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Page as Tab

from xuejiportal.body_limits import UPLOADS

AXE = Axe()
# Dark differs from light in colours alone.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
# Reports what the policy refused, from before the page's first byte.
WATCH_POLICY = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(event.violatedDirective + " " + (event.blockedURI || event.sourceFile)));
"""


def axe_complaints(tab: Tab) -> list[str]:
    """What axe-core finds, in light and in dark."""
    tab.emulate_media(color_scheme="light")
    found = _violations(tab, {"resultTypes": ["violations"]}, "light")
    tab.emulate_media(color_scheme="dark")
    return found + _violations(tab, COLOURS, "dark")


def _violations(tab: Tab, options: dict[str, list[str]], scheme: str) -> list[str]:
    return [
        f"{scheme}: {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in AXE.run(tab, options=options).response["violations"]
        for node in violation["nodes"]
    ]


def overflow_complaints(tab: Tab) -> list[str]:
    """What scrolls sideways on the narrowest phone, 320 px, or takes a line and says nothing."""
    size = tab.viewport_size
    tab.set_viewport_size({"width": 320, "height": 640})
    over = tab.evaluate(
        """() => {
          const root = document.documentElement, wide = root.clientWidth;
          if (root.scrollWidth <= wide) return [];
          return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > wide + 1)
            .map((element) => element.tagName + "." + element.className).slice(0, 5);
        }"""
    )
    empty = tab.evaluate(
        """() => [...document.querySelectorAll(".table--folding td")]
          .filter((cell) => cell.checkVisibility() && !cell.innerText.trim())
          .filter((cell) => !cell.querySelector("*"))
          .map((cell) => cell.dataset.label || cell.parentElement.innerText.trim())"""
    )
    broken = _broken_words(tab)
    if size:
        tab.set_viewport_size(size)
    return (
        [f"a word broken at 320 px: {word}" for word in broken]
        + [f"wider than 320 px: {element}" for element in over]
        + [f"a row of nothing at 320 px: {cell}" for cell in set(empty)]
    )


def _broken_words(tab: Tab) -> list[str]:
    """Latin words that a button spreads over two lines."""
    words: list[str] = tab.evaluate(
        """() => [...document.querySelectorAll("main .button")].flatMap((button) => {
          const lines = (node, from, to) => {
            const range = document.createRange();
            range.setStart(node, from);
            range.setEnd(node, to);
            return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
          };
          return [...button.childNodes]
            .filter((node) => node.nodeType === Node.TEXT_NODE && button.checkVisibility())
            .flatMap((node) => [...node.data.matchAll(/[A-Za-z]+/g)]
              .filter((word) => lines(node, word.index, word.index + word[0].length) > 1)
              .map((word) => word[0]));
        })"""
    )
    return words


def policy_complaints(tab: Tab) -> list[str]:
    """What the content security policy refused, and attributes it would refuse."""
    inline = tab.evaluate(
        """() => [...document.querySelectorAll("*")].flatMap((element) =>
          [...element.attributes].map((a) => a.name)
            .filter((name) => name === "style" || name.startsWith("on"))
            .map((name) => element.tagName + " " + name))"""
    )
    refused = tab.evaluate("window.refused ?? []")
    return [f"refused by the policy: {what}" for what in refused] + [
        f"inline: {what}" for what in inline
    ]


def upload_complaints(tab: Tab) -> list[str]:
    """Forms that take files at an address which the limit of bodies does not know."""
    sent_to = tab.evaluate(
        """() => [...document.querySelectorAll("form:has(input[type=file])")]
          .map((form) => new URL(form.action).pathname)"""
    )
    return [f"too small for files: {path}" for path in sent_to if view_at(path) not in UPLOADS]


def view_at(path: str) -> str:
    """The name of the view at ``path``."""
    return resolve(path).view_name


def structure_complaints(tab: Tab) -> list[str]:
    """One heading of the first rank, a title that names the page, a language."""
    complaints = []
    if (count := tab.locator("h1").count()) != 1:
        complaints.append(f"{count} headings of the first rank")
    if not tab.title().split("·")[0].strip():
        complaints.append("the title does not name the page")
    if not tab.locator("html").get_attribute("lang"):
        complaints.append("no language")
    return complaints


# Words outside what is marked as another language, and outside what people entered.
TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), parent = walker.currentNode.parentElement;
    const theirs = "script, textarea, dd, .num, code, .menu__who, [data-label], [data-entered]";
    if (text && !parent.closest(theirs) && !parent.closest("[lang] [lang]")
        && parent.checkVisibility()) found.push(text);
  }
  return found;
}"""
# Chinese texts that no attribute marks as such; a sentence may name a term.
UNMARKED = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), parent = walker.currentNode.parentElement;
    const chinese = text.match(/[\\u4e00-\\u9fff]/g) ?? [], latin = text.match(/[A-Za-z]/g) ?? [];
    if (chinese.length && chinese.length >= latin.length && parent.checkVisibility()
        && !parent.closest("script, style, textarea")
        && !parent.closest("[lang]")?.lang.startsWith("zh")) found.push(text);
  }
  return found;
}"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")


def language_complaints(tab: Tab, language: str) -> list[str]:
    """Texts that were left in the other language.

    An English sentence may name a Chinese term, and the other way round; a text
    without one word of the page's own language was not translated.
    """
    own, other = (CHINESE, ENGLISH) if language == "zh-hans" else (ENGLISH, CHINESE)
    unmarked = tab.evaluate(UNMARKED) if language == "en" else []
    return [f"not marked as Chinese: {text}" for text in unmarked] + [
        f"not in {language}: {text}"
        for text in tab.evaluate(TEXTS)
        if other.search(text) and not own.search(text) and "@" not in text
    ]
