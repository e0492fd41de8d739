"""Decisions on clauses, one or many at a time, as fragments of the workbench."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from workorders import access as own_access
from workorders.actions import clauses as actions
from workorders.actions import plan as plan_actions
from workorders.forms import QUICK_REASONS, OneStepForm, SetAsideForm, SowFilterForm
from workorders.models import Clause, PlanRevision, StatementOfWork, Step
from workorders.queries import plan as plan_queries
from workorders.queries import sow as queries
from workorders.views.sow import can_decide, margin, workbench

# More rows than this are cheaper to send as the whole workbench.
MANY = 3


def _shown(address: QueryDict) -> QueryDict:
    kept = address.copy()
    for name in set(kept) - {*SowFilterForm.base_fields, "page"}:
        del kept[name]
    return kept


class _Desk:
    """The rollout, its newest document and its working revision, for whoever may decide on clauses."""

    def __init__(self, request: HttpRequest, code: str) -> None:
        self.request = request
        self._given = (request.POST or request.GET).copy()
        # What is left of the address is what the page showed: it goes into every link of the answer.
        request.GET = _shown(request.GET)  # type: ignore[assignment]
        self.user: User = signed_in(request)
        self.rollout: Rollout = access.rollout_for(self.user, code, Permission.SOW_EDIT)
        self.sow: StatementOfWork | None = queries.current_sow(self.rollout)
        self.revision: PlanRevision | None = plan_queries.working_revision(self.rollout)

    def chosen(self) -> list[Clause]:
        """Return the clauses the request names: `pk` several times, or all open ones from `first` to `last`."""
        given = self._given
        if self.sow is None:
            return []
        clauses = self.sow.clauses.order_by("ordinal")
        pks = [int(pk) for pk in given.getlist("pk") if pk.isdigit()]
        if pks:
            return list(clauses.filter(pk__in=pks))
        first, last = given.get("first", ""), given.get("last", "")
        if first.isdigit() and last.isdigit():
            shown = queries.matching(self.sow, self.revision, replace(self.filter(), state=queries.OPEN))
            return list(shown.filter(ordinal__range=(int(first), int(last))))
        return []

    def filter(self) -> queries.Filter:
        """Return what the page showed, from the address: a group of clauses is what was seen, not what was hidden."""
        return SowFilterForm(self.request.GET).wanted()

    def draft(self) -> PlanRevision:
        """Return the draft; raises a refusal when the plan is published or not begun."""
        if self.revision is None:
            raise Refused("Upload a statement of work first.")
        return plan_actions.must_be_draft(self.revision)


def _decide(request: HttpRequest, code: str, run: Callable[[_Desk, list[Clause]], str]) -> HttpResponse:
    """Run one decision and show its clauses as they are now, or why nothing was decided."""
    desk = _Desk(request, code)
    chosen = desk.chosen()
    try:
        said, tone = run(desk, chosen), "success"
    except Refused as refusal:
        said, tone = str(refusal), "danger"
    if not request.htmx:  # type: ignore[attr-defined]
        (messages.error if tone == "danger" else messages.success)(request, said)
        return redirect("workorders:sow", code=code)
    response = _fragments(desk, chosen)
    many = len(chosen) != 1
    events: dict[str, Any] = {"clauses-decided": {"refused": tone == "danger", "many": many}}
    if many or tone == "danger":
        events["toast"] = {"text": said, "tone": tone}
    response["HX-Trigger"] = json.dumps(events)
    return response


def _fragments(desk: _Desk, chosen: list[Clause]) -> HttpResponse:
    if desk.sow is None:
        return HttpResponse()
    if len(chosen) > MANY or not chosen:
        context = workbench(desk.request, desk.rollout, desk.sow)
        return render(desk.request, "workorders/sow_page.html#refresh_all", context)
    revision = plan_queries.working_revision(desk.rollout)
    mine = desk.sow.clauses.filter(pk__in=[clause.pk for clause in chosen])
    sections = [clause.heading_path[0] for clause in chosen if clause.heading_path]
    around = queries.matching(desk.sow, revision, replace(desk.filter(), state=""))
    heads = around.filter(heading_path__0__in=sections)
    context = {
        **margin(desk.rollout, desk.sow, revision),
        "rows": queries.clause_rows(mine, revision),
        "groups": queries.grouped(queries.clause_rows(heads, revision)),
        "can_edit": can_decide(desk.request, desk.rollout, revision),
    }
    return render(desk.request, "workorders/sow_page.html#refresh", context)


@require_POST
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Accept the proposal of one clause, or all proposals of several that propose a step."""

    def run(desk: _Desk, chosen: list[Clause]) -> str:
        draft, now = desk.draft(), timezone.now()
        if len(chosen) == 1 and "first" not in request.POST:
            step = actions.accept_proposal(clause=chosen[0], revision=draft, by=desk.user, at=now)
            return f"Step added: {step.title}" if step else f"Clause {chosen[0].number} set aside."
        made = actions.accept_many(clauses=chosen, revision=draft, by=desk.user, at=now)
        left = len(chosen) - len(made)
        rest = f" {left:,} that propose no step are still open." if left else ""
        return f"{len(made):,} steps added.{rest}"

    return _decide(request, code, run)


