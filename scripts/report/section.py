"""What a section of the page is made of. A section function takes the run and its charts and returns one of these."""

from __future__ import annotations

from dataclasses import dataclass, field

from charts.chart import Chart
from charts.table import Table


@dataclass
class Badge:
    text: str
    level: str  # "good", "care", "bad": also a shape in the page, never colour alone


@dataclass
class Section:
    number: int    # of the report's plan; also the anchor, so that links stay valid when sections are added
    question: str  # the heading
    answer: str    # the first line, from the numbers
    badge: Badge | None = None
    paragraphs: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)      # shown openly; tables of charts are folded
    facts: list[tuple[str, str]] = field(default_factory=list)
    listings: list[tuple[str, str]] = field(default_factory=list)  # caption, preformatted text
    bullets: list[str] = field(default_factory=list)
    command: str = ""  # what reproduces it
