"""A page to share as HTML: small, without scripts, and with the tags that messengers read first."""

import base64
import hashlib
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Literal

from khaya.notifications.choices import Language
from khaya.platform.base.text import excerpt

Kind = Literal["jobs", "materials", "people", "stories", "invite"]

_STYLE: Final = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:36em;margin:0 auto;padding:1em;color:#1c1b1a;background:#fff}"
    "h1{font-size:1.4em;overflow-wrap:anywhere}dt{font-weight:700}dd{margin:0 0 .5em}p{overflow-wrap:anywhere}"
    "a.open{display:inline-block;padding:.7em 1.2em;background:#0b5d3b;color:#fff;border-radius:.4em}"
)
STYLE_HASH: Final = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""The source in the content security policy that allows the page's style."""

_MOST_BYTES: Final = 6 * 1024
_LONGEST: Final = 600
"""Characters of the longest value of a page."""

_LOCALES: Final[dict[Language, str]] = {"en": "en_ZA", "zu": "zu_ZA"}


@dataclass(frozen=True)
class SharePage:
    """The facts of one thing.

    Attributes:
        path: where the app shows it.
        title: its title, for a job with the place.
        summary: the most important facts in a sentence.
        facts: labels and values.
        text: the beginning of its description.
        image: the address of a public picture of 1200 x 630 pixels.
        is_open: whether everybody may see it; otherwise no search engine keeps the page.
    """

    path: str
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...] = ()
    text: str = ""
    image: str | None = None
    is_open: bool = True


def html_of(page: SharePage, url: str, app_url: str, language: Language, open_label: str) -> str:
    """The page as HTML; `url` is its own address. What makes it longer than `_MOST_BYTES` is cut, each value alike."""
    length = _LONGEST
    html = _html_of(page, url, app_url, language, open_label)
    while len(html.encode()) > _MOST_BYTES:
        length //= 2
        html = _html_of(_cut(page, length), url, app_url, language, open_label)
    return html


def _cut(page: SharePage, length: int) -> SharePage:
    return replace(
        page,
        title=excerpt(page.title, length),
        summary=excerpt(page.summary, length),
        facts=tuple((label, excerpt(value, length)) for label, value in page.facts),
        text=excerpt(page.text, length),
    )


def _html_of(page: SharePage, url: str, app_url: str, language: Language, open_label: str) -> str:
    tags = [
        _tag("og:title", page.title),
        _tag("og:description", page.summary),
        _tag("og:url", url),
        _tag("og:type", "website"),
        _tag("og:site_name", "Khaya"),
        _tag("og:locale", _LOCALES[language]),
    ]
    if page.image is not None:
        tags += [_tag("og:image", page.image), _tag("og:image:width", "1200"), _tag("og:image:height", "630")]
    if not page.is_open:
        tags.append('<meta name="robots" content="noindex">')
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in page.facts)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">{"".join(tags)}'
        f"<title>{escape(page.title)} - Khaya</title>"
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(page.title)}</h1><p>{escape(page.summary)}</p>"
        f"{f'<dl>{facts}</dl>' if facts else ''}{f'<p>{escape(page.text)}</p>' if page.text else ''}"
        f'<p><a class="open" href="{escape(app_url + page.path)}">{escape(open_label)}</a></p></main></body></html>\n'
    )


def _tag(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape(content)}">'
