"""Writes simple PDF documents: A4, headings, rows of a label and a value, and paragraphs, with the standard fonts."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import Final

import pydyf

from khaya.paper.blocks import Block, Heading, Paragraph, Row

_WIDTH: Final = 595
_HEIGHT: Final = 842
_MARGIN: Final = 56
_VALUE_X: Final = 230
_LINE: Final = 15
_SMALL: Final = 9
_NORMAL: Final = 10
_LARGE: Final = 16
_COLUMNS: Final = 88
"""Characters of a line in the font of fixed width."""
_VALUE_COLUMNS: Final = 56


def document(title: str, blocks: Sequence[Block]) -> bytes:
    """The bytes of a document."""
    pdf = pydyf.PDF()
    fonts = {"H": _font(pdf, "Helvetica"), "B": _font(pdf, "Helvetica-Bold"), "C": _font(pdf, "Courier")}
    pdf.info["Title"] = pydyf.String(title)
    for lines in _pages(blocks):
        stream = pydyf.Stream([line for text in lines for line in text])
        pdf.add_object(stream)
        page = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": pdf.pages.reference,
                "MediaBox": pydyf.Array([0, 0, _WIDTH, _HEIGHT]),
                "Resources": pydyf.Dictionary({"Font": pydyf.Dictionary(fonts)}),
                "Contents": stream.reference,
            }
        )
        pdf.add_page(page)
    target = io.BytesIO()
    pdf.write(target)
    return target.getvalue()


def _font(pdf: pydyf.PDF, name: str) -> bytes:
    font = pydyf.Dictionary(
        {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{name}", "Encoding": "/WinAnsiEncoding"}
    )
    pdf.add_object(font)
    reference: bytes = font.reference
    return reference


def _pages(blocks: Sequence[Block]) -> Iterable[list[list[bytes]]]:
    """The pages, each as its lines in PDF's language."""
    page: list[list[bytes]] = []
    y = _HEIGHT - _MARGIN
    for block in blocks:
        for height, parts in _lines(block):
            if y - height < _MARGIN:
                yield page
                page, y = [], _HEIGHT - _MARGIN
            y -= height
            page.append([_show(font, size, x, y, text) for font, size, x, text in parts])
    yield page


_Part = tuple[str, int, int, str]


def _lines(block: Block) -> Iterable[tuple[int, list[_Part]]]:
    """The height of each line of a block, and its parts: font, size, place and text."""
    match block:
        case Heading(text, large):
            size = _LARGE if large else _NORMAL
            yield size + _LINE, [("B", size, _MARGIN, text)]
        case Row(label, value):
            first, *others = textwrap.wrap(value, _VALUE_COLUMNS) or [""]
            yield _LINE, [("H", _NORMAL, _MARGIN, label), ("C", _SMALL, _VALUE_X, first)]
            for other in others:
                yield _LINE, [("C", _SMALL, _VALUE_X, other)]
        case Paragraph(text):
            for paragraph in text.splitlines():
                for line in textwrap.wrap(paragraph, _COLUMNS) or [""]:
                    yield _LINE, [("C", _SMALL, _MARGIN, line)]


def _show(font: str, size: int, x: int, y: int, text: str) -> bytes:
    """The operators that write a text. Characters that the standard fonts do not have become question marks."""
    raw = text.encode("cp1252", "replace")
    escaped = raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /%s %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET" % (font.encode(), size, x, y, escaped)
