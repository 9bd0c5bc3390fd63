"""Section 13: does the article hold on this machine? Its structural claims, judged from the servers' own counters."""

from __future__ import annotations

from charts import words
from charts.run_data import Run
from charts.table import Table, count, text
from report.claim_files import Judgement, Observed, judge, load_claims
from report.commands import summarize_again
from report.section import Section


def claims(run: Run) -> Section:
    judgements = [judge(claim, run) for claim in load_claims()]
    section = Section(13, "Does the article hold on this machine?", _answer(judgements), command=summarize_again(run))
    section.paragraphs = [
        "The suite grew out of an article on why blocking servers are not enough. These of its claims speak of structure: "
        "how many requests are in progress, on how many threads. They are exact: a single launch that contradicts refutes "
        "one."]
    section.facts = [(f"{item.claim.id}: {item.claim.statement}.", _explained(item)) for item in judgements]
    section.tables.append(_table(judgements))
    return section


def _answer(judgements: list[Judgement]) -> str:
    parts = []
    for verdict in ("supported", "refuted", "not measured"):
        names = [item.claim.id for item in judgements if item.verdict == verdict]
        if names:
            parts.append(f"{words.listed(names)} {'is' if len(names) == 1 else 'are'} {verdict}")
    return f"Of the claims on structure {words.listed(parts)}."


def _explained(item: Judgement) -> str:
    if item.verdict == "not measured":
        missing = [seen.evidence.model for seen in item.observed if not seen.found]
        return (f"Not measured here: no usable launch of {words.listed(list(dict.fromkeys(missing)))} with enough "
                f"connections. {item.claim.about}")
    return f"{item.verdict.capitalize()}. {item.claim.about} {item.claim.explanations[item.verdict]}"


def _table(judgements: list[Judgement]) -> Table:
    table = Table(["claim", "server", "what must hold", "expected", "found", "launches", "verdict"],
                  caption="The evidence, launch by launch")
    for item in judgements:
        for seen in item.observed:
            evidence = seen.evidence
            table.rows.append([text(item.claim.id), text(evidence.model),
                               text(f"{evidence.counter.replace('_', ' ')}: {evidence.why}"), text(evidence.expected),
                               text(_found(seen)), count(len(seen.found)), text(_verdict(seen))])
    return table


def _found(seen: Observed) -> str:
    if not seen.found:
        return "\N{EN DASH}"
    low, high = min(seen.found), max(seen.found)
    return words.number(low) if low == high else words.interval(low, high)


def _verdict(seen: Observed) -> str:
    if not seen.found:
        return "not measured"
    if seen.against:
        return f"contradicted by {seen.against[0]}" + (f" and {len(seen.against) - 1} more" if seen.against[1:] else "")
    return "holds"
