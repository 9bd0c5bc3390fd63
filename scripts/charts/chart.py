"""What a chart function returns, and how its files are written."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import matplotlib

from atomic_file import write_atomically
from charts.style import DPI, FOOT_GID, RC, Canvas
from charts.svg import Labels, inline_svg, standalone_svg
from charts.table import Table


@dataclass
class Chart:
    """One figure with everything a page needs to show it: words for those who cannot see it, and its numbers."""

    id: str           # "S5-one_call": figure of the report and workload; names the files
    title: str        # the take-away sentence
    subtitle: str     # what is plotted
    caption: str      # n and the kind of interval
    description: str  # the figure in words, for screen readers
    canvas: Canvas
    table: Table
    how_to_read: str
    notes: tuple[str, ...] = ()  # what is not drawn, and why

    @property
    def tall(self) -> bool:
        """Higher than wide on a page, where its words stand beside it: on paper it needs one for itself."""
        width, height = self.canvas.figure.get_size_inches()
        return height - self.canvas.foot_height > 0.9 * width

    def svg(self, inline: bool = False) -> str:
        """The figure as SVG: a document, or an element for a page (which shows notes and caption as text)."""
        foot = [artist for artist in self.canvas.figure.texts if artist.get_gid() == FOOT_GID]
        for artist in foot:
            artist.set_visible(not inline)
        buffer = io.StringIO()
        with matplotlib.rc_context({**RC, "svg.hashsalt": self.id}):
            self.canvas.figure.savefig(buffer, format="svg", transparent=True,
                                       metadata={"Date": None, "Creator": None})
        for artist in foot:
            artist.set_visible(True)
        labels = Labels(self.id, self.title, self.description)
        if inline:
            return inline_svg(buffer.getvalue(), labels, cut=72 * self.canvas.foot_height)
        return standalone_svg(buffer.getvalue(), labels)

    def png(self) -> bytes:
        buffer = io.BytesIO()
        with matplotlib.rc_context(RC):
            self.canvas.figure.savefig(buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
        return buffer.getvalue()


def write_chart(chart: Chart, folder: Path) -> list[Path]:
    """Writes <id>.svg and <id>.png; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{chart.id}.svg": chart.svg().encode("utf-8"), folder / f"{chart.id}.png": chart.png()}
    for path, content in files.items():
        write_atomically(path, content)
    return list(files)