@require_POST
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Make one step of several clauses."""

    def run(desk: _Desk, chosen: list[Clause]) -> str:
        form = OneStepForm(request.POST)
        title = form.cleaned_data["title"] if form.is_valid() else ""
        step = actions.make_one_step(
            clauses=chosen, revision=desk.draft(), by=desk.user, at=timezone.now(), title=title
        )
        return f"One step made of {len(chosen):,} clauses: {step.title}"

    return _decide(request, code, run)


def set_aside(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the reason, then set clauses aside."""
    if request.method != "POST":
        return _dialog(request, code, "set_aside", {"form": SetAsideForm()})
    form = SetAsideForm(request.POST)
    if not form.is_valid() and request.htmx:  # type: ignore[attr-defined]
        return _dialog(request, code, "set_aside", {"form": form}, status=422)

    def run(desk: _Desk, chosen: list[Clause]) -> str:
        if not form.is_valid():
            raise Refused("Say why, in a few words: the client may ask.")
        done = actions.set_aside(
            clauses=chosen,
            revision=desk.draft(),
            reason=form.cleaned_data["reason"],
            by=desk.user,
            at=timezone.now(),
        )
        return f"{len(done):,} clauses set aside." if len(done) > 1 else f"Clause {done[0].number} set aside."

    return _decide(request, code, run)


def trace(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a step of the plan, then trace clauses to it."""
    if request.method != "POST":
        return _dialog(request, code, "trace", {})
    if not request.POST.get("step", "").isdigit():
        return _dialog(request, code, "trace", {"error": "Choose a step from the list."}, status=422)

    def run(desk: _Desk, chosen: list[Clause]) -> str:
        step = own_access.step_for(desk.user, int(request.POST["step"]), Permission.SOW_EDIT)
        done = actions.trace(clauses=chosen, step=step, by=desk.user, at=timezone.now())
        words = f"{len(done):,} clauses" if len(done) > 1 else f"Clause {done[0].number}"
        return f"{words} traced to “{step.title}”."

    return _decide(request, code, run)


def _dialog(
    request: HttpRequest, code: str, partial: str, extra: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The inside of the dialog: what is chosen, and the form that decides."""
    is_search = "step_q" in request.GET
    words = (request.POST or request.GET).get("step_q", "").strip()
    desk = _Desk(request, code)
    chosen = desk.chosen()
    context = {
        "rollout": desk.rollout,
        "chosen": chosen,
        "quick_reasons": QUICK_REASONS,
        "found": _matching_steps(desk.revision, words) if partial == "trace" else (),
        "step_q": words,
        **extra,
    }
    name = "trace_steps" if partial == "trace" and is_search else partial
    return render(request, f"workorders/sow_dialogs.html#{name}", context, status=status)


def _matching_steps(revision: PlanRevision | None, words: str) -> list[tuple[int, Step]]:
    """Return numbered steps that match: the number itself, or all words somewhere in the title; newest first without words."""
    if revision is None:
        return []
    numbered = list(enumerate(plan_queries.step_list(revision), start=1))
    if not words:
        return sorted(numbered, key=lambda pair: -pair[1].pk)
    if words.isdigit():
        return [pair for pair in numbered if str(pair[0]).startswith(words)]
    parts = words.casefold().split()
    return [pair for pair in numbered if all(part in pair[1].title.casefold() for part in parts)]


@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Undo what was decided on one clause."""

    def run(desk: _Desk, chosen: list[Clause]) -> str:
        if len(chosen) != 1:
            raise Refused("Choose one clause to undo.")
        return actions.reopen(clause=chosen[0], revision=desk.draft(), by=desk.user, at=timezone.now())

    return _decide(request, code, run)
