"""A small, forgiving HTML tree: bounded depth, no entities beyond characters, nothing ever fetched."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_DEPTH = 120

_VOID = re.compile(r"area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr")
_BLOCKS = re.compile(
    r"address|article|aside|blockquote|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h1|h2|h3|h4|h5|h6|header|hr|html|body|li|main|nav|ol|p|pre|section|summary|table"
    r"|tbody|td|tfoot|th|thead|tr|ul|caption|legend|option"
)
_INLINE = re.compile(
    r"a|abbr|acronym|audio|b|bdi|bdo|big|br|button|canvas|cite|code|col|colgroup|data|datalist|del"
    r"|dfn|em|embed|font|frame|frameset|head|i|iframe|img|input|ins|kbd|label|link|map|mark|meta"
    r"|meter|noscript|object|optgroup|output|param|picture|progress|q|rp|rt|ruby|s|samp|script|select"
    r"|small|source|span|strike|strong|style|sub|sup|svg|template|textarea|time|title|track|tt|u|var"
    r"|video|wbr|area|base"
)
# An opening tag on the left ends an open element on the right, up to the nearest boundary element.
_IMPLIED_END: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "table"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "option": (frozenset({"option"}), frozenset({"select"})),
    "tbody": (frozenset({"thead", "tbody"}), frozenset({"table"})),
    "tfoot": (frozenset({"thead", "tbody"}), frozenset({"table"})),
}
# Words people also write between angle brackets as placeholders: "<address>".
_ALSO_PLACEHOLDERS = re.compile(r"address|time|data|title|code|map|object|label|source|link|summary")
_SECTION = re.compile(r"<!\[CDATA\[|<!\[[^\]<>]{0,200}\]>|\]\]>")
_CLOSING = re.compile(r"</([A-Za-z]+)")
_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]*)")


@dataclass(slots=True)
class Node:
    """An element with its attributes and, in order, its child elements and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)


def is_block(tag: str) -> bool:
    """Tell whether an element starts a new line when shown."""
    return _BLOCKS.fullmatch(tag) is not None


def closed_tags(source: str) -> frozenset[str]:
    """Return the names, in lower case, that some ``</name`` in the source closes."""
    return frozenset(name.lower() for name in _CLOSING.findall(source))


def is_markup(tag: str, closed: frozenset[str]) -> bool:
    """Tell whether ``<…>`` in running text is HTML rather than a placeholder such as ``<insert date>``.

    Parameters
    ----------
    tag : str
        The tag as written, with its angle brackets.
    closed : frozenset of str
        What :func:`closed_tags` finds in the text around it; it decides on words that are both.
    """
    found = _TAG_NAME.match(tag)
    if not found:
        return True
    name = found.group(1).lower()
    if _ALSO_PLACEHOLDERS.fullmatch(name) and "=" not in tag:
        return name in closed
    known = _BLOCKS.fullmatch(name) or _INLINE.fullmatch(name)
    return known is not None or "-" in name or ":" in name


def parse_html(source: str, *, keep_unknown_tags: bool = False) -> Node:
    """Parse HTML into a tree no deeper than `MAX_DEPTH`; what is nested deeper is flattened, never dropped.

    Parameters
    ----------
    source : str
        HTML text.
    keep_unknown_tags : bool
        Keep ``<insert date>`` as text, as a Markdown author means it.
    """
    builder = _Builder(closed_tags(source) if keep_unknown_tags else None)
    builder.feed(_tame(source))
    builder.close()
    return builder.root


def _tame(source: str) -> str:
    """Leave only what closes: the standard parser goes quadratic on comments and tags that never end.

    Comments and conditional sections go, as no reader sees them; what merely looks like the start of one becomes
    text. Linear.
    """
    kept = []
    at = 0
    while (start := source.find("<!--", at)) >= 0 and (end := source.find("-->", start + 4)) >= 0:
        kept.append(source[at:start])
        at = end + 3
    rest = "".join((*kept, source[at:].replace("<!--", "&lt;!--")))
    rest = _SECTION.sub("", rest).replace("<![", "&lt;![")
    last = rest.rfind(">") + 1
    return rest[:last] + rest[last:].replace("<", "&lt;")


class _Builder(HTMLParser):
    def __init__(self, closed: frozenset[str] | None) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("#root")
        self._closed = closed
        self._open = [self.root]
        self._too_deep: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._is_literal():
            self._text(self.get_starttag_text() or "")
            return
        self._end_implied(tag)
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if _VOID.fullmatch(tag):
            return
        if len(self._open) < MAX_DEPTH:
            self._open.append(node)
        else:
            self._too_deep[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._is_literal():
            self._text(self.get_starttag_text() or "")
            return
        self._open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._too_deep:
            self._too_deep -= Counter({tag: 1})
            return
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        self._text(data)

    def _text(self, data: str) -> None:
        self._open[-1].children.append(data)

    def _is_literal(self) -> bool:
        return self._closed is not None and not is_markup(self.get_starttag_text() or "", self._closed)

    def _end_implied(self, tag: str) -> None:
        if is_block(tag) and self._open[-1].tag == "p":
            self._open.pop()
        if tag not in _IMPLIED_END or self._too_deep:
            return
        ended, boundary = _IMPLIED_END[tag]
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag in boundary:
                return
            if self._open[at].tag in ended:
                del self._open[at:]
                return
