"""Every link of the documents leads somewhere: to a file of the tree, and to a heading that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import SCRIPTS

ROOT = SCRIPTS.parent
SKIPPED = {"build", "node_modules", ".git", "results"}
DOCUMENTS = [path for path in sorted(ROOT.rglob("*.md")) if not SKIPPED & set(path.relative_to(ROOT).parts)]
DOCUMENTS.append(ROOT / "results" / "README.md")


def headings(text: str) -> set[str]:
    """Anchors as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def broken(document: Path) -> list[str]:
    text = document.read_text(encoding="utf-8")
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in headings(target.read_text(encoding="utf-8"))):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    assert broken(document) == []


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `b` heading: here\n[1](page.md#a-b-heading-here) [2](#a-b-heading-here) [3](no.md) [4](#no)\n"
                    '<img src="no.png">\n')
    assert broken(page) == ["no.md", "#no", "no.png"]
