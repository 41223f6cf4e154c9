"""The parts of a document, apart from its form: headings, rows and paragraphs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; `large` for the title."""

    text: str
    large: bool = False


@dataclass(frozen=True)
class Row:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True)
class Paragraph:
    """Free text over as many lines as it needs."""

    text: str


Block = Heading | Row | Paragraph
