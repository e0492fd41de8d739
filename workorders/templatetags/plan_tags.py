"""What pages of the plan show again and again."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rollout.templatetags.ui_icons import icon_svg
from rollout.templatetags.ui_statuses import look_of
from workorders.choices import EvidenceKind

register = template.Library()


@register.simple_tag
def kind_icon(kind: str, label: str = "") -> SafeString:
    """`{% kind_icon spec.kind spec.label %}`: the icon of a kind of evidence; what is asked stands in its tooltip."""
    name = EvidenceKind(kind).label if kind in EvidenceKind.values else kind
    spoken = f"{name}: {label}" if label else name
    return format_html(
        '<span class="plan-kind-icon" title="{}">{}</span>',
        spoken,
        icon_svg(look_of(kind).icon, label=spoken),
    )


@register.simple_tag
def phase_icon(phase: str) -> SafeString:
    """`{% phase_icon "install" %}`: the icon of a phase, for the eye only."""
    return icon_svg(look_of(phase).icon)


@register.filter
def one_line(text: str) -> str:
    """`{{ step.instructions|one_line }}`: paragraphs and list items in one line."""
    return " · ".join(line for raw in text.splitlines() if (line := raw.strip().removeprefix("- ").strip()))
