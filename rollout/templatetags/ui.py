"""The components of the house: see /components/ and docs/how-to/build-a-page.md.

Everything here escapes what it is given; markup comes only from templates under `templates/ui/` and from `format_html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.db.models import Choices
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from rollout.models import Rollout
from rollout.templatetags import ui_charts, ui_fields, ui_lists, ui_nav
from rollout.templatetags.ui_icons import icon_svg
from rollout.templatetags.ui_statuses import look_of

register = template.Library()


# --- Small things ---------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "", cls: str = "") -> SafeString:
    """`{% icon "truck" %}`; give a `label` only when the icon stands alone."""
    return icon_svg(name, label=label, classes=cls)


@register.simple_tag
def status(value: Any, label: str = "") -> SafeString:
    """`{% status order.state order.get_state_display %}`: a pill with icon and word for any state or kind."""
    key = str(value.value if isinstance(value, Choices) else value or "")
    if not label:
        label = str(value.label) if isinstance(value, Choices) else key.replace("_", " ").capitalize()
    look = look_of(key)
    return format_html(
        '<span class="pill is-{}">{}{}</span>', look.tone, icon_svg(look.icon), label or "Unknown"
    )


@register.simple_tag
def pill(label: str, tone: str = "neutral", icon_name: str = "point") -> SafeString:
    """`{% pill "3 visits" "info" "truck" %}`: the same pill for something that is no state key."""
    return format_html('<span class="pill is-{}">{}{}</span>', tone, icon_svg(icon_name), label)


@register.simple_tag
def person(user: Any, name: str = "") -> SafeString:
    """`{% person user %}`: initials and name. Works for anything with a `name`, or give the name."""
    shown = name or str(getattr(user, "name", "") or user or "")
    if not shown:
        return format_html('<span class="muted">{}</span>', "Nobody yet")
    tone = ("accent", "info", "violet", "success", "warning", "neutral")[sum(map(ord, shown)) % 6]
    return format_html(
        '<span class="person is-{}"><span class="initials" aria-hidden="true">{}</span><span>{}</span></span>',
        tone,
        initials(shown),
        shown,
    )


@register.filter
def initials(name: Any) -> str:
    """`{{ user|initials }}`: the first letters of the first and the last word."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


@register.simple_tag
def when(moment: datetime | date | None, zone: str = "", fmt: str = "D, M j, H:i") -> SafeString:
    """`{% when visit.starts_at site.time_zone %}`: time in that zone with its abbreviation; a plain date has none."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', "Not set")
    if not isinstance(moment, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', moment.isoformat(), date_format(moment, "D, M j, Y")
        )
    local = moment.astimezone(_zone(zone)) if zone else timezone.localtime(moment)
    if local.year != timezone.now().year and fmt == "D, M j, H:i":
        fmt = "D, M j, Y, H:i"
    return format_html(
        '<time datetime="{}" title="{}">{} <span class="muted">{}</span></time>',
        moment.isoformat(),
        zone or timezone.get_current_timezone_name(),
        date_format(local, fmt),
        local.tzname() or "",
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@register.simple_tag
def ago(moment: datetime | None) -> SafeString:
    """`{% ago entry.at %}`: "12 minutes ago", with the exact time on hover."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', "Never")
    now = timezone.now()
    text = _distance(moment, now)
    exact = date_format(timezone.localtime(moment), "M j, Y, H:i") + f" {timezone.localtime(moment).tzname()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, text)


def _distance(moment: datetime, now: datetime) -> str:
    if abs((now - moment).total_seconds()) < 60:
        return "just now"
    if moment > now:
        return f"in {timesince(now, moment, depth=1)}"
    return f"{timesince(moment, now, depth=1)} ago"


