"""The components: they escape, they tie errors to fields, they know every state, they keep the query."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import escape

import rollout.choices
import sites.choices
import technicians.choices
import workorders.choices
from rollout.choices import JobState
from rollout.templatetags import ui, ui_charts
from rollout.templatetags.ui_icons import UnknownIcon, icon_shapes, icon_svg
from rollout.templatetags.ui_statuses import LOOKS
from workorders.choices import WorkOrderState

TRAP = "<script>alert('x')</script>"
CHOICES = [rollout.choices, sites.choices, workorders.choices, technicians.choices]


def render(source: str, path: str = "/", /, **context) -> str:
    page = Template(source).render(Context({"request": RequestFactory().get(path), **context}))
    return re.sub(r"[ \n]+", " ", page)


def every_state():
    for module in CHOICES:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, TextChoices) and kind is not TextChoices:
                yield from ((kind, member) for member in kind)


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the door.")
    count = forms.IntegerField(label="Sites", required=False)
    paper = forms.ChoiceField(label="Paper", choices=[("a4", "A4"), ("letter", "Letter")])
    window = forms.ChoiceField(choices=[("n", "Night"), ("d", "Day")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


# --- Statuses and icons ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "member"), [pytest.param(k, m, id=f"{k.__name__}-{m}") for k, m in every_state()]
)
def test_every_state_is_told_by_icon_and_word(kind, member):
    assert member.value in LOOKS, f"Give {kind.__name__}.{member.name} a look in ui_statuses.py."
    shown = ui.status(member)
    assert escape(str(member.label)) in shown
    assert "<svg" in shown


def test_every_look_uses_an_icon_that_exists():
    assert {look.icon for look in LOOKS.values()} <= set(icon_shapes())


def test_a_status_takes_the_label_it_is_given():
    assert "Waits for the landlord" in ui.status(WorkOrderState.ON_HOLD, "Waits for the landlord")


def test_a_state_nobody_dressed_is_shown_neutrally():
    assert 'class="pill is-neutral"' in ui.status("brand_new")
    assert "Brand new" in ui.status("brand_new")


def test_no_state_at_all_says_unknown():
    assert "Unknown" in ui.status(None)


def test_an_icon_alone_speaks():
    assert 'role="img" aria-label="Close"' in icon_svg("x", label="Close")


def test_an_icon_beside_a_word_is_silent():
    assert 'aria-hidden="true"' in icon_svg("x")


def test_an_unknown_icon_says_how_to_get_it():
    with pytest.raises(UnknownIcon, match=r"assets/icons\.txt"):
        icon_svg("no-such-icon")


# --- Nothing a person typed becomes markup --------------------------------------------------------------------
@pytest.mark.parametrize(
    "source",
    [
        "{% status trap trap %}",
        "{% pill trap %}",
        "{% person None trap %}",
        "{% icon 'x' trap %}",
        "{% stat trap trap hint=trap url=trap %}",
        "{% progress 1 2 trap %}",
        "{% segments parts trap %}",
        "{% bars pairs trap unit=trap %}",
        "{% empty 'inbox' trap trap trap trap %}",
        "{% crumbs trap trap trap %}",
        "{% card trap trap %}{{ trap }}{% endcard %}",
        "{% note trap %}{{ trap }}{% endnote %}",
        "{% dialog trap trap %}{{ trap }}{% enddialog %}",
        "{% menu trap 'dots' %}{{ trap }}{% endmenu %}",
        "{% confirm_button trap trap trap trap name=trap value=trap %}",
        "{% tabs items trap %}",
        "{% sort_link trap trap %}",
        "{% when moment trap %}",
    ],
)
def test_what_people_type_is_escaped(source):
    shown = render(
        source,
        trap=TRAP,
        parts=[{"key": TRAP, "label": TRAP, "count": 2, "url": TRAP}],
        pairs=[(TRAP, 3)],
        items=[(TRAP, TRAP, 1)],
        moment=datetime(2026, 3, 1, tzinfo=UTC),
    )
    assert "<script" not in shown


# --- Numbers --------------------------------------------------------------------------------------------------
def test_a_stat_groups_thousands():
    assert "3,214" in render("{% stat 'Sites' 3214 %}")


def test_progress_shows_numbers_and_percent():
    shown = render("{% progress 37 240 'Packets' %}")
    assert "37 of 240" in shown
    assert "15 %" in shown
    assert 'value="37" max="240"' in shown


def test_progress_of_nothing_is_zero():
    assert 'max="1"' in render("{% progress 0 0 %}")


def test_segments_fill_the_bar_and_leave_out_what_is_zero():
    drawn = ui_charts.stack(
        [{"key": k, "label": k, "count": n} for k, n in (("planned", 1), ("ready", 0), ("done", 9999))]
    )
    one, none, many = drawn["parts"]
    assert one["width"] >= 6, "one of ten thousand can still be seen"
    assert none["width"] == 0
    assert many["x"] + many["width"] == pytest.approx(ui_charts.STACK_WIDTH)


def test_segments_of_nothing_draw_nothing():
    assert ui_charts.stack([]) == {"parts": [], "total": 0, "width": ui_charts.STACK_WIDTH}


def test_neighbours_of_one_tone_differ_in_shade():
    parts = ui_charts.stack(
        [{"key": k, "label": k, "count": 5} for k in ("ready", "scheduled", "confirmed", "done")]
    )["parts"]
    assert [part["shade"] for part in parts] == [2, 1, 0, 0]


def test_bars_come_with_a_table():
    shown = render("{% bars pairs 'Closed per week' unit='sites' target=4 %}", pairs=[("W1", 3), ("W2", 5.5)])
    assert "<td>W1</td>" in shown
    assert "5.5" in shown
    assert 'class="target"' in shown


@pytest.mark.parametrize(("value", "top"), [(0, 1), (3, 3), (21, 25), (101, 150), (9999, 10000)])
def test_the_axis_ends_on_a_round_number(value, top):
    assert ui_charts.columns([("", value)], None)["top"] == top


def test_bars_of_nothing_are_drawn_without_a_division_by_zero():
    assert ui_charts.columns([], None)["columns"] == []


# --- Time and people ------------------------------------------------------------------------------------------
def test_a_moment_is_shown_in_the_zone_of_the_site():
    shown = ui.when(datetime(2020, 7, 1, 2, 30, tzinfo=UTC), "America/Denver")
    assert "Tue, Jun 30, 2020, 20:30" in shown
    assert "MDT" in shown
    assert 'datetime="2020-07-01T02:30:00+00:00"' in shown


def test_a_zone_that_does_not_exist_falls_back_to_utc():
    assert "UTC" in ui.when(datetime(2026, 7, 1, tzinfo=UTC), "Mars/Olympus")


def test_a_date_has_no_zone():
    assert ui.when(date(2026, 3, 1)) == '<time datetime="2026-03-01">Sun, Mar 1, 2026</time>'


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=12, seconds=5), "12\xa0minutes ago"),
        (-timedelta(hours=3, minutes=1), "in 3\xa0hours"),
    ],
)
def test_ago(ago, text):
    assert text in ui.ago(datetime.now(UTC) - ago)


def test_nothing_yet_is_said():
    assert "Not set" in ui.when(None)
    assert "Never" in ui.ago(None)
    assert "Nobody yet" in ui.person(None)


def test_initials_of_a_person():
    assert ">AL<" in ui.person(SimpleNamespace(name="Ada von Lind"))


# --- Forms ----------------------------------------------------------------------------------------------------
def test_a_field_ties_label_help_and_error_to_its_control():
    form = Sample({"name": ""})
    shown = render("{% field form.name %}", form=form)
    assert '<label for="id_name">' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown


def test_a_field_keeps_what_was_typed():
    assert 'value="twelve"' in render("{% field form.count %}", form=Sample({"count": "twelve"}))


def test_an_optional_field_says_so():
    assert "optional" in render("{% field form.count %}", form=Sample())
    assert "optional" not in render("{% field form.name %}", form=Sample())


def test_radio_buttons_are_a_group_with_a_legend():
    shown = render("{% field form.window %}", form=Sample({"window": "d"}))
    assert "<fieldset" in shown
    assert "<legend>Window" in shown
    assert 'value="d" id="id_window_1" checked' in shown


def test_controls_wear_the_classes_of_the_theme():
    form = Sample()
    assert 'class="form-control"' in render("{% field form.name %}", form=form)
    assert 'class="form-select"' in render("{% field form.paper %}", form=form)
    assert 'class="form-check-input"' in render("{% field form.agreed %}", form=form)


def test_a_fieldset_brings_hidden_fields_along():
    shown = render("{% fieldset form %}", form=Sample())
    assert 'type="hidden" name="secret"' in shown
    assert 'name="agreed"' in shown


def test_several_errors_are_summed_up_with_links():
    shown = render("{% form_errors form %}", form=Sample({}))
    assert 'href="#id_name"' in shown
    assert "Nothing was saved" in shown


def test_one_error_stands_at_its_field_only():
    assert (
        render("{% form_errors form %}", form=Sample({"name": "x", "window": "d", "paper": "b5"})).strip()
        == ""
    )


def test_a_form_without_errors_shows_none():
    assert render("{% form_errors form %}", form=Sample()).strip() == ""


# --- Lists ----------------------------------------------------------------------------------------------------
def test_the_pager_keeps_the_query():
    shown = render("{% pager page 'sites' %}", "/?q=a%26b&page=2", page=Paginator(range(120), 50).page(2))
    assert "51–100 of 120 sites" in shown
    assert 'href="?q=a%26b&amp;page=3"' in shown


def test_a_single_page_needs_no_links():
    assert "href" not in render("{% pager page %}", page=Paginator(range(3), 50).page(1))


def test_sorting_goes_up_then_down_and_back_to_page_one():
    assert 'href="?sort=name"' in render("{% sort_link 'Name' 'name' %}", "/?page=4")
    assert 'href="?sort=-name"' in render("{% sort_link 'Name' 'name' %}", "/?sort=name")
    assert 'aria-sort="descending"' in render("<th {% sort_attr 'name' %}>", "/?sort=-name")


def test_downloads_keep_the_filters():
    shown = render("{% download_links %}", "/?state=ready&page=7")
    assert "?state=ready&amp;format=csv" in shown
    assert "page=7" not in shown


def test_the_current_tab_is_marked():
    shown = render(
        "{% tabs items %}", "/sites/?mine=1", items=[("All", "/sites/", 9), ("Mine", "/sites/?mine=1", 2)]
    )
    assert 'href="/sites/?mine=1" aria-current="page"' in shown
    assert shown.count("aria-current") == 1


# --- Layout and long work -------------------------------------------------------------------------------------
def test_a_message_can_offer_to_undo():
    assert ui.undo_url(Message(25, "Changed.", extra_tags="undo:/r/x/undo/3/")) == "/r/x/undo/3/"


def test_undo_never_leads_elsewhere():
    assert ui.undo_url(Message(25, "Changed.", extra_tags="undo://evil.example/")) == ""


def test_a_running_job_asks_again_and_an_ended_one_does_not():
    job = SimpleNamespace(
        key="k", state=JobState.RUNNING, get_state_display="Running", title="Render", message="", has_ended=False,
        started_at=datetime.now(UTC) - timedelta(seconds=30), cancel_asked_at=None, back_url="", total=240, done=37,
    )  # fmt: skip
    poll = SimpleNamespace(total=240, done=37, failed=2, cancelled=0)
    shown = render("{% job_progress job counts %}", job=job, counts=poll)
    assert "39 of 240" in shown
    assert "2 failed" in shown
    assert "a minute" in shown
    job.has_ended, job.state = True, JobState.DONE
    assert "hx-trigger" not in render("{% job_progress job counts %}", job=job, counts=poll)


def test_no_pace_is_claimed_from_too_little():
    job = SimpleNamespace(started_at=datetime.now(UTC), has_ended=False)
    assert (
        ui_charts.pace(job, {"total": 9, "done": 1, "failed": 0, "cancelled": 0}, now=datetime.now(UTC)) == {}
    )


def test_the_sidebar_shows_what_somebody_may_open(cast):
    def links(user):
        request = RequestFactory().get("/")
        request.user = user
        return Template("{% rollout_nav rollout %}").render(
            Context({"request": request, "rollout": cast.rollout})
        )

    assert "Sites" in links(cast.pm)
    assert "Sites" not in links(cast.client_viewer)
    assert links(cast.stranger_pm).strip() == ""


def test_the_gallery_is_for_teams(cast, as_user):
    assert as_user(cast.pm).get("/components/").status_code == 200
    assert as_user(cast.client_viewer).get("/components/").status_code == 404


def test_no_inline_script_or_style_on_the_gallery(cast, as_user):
    page = as_user(cast.pm).get("/components/").content.decode()
    assert 'style="' not in page
    assert "onclick" not in page
    assert "<script>" not in page
