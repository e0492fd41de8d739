"""Remarks on what in a statement of work is unfinished or leads out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
from urllib.parse import unquote

from workorders.sow.document import Clause, Document, Link

RemarkKind = Literal["placeholder", "tick_mark", "outside_link", "picture"]

_BRACKETED = re.compile(r"\[([A-Za-z][^\[\]\n]{0,60})\](?!\()")
_ANGLED = re.compile(r"<([A-Za-z][^<>\n]{0,60})>|«([^»\n]{1,60})»|\{\{([^{}\n]{1,60})\}\}")
_UNDECIDED = re.compile(
    r"\b(?:TBD|TBC|TBA|TODO|FIXME|XXX+|XX)\b|\?\?\?+|_{4,}|\blorem ipsum\b|\bto be (?:determined|confirmed|advised)\b",
    re.I,
)
_BOX = re.compile(r"[☐☑☒]|\[[ xX]\]")
_WEB = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
_MAIL = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)
_CITATION = re.compile(r"(?:\d+|\^\w+|sic|[A-Z]{1,3}|x| )$")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the PM should settle.

    Attributes
    ----------
    clause_ordinal : int
        The clause it is about.
    kind : RemarkKind
        ``placeholder``, ``tick_mark``, ``outside_link`` or ``picture``.
    sentence : str
        What is there and what to do about it.
    """

    clause_ordinal: int
    kind: RemarkKind
    sentence: str


def remarks(document: Document) -> tuple[Remark, ...]:
    """Return the remarks on a document in reading order, without repetition. Linear in its size."""
    found = [remark for clause in document.clauses for remark in _of_clause(clause)]
    found.extend(_ticks(document))
    return tuple(sorted(dict.fromkeys(found), key=lambda remark: remark.clause_ordinal))


def _of_clause(clause: Clause) -> Iterator[Remark]:
    if clause.kind not in ("diagram", "code"):
        yield from _placeholders(clause)
    for link in clause.links:
        yield from _link(clause, link)


def _placeholders(clause: Clause) -> Iterator[Remark]:
    linked = {link.text for link in clause.links}
    marks = [found.group(0) for found in _BRACKETED.finditer(clause.text) if _is_open(found.group(1), linked)]
    marks += [found.group(0) for found in _ANGLED.finditer(clause.text)]
    marks += [found.group(0) for found in _UNDECIDED.finditer(clause.text)]
    for mark in dict.fromkeys(marks):
        yield Remark(
            clause.ordinal,
            "placeholder",
            f"“{mark}” is a gap still to be filled. Ask the client what belongs there.",
        )


def _is_open(inside: str, linked: set[str]) -> bool:
    return inside not in linked and not _CITATION.fullmatch(inside)


def _ticks(document: Document) -> Iterator[Remark]:
    """One remark for a whole checklist, on its first line."""
    ticked = [clause for clause in document.clauses if _BOX.search(clause.text)]
    for _, group in groupby(ticked, key=lambda clause: clause.heading_path):
        clauses = list(group)
        more = "" if len(clauses) == 1 else f" here and in {len(clauses) - 1} more below"
        yield Remark(
            clauses[0].ordinal,
            "tick_mark",
            f"The box to tick{more} comes from a template. Make it evidence of a step if it is to be answered.",
        )


def _link(clause: Clause, link: Link) -> Iterator[Remark]:
    target = link.target.strip()
    if not target or target.startswith("#") or _MAIL.match(target):
        return
    if link.text.startswith("Picture: "):
        name = _name(target)
        yield Remark(
            clause.ordinal,
            "picture",
            f"Shows the picture “{name}”, which is not read. Add it to the step as a reference picture.",
        )
    elif _WEB.match(target):
        yield Remark(
            clause.ordinal,
            "outside_link",
            f"Refers to the web page {target[:150]}, which is not part of this document.",
        )
    else:
        yield Remark(
            clause.ordinal,
            "outside_link",
            f"Refers to {_name(target)}, which is not part of this document. Ask for it, or write out what it says.",
        )


def _name(target: str) -> str:
    if target.startswith("data:"):
        return "embedded"
    path = unquote(target.partition("#")[0].partition("?")[0])
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1][:100] or target[:100]