# --- Blocks of a page -----------------------------------------------------------------------------------------
@register.inclusion_tag("ui/stat.html")
def stat(
    label: str, value: Any, *, hint: str = "", url: str = "", icon_name: str = "", tone: str = ""
) -> dict[str, Any]:
    """`{% stat "Ready" 37 hint="of 240 sites" url=link tone="warning" %}`."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:,}"
    return {"label": label, "value": value, "hint": hint, "url": url, "icon_name": icon_name, "tone": tone}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str = "", tone: str = "", small: bool = False) -> dict[str, Any]:
    """`{% progress 37 240 "Packets" %}`: bar with the numbers beside it."""
    percent = round(100 * done / total) if total else 0
    return {"done": done, "total": total, "label": label, "percent": percent, "tone": tone, "small": small}


@register.inclusion_tag("ui/segments.html")
def segments(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """`{% segments funnel "Work orders" %}`: one stacked bar with a legend.

    `items` are mappings or objects with `key` (a state) or `tone` and `icon`, `label`, `count`, and `url` if it leads somewhere.
    """
    return {"label": label, **ui_charts.stack(items)}


@register.inclusion_tag("ui/bars.html")
def bars(series: Iterable[Any], label: str, unit: str = "", target: float | None = None) -> dict[str, Any]:
    """`{% bars weeks "Sites closed per week" unit="sites" target=12 %}`: columns, and the same as a table.

    `series` holds `(label, value)` pairs; `target` draws a line across.
    """
    return {"label": label, "unit": unit, **ui_charts.columns(series, target)}


@register.inclusion_tag("ui/empty.html")
def empty(icon_name: str, title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """`{% empty "building-store" "No sites yet" "Import a list to begin." url "Import sites" %}`."""
    return {"icon_name": icon_name, "title": title, "text": text, "url": url, "action": action}


@register.simple_block_tag
def card(content: str, title: str = "", text: str = "", cls: str = "", flush: bool = False) -> SafeString:
    """`{% card "Waves" "Cohorts with dates." %}…{% endcard %}`; `flush=True` for tables without padding."""
    head = (
        format_html('<div class="card-header"><div><h2>{}</h2>{}</div></div>', title, _sub(text))
        if title
        else ""
    )
    body = content if flush else format_html('<div class="card-body">{}</div>', content)
    return format_html('<section class="card {}">{}{}</section>', cls, head, body)


def _sub(text: str) -> SafeString | str:
    return format_html("<p>{}</p>", text) if text else ""


@register.simple_block_tag
def note(content: str, tone: str = "info", icon_name: str = "") -> SafeString:
    """`{% note "warning" %}<p>…</p>{% endnote %}`: something the reader should know before going on."""
    icons = {
        "info": "info-circle",
        "success": "circle-check",
        "warning": "alert-triangle",
        "danger": "alert-circle",
    }
    mark = icon_svg(icon_name or icons.get(tone, "info-circle"))
    return format_html('<div class="note is-{}">{}<div>{}</div></div>', tone, mark, content)


@register.simple_block_tag
def dialog(content: str, name: str, title: str, cls: str = "") -> SafeString:
    """`{% dialog "add-wave" "Add a wave" %}…{% enddialog %}`, opened by `<button data-dialog="add-wave">`."""
    return format_html(
        '<ui-dialog><dialog class="dialog {}" id="{}" aria-labelledby="{}-title"><div class="dialog-head">'
        '<h2 id="{}-title">{}</h2><button type="button" class="icon-button" data-close aria-label="Close">{}</button>'
        '</div><div class="dialog-body">{}</div></dialog></ui-dialog>',
        cls,
        name,
        name,
        name,
        title,
        icon_svg("x"),
        content,
    )


@register.simple_block_tag
def menu(content: str, label: str, icon_name: str = "", cls: str = "btn") -> SafeString:
    """`{% menu "More" "dots" %}<a href=…>…</a><button>…</button>{% endmenu %}`: links and buttons behind a button."""
    face = format_html("{}<span>{}</span>", icon_svg(icon_name) if icon_name else "", label)
    if cls == "icon-button":
        face = icon_svg(icon_name or "dots", label=label)
    return format_html(
        '<ui-menu><button type="button" class="{}" aria-haspopup="true" aria-expanded="false">{}</button>'
        '<div class="menu-list" popover>{}</div></ui-menu>',
        cls,
        face,
        content,
    )


@register.inclusion_tag("ui/confirm.html", takes_context=True)
def confirm_button(
    context: Context, label: str, url: str, title: str, text: str = "", **options: Any
) -> dict[str, Any]:
    """`{% confirm_button "Discard" url "Discard this proposal?" "Nothing in force changes." tone="danger" %}`.

    Posts to `url` after asking. Options: `tone`, `icon_name`, `cls` (of the button), `confirm` (word on the button in the
    dialog), `name` and `value` (one more field to post).
    """
    number: int = (context.render_context.get("ui_confirm") or 0) + 1
    context.render_context["ui_confirm"] = number
    told_apart_by = repr((url, options.get("value"))).encode()
    stem = f"confirm-{crc32(told_apart_by):x}-{number}"
    return {
        "id": stem,
        "label": label,
        "url": url,
        "title": title,
        "text": text,
        "tone": "",
        "csrf_token": context.get("csrf_token"),
        **options,
    }


# --- Forms ----------------------------------------------------------------------------------------------------
@register.simple_tag
def field(bound: BoundField, label: str = "", help_text: str = "", cls: str = "") -> SafeString:
    """`{% field form.name %}`: label, control, help and error, tied together for screen readers."""
    return render_to_string("ui/field.html", ui_fields.field_context(bound, label, help_text, cls))


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """`{% form_errors form %}`: what is wrong with the form as a whole, with links to the fields at fault."""
    return ui_fields.error_summary(form)


@register.inclusion_tag("ui/fieldset.html")
def fieldset(form: Any, *names: str, columns: bool = False) -> dict[str, Any]:
    """`{% fieldset form %}` or `{% fieldset form "name" "code" columns=True %}`: several fields, hidden ones included."""
    visible = [form[name] for name in names] if names else list(form.visible_fields())
    hidden = [] if names else list(form.hidden_fields())
    return {"visible": visible, "hidden": hidden, "columns": columns}


@register.inclusion_tag("ui/upload.html", takes_context=True)
def upload(context: Context, bound: BoundField, text: str = "", accept: str = "") -> dict[str, Any]:
    """`{% upload form.file "CSV, TSV, XLSX or GeoJSON" ".csv,.xlsx" %}`: a drop zone around the file field."""
    return {
        "text": text,
        "accept": accept,
        "max_bytes": context.get("UPLOAD_MAX_BYTES"),
        **ui_fields.field_context(bound, "", "", "", extra={"accept": accept} if accept else {}),
    }


# --- Lists ----------------------------------------------------------------------------------------------------
register.inclusion_tag("ui/pager.html", takes_context=True)(ui_lists.pager)
register.inclusion_tag("ui/downloads.html", takes_context=True)(ui_lists.download_links)
register.inclusion_tag("ui/tabs.html", takes_context=True)(ui_lists.tabs)
register.simple_tag(takes_context=True)(ui_lists.sort_link)
register.simple_tag(takes_context=True)(ui_lists.sort_attr)
register.simple_tag(ui_lists.crumbs)


# --- Layout ---------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/nav.html", takes_context=True)
def rollout_nav(context: Context, rollout: Rollout) -> dict[str, Any]:
    """`{% rollout_nav rollout %}`: the sidebar of a rollout; `nav_badges` in the context adds counts."""
    request = context["request"]
    groups = ui_nav.rollout_groups(request.user, rollout, request.path, context.get("nav_badges"))
    return {"groups": groups, "label": rollout.name}


@register.inclusion_tag("ui/nav.html", takes_context=True)
def house_nav(context: Context) -> dict[str, Any]:
    """`{% house_nav %}`: the links that are the same everywhere."""
    request = context["request"]
    return {"groups": [ui_nav.house_group(request.user, request.path)], "label": "Downbeat"}


@register.simple_tag
def url_if(name: str, *args: Any) -> str:
    """`{% url_if "rollout:home" rollout.code as home %}`: the address, or "" while there is no such page."""
    return ui_nav.url_or_none(name, *args) or ""


@register.filter
def undo_url(message: Any) -> str:
    """The address a message offers for undoing: `messages.success(request, text, extra_tags="undo:/…/")`."""
    tags: str = message.extra_tags or ""
    addresses = (tag[5:] for tag in tags.split() if tag.startswith("undo:/"))
    return next((address for address in addresses if not address.startswith("//")), "")


@register.filter
def message_tone(message: Any) -> str:
    """The tone of a Django message."""
    return {"error": "danger", "warning": "warning", "success": "success"}.get(message.level_tag, "info")


# --- Long work ------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/job.html", takes_context=True)
def job_progress(context: Context, job: Any, counts: Any = None, can_retry: bool = False) -> dict[str, Any]:
    """`{% job_progress job counts can_retry %}`: state, bar and numbers; asks the server every second until it ends."""
    counts = counts or {"total": job.total, "done": job.done, "failed": 0, "cancelled": 0}
    numbers = counts if isinstance(counts, Mapping) else vars(counts)
    return {
        "job": job,
        "numbers": numbers,
        "ended": numbers["done"] + numbers["failed"] + numbers["cancelled"],
        "can_retry": can_retry,
        "pace": ui_charts.pace(job, numbers, now=datetime.now(UTC)),
        "csrf_token": context.get("csrf_token"),
    }
