"""Tags of lists and of finding one's way: pages, sorting, downloads, tabs, breadcrumbs; registered in `ui`."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rollout.templatetags.ui_icons import icon_svg


def _query(context: Context, **changes: Any) -> str:
    query: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


OF_ONE = {"people": "person", "entries": "entry"}


def pager(context: Context, page_obj: Any, noun: str = "rows") -> dict[str, Any]:
    """`{% pager page_obj "sites" %}`: pages that keep the query string; pages are named `page`."""
    paginator = page_obj.paginator
    numbers = paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    links = [
        (number, _query(context, page=number) if isinstance(number, int) else None) for number in numbers
    ]
    return {
        "page_obj": page_obj,
        "paginator": paginator,
        "noun": noun,
        "noun_of_one": OF_ONE.get(noun, noun.removesuffix("s")),
        "links": links,
        "previous": _query(context, page=page_obj.number - 1) if page_obj.has_previous() else None,
        "next": _query(context, page=page_obj.number + 1) if page_obj.has_next() else None,
    }


def sort_link(context: Context, label: str, key: str, param: str = "sort") -> SafeString:
    """`<th {% sort_attr "name" %}>{% sort_link "Name" "name" %}</th>`: `?sort=name`, then `?sort=-name`."""
    now = context["request"].GET.get(param, "")
    descending_next = now == key
    shown = {key: "arrow-up", f"-{key}": "arrow-down"}.get(now)
    return format_html(
        '<a class="{}" href="{}">{}{}</a>',
        "sort is-sorted" if shown else "sort",
        _query(context, **{param: f"-{key}" if descending_next else key, "page": None}),
        label,
        icon_svg(shown) if shown else "",
    )


def sort_attr(context: Context, key: str, param: str = "sort") -> SafeString:
    """`<th {% sort_attr "name" %}>`: tells screen readers how the column is sorted."""
    now = context["request"].GET.get(param, "")
    word = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    return format_html('aria-sort="{}"', word)


def download_links(context: Context, csv_url: str = "", xlsx_url: str = "") -> dict[str, Any]:
    """`{% download_links %}`: the list as it is filtered, as CSV and XLSX (`?format=csv`, `?format=xlsx`)."""
    return {
        "csv": csv_url or _query(context, format="csv", page=None),
        "xlsx": xlsx_url or _query(context, format="xlsx", page=None),
    }


def tabs(context: Context, items: Sequence[Any], label: str = "Views") -> dict[str, Any]:
    """`{% tabs items %}`: links of (label, url, badge) shown as tabs; the current address is marked."""
    path = context["request"].get_full_path()
    rows = [(*item, None)[:3] for item in items]
    exact = any(url == path for _, url, _ in rows)
    bare = path.split("?")[0]
    marked = [(text, url, badge, url == path if exact else url == bare) for text, url, badge in rows]
    return {"items": marked, "label": label}


def crumbs(*parts: str | None) -> SafeString:
    """`{% crumbs "Sites" sites_url site.name %}`: label, address, label, address, …, the page itself last."""
    pairs = [(parts[i], parts[i + 1] if i + 1 < len(parts) else None) for i in range(0, len(parts), 2)]
    items = format_html_join(
        "",
        "{}",
        (
            (
                format_html('<li><a href="{}">{}</a></li>', url, label)
                if url
                else format_html('<li><span aria-current="page">{}</span></li>', label),
            )
            for label, url in pairs
        ),
    )
    return format_html('<nav aria-label="Breadcrumb"><ol class="crumbs">{}</ol></nav>', items)
