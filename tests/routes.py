"""The permission table: every address, who may open it, who may post to it, and what it is made of."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse

ROLES = (
    "admin",
    "pm",
    "pf",
    "client_viewer",
    "technician",
    "provider_manager",
    "stranger_pm",
    "stranger_viewer",
    "stranger_technician",
    "nobody",
    "anonymous",
)


def audience(ok: str, refused: str = "", *, others: str = "404", anonymous: str = "login") -> dict[str, str]:
    """Build an audience: roles that get in, members who get a 403 with a sentence, everybody else."""
    answers = dict.fromkeys(ROLES, others) | {"anonymous": anonymous}
    return answers | dict.fromkeys(ok.split(), "ok") | dict.fromkeys(refused.split(), "403")


AUDIENCES = {
    # name: who gets in; who is told that their role does not include it; everybody else finds nothing there
    "public": audience(" ".join(ROLES)),
    "signed in": audience("", others="ok"),
    "client and team": audience("admin pm pf client_viewer"),
    "team": audience("admin pm pf", "client_viewer"),
    "pm": audience("admin pm", "pf client_viewer"),
    # Only whoever removed something brings it back.
    "remover": audience("pm", "client_viewer"),
    # Things only the team sees at all: for the client's viewers they do not exist.
    "team's": audience("admin pm pf"),
    "pm's": audience("admin pm", "pf"),
    # A visit is known to its technician and their manager, who may not judge it.
    "reviewers": audience("admin pm pf", "technician provider_manager"),
    "own technician": audience("technician"),
    "own key": audience("pm"),
    "technicians": audience("technician stranger_technician"),
    "starters": audience("admin pm", others="403"),
    "client's pm": audience("admin", "pm pf client_viewer"),
    "house": audience("admin pm pf stranger_pm"),
    "api": audience("", others="ok", anonymous="401"),
    "api client and team": audience("admin pm pf client_viewer", anonymous="401"),
    # Under a rollout: strangers find nothing, the client's viewers are told.
    "api rollout": audience("admin pm pf", "client_viewer", anonymous="401"),
    "api pm": audience("admin pm", "pf client_viewer", anonymous="401"),
    "api pm's": audience("admin pm", "pf", anonymous="401"),
    "api team": audience("admin pm pf", anonymous="401"),
    "-": dict.fromkeys(ROLES, "405"),
}

# address | who may open it | who may post to it (= the same, - nobody: 405) | what it is made of: name=thing or name='word
TABLE = """
home                              | signed in       | =            |
find                              | signed in       | =            | ?q=har&in=guest-wifi
progress:list                     | signed in       | =            |
progress:home                     | client and team | =            | code
progress:map                      | client and team | =            | code
progress:sites                    | client and team | =            | code
rollout:home                      | team            | =            | code
rollout:client-new                | starters        | =            |
rollout:new                       | client's pm     | =            | client_code
rollout:settings                  | pm              | =            | code
rollout:launch                    | -               | pm           | code
rollout:outcome-new               | pm              | =            | code
rollout:outcome-edit              | pm's            | =            | pk=outcome.pk
rollout:outcome-remove            | -               | pm's         | pk=outcome.pk
rollout:wave-new                  | pm              | =            | code
rollout:wave-edit                 | pm's            | =            | pk=wave.pk
rollout:wave-remove               | -               | pm's         | pk=wave.pk
rollout:member-add                | -               | pm           | code
rollout:member-remove             | -               | pm           | code pk=membership.pk
rollout:view-save                 | -               | team         | code
rollout:view                      | team            | -            | code key=view.key
rollout:view-change               | pm              | =            | code key=view.key
rollout:view-remove               | -               | pm           | code key=view.key
rollout:view-restore              | -               | remover      | code entry=removed_view.pk
rollout:jobs                      | team            | =            | code
rollout:job                       | team's          | =            | key=job.key
rollout:job-progress              | team's          | =            | key=job.key
rollout:job-cancel                | -               | team's       | key=job.key
rollout:job-retry                 | -               | team's       | key=job.key
rollout:file                      | team's          | =            | key=file.key
rollout:api-keys                  | signed in       | =            |
rollout:api-key-revoke            | -               | own key      | prefix=api_key.prefix
sites:list                        | team            | =            | code
sites:map                         | team            | =            | code
sites:new                         | team            | =            | code
sites:existing                    | team            | =            | code
sites:bulk                        | -               | team         | code change='wave
sites:bulk-undo                   | -               | team         | code bulk_id
sites:changes                     | team            | =            | code
sites:change                      | team            | =            | code bulk_id=done_bulk
sites:grid                        | team            | =            | code
sites:grid-check                  | -               | team         | code
sites:grid-match                  | -               | team         | code
sites:placing                     | team            | =            | code
sites:place-undo                  | -               | team         | code bulk_id
sites:facts                       | team            | =            | code
sites:attributes                  | team            | =            | code
sites:attribute-new               | team            | =            | code
sites:attribute-edit              | team            | =            | code attribute_key=attribute.key
sites:attribute-remove            | -               | team         | code attribute_key=free_attribute.key
sites:imports                     | team            | =            | code
sites:import-new                  | pm              | =            | code
sites:import-template             | pm              | =            | code target='sites ?format=csv
sites:import                      | pm's            | =            | code key=site_import.key
sites:import-map                  | pm's            | =            | code key=site_import.key
sites:import-sample               | pm's            | =            | code key=site_import.key ?field=name
sites:import-read                 | -               | pm's         | code key=site_import.key
sites:import-preview              | pm's            | =            | code key=site_import.key
sites:import-corrections          | pm's            | =            | code key=site_import.key
sites:import-rows                 | -               | pm's         | code key=site_import.key
sites:import-swap                 | -               | pm's         | code key=site_import.key
sites:import-apply                | -               | pm's         | code key=site_import.key
sites:import-undo                 | -               | pm's         | code key=site_import.key
sites:import-discard              | -               | pm's         | code key=site_import.key
sites:blackouts                   | team            | =            | code
sites:blackout-new                | team            | =            | code
sites:blackout-undo               | -               | team         | code undo_id=bulk_id
sites:blackout-edit               | team            | =            | code pk=blackout.pk
sites:blackout-remove             | -               | team         | code pk=blackout.pk
sites:groups                      | team            | =            | code
sites:group-new                   | -               | team         | code kind='region
sites:group-edit                  | team            | =            | code pk=group.pk
sites:group-remove                | -               | team         | code pk=group.pk
sites:ask                         | team            | =            | code
sites:survey                      | team            | =            | code
sites:questions                   | team            | =            | code
sites:questions-change            | -               | team         | code change='remind
sites:question                    | team            | =            | code key=inquiry.key
sites:question-link               | -               | team         | code key=inquiry.key
sites:question-renew              | -               | team         | code key=inquiry.key
sites:answers-open                | public          | =            | key=inquiry.key
sites:answers                     | public          | =            | key=inquiry.key
sites:answers-not-mine            | -               | public       | key=inquiry.key
sites:answers-picture             | public          | -            | key=inquiry.key picture=unknown_key
sites:site-questions              | team            | =            | code key=site.key
sites:edit                        | team            | =            | code key=site.key
sites:contact-new                 | -               | team         | code key=site.key
sites:contact-edit                | team            | =            | code key=site.key pk=contact.pk
sites:contact-remove              | -               | team         | code key=site.key pk=contact.pk
sites:contact-move                | -               | team         | code key=site.key pk=contact.pk
sites:window-add                  | -               | team         | code key=site.key
sites:window-remove               | -               | team         | code key=site.key pk=window.pk
sites:exception-add               | -               | team         | code key=site.key
sites:exception-remove            | -               | team         | code key=site.key
sites:fact-edit                   | team            | =            | code key=site.key attribute_key=attribute.key
sites:fact-confirm                | -               | team         | code key=site.key attribute_key=attribute.key
sites:fact-settle                 | -               | team         | code key=site.key attribute_key=attribute.key
sites:fact-forget                 | -               | team         | code key=site.key attribute_key=attribute.key
sites:history                     | team            | =            | code key=site.key
sites:attachment-add              | -               | team         | code key=site.key
sites:attachment                  | team            | =            | code key=site.key attachment_key=attachment.key
sites:attachment-file             | team            | =            | code key=site.key attachment_key=attachment.key
sites:attachment-preview          | team            | =            | code key=site.key attachment_key=attachment.key
sites:attachment-remove           | -               | team         | code key=site.key attachment_key=attachment.key
sites:attachment-restore          | -               | team         | code key=site.key attachment_key=attachment.key
sites:detail                      | team            | =            | code key=site.key
workorders:sow                    | team            | =            | code
workorders:sow-upload             | pm              | =            | code
workorders:sow-version            | team            | =            | code version=old_sow.version
workorders:clauses-accept         | -               | pm           | code
workorders:clauses-merge          | -               | pm           | code
workorders:clauses-trace          | pm              | =            | code
workorders:clauses-set-aside      | pm              | =            | code
workorders:clause-reopen          | -               | pm           | code
workorders:plan                   | team            | =            | code
workorders:revision-start         | -               | pm           | code
workorders:plan-revision          | team            | =            | code number=revision.number
workorders:step-new               | pm              | =            | code
workorders:step-restore           | -               | pm           | code entry=removed_step.pk
workorders:step                   | team's          | pm's         | pk=step.pk
workorders:step-move              | -               | pm's         | pk=step.pk
workorders:step-remove            | -               | pm's         | pk=step.pk
workorders:variations             | team            | =            | code
workorders:variation-new          | pm              | =            | code
workorders:variation-value        | pm              | =            | code
workorders:variation-effect       | pm              | =            | code
workorders:variation-preview      | -               | pm           | code
workorders:variation-attribute    | -               | team         | code
workorders:variation-restore      | -               | pm           | code entry=removed_variation.pk
workorders:variation              | team's          | pm's         | pk=variation.pk
workorders:variation-remove       | -               | pm's         | pk=variation.pk
workorders:variation-sites        | team's          | =            | pk=variation.pk
workorders:publish                | team            | pm           | code
workorders:publish-orders         | -               | pm           | code
workorders:packets                | team            | =            | code
workorders:packets-generate       | -               | team         | code
workorders:packets-zip            | team            | =            | code
workorders:packet                 | team's          | =            | pk=packet.pk
workorders:packet-pdf             | team's          | =            | pk=packet.pk
workorders:packet-live            | public          | =            | packet_hash=packet.hash
workorders:list                   | team            | =            | code
workorders:detail                 | team's          | =            | number=order.number
workorders:hold                   | -               | team's       | number=order.number
workorders:release                | -               | team's       | number=order.number
workorders:site-panel             | team's          | =            | pk=enrolment.pk
technicians:visit-open            | public          | =            | key=visit.key
technicians:my-visits             | technicians     | =            |
technicians:visit                 | own technician  | =            | key=visit.key
technicians:visit-state           | own technician  | -            | key=visit.key
technicians:visit-events          | -               | own technician | key=visit.key
technicians:visit-file            | -               | own technician | key=visit.key evidence_key=evidence.key
technicians:visit-picture         | own technician  | =            | key=visit.key evidence_key=evidence.key
technicians:visit-pdf             | own technician  | =            | key=visit.key
technicians:order-panel           | team's          | -            | number=order.number
technicians:visit-link            | -               | reviewers    | key=upcoming.key technician=cast.technician_person.pk
technicians:review                | team            | =            | code
technicians:review-visit          | reviewers       | =            | key=visit.key
technicians:visit-accept          | -               | reviewers    | key=visit.key
technicians:visit-send-back       | -               | reviewers    | key=visit.key
technicians:evidence-judge        | -               | team's       | key=evidence.key
technicians:evidence-file         | team's          | =            | key=evidence.key
technicians:evidence-preview      | team's          | =            | key=evidence.key
technicians:schedule              | team            | =            | code
technicians:schedule-propose      | -               | team         | code
technicians:schedule-plan         | team's          | =            | pk=schedule.pk
technicians:schedule-plan-apply   | -               | team's       | pk=schedule.pk
technicians:schedule-plan-discard | -               | team's       | pk=schedule.pk
technicians:schedule-plan-undo    | -               | team's       | pk=schedule.pk
technicians:calendar              | team            | =            | code
technicians:tonight               | team            | =            | code
technicians:tell                  | team            | =            | code
technicians:tell-send             | -               | team         | code
technicians:visit-book            | team's          | =            | number=planned.number
technicians:visit-check           | -               | team's       | number=planned.number
technicians:visit-edit            | reviewers       | =            | key=upcoming.key
technicians:visit-confirm         | -               | reviewers    | key=upcoming.key
technicians:visit-cancel          | -               | reviewers    | key=upcoming.key
technicians:visit-told            | -               | reviewers    | key=upcoming.key technician=cast.technician_person.pk
technicians:list                  | team            | =            | code
technicians:technician            | team            | =            | code pk=cast.technician_person.pk
technicians:technician-edit       | pm              | =            | code pk=cast.technician_person.pk
technicians:technician-revoke     | -               | pm           | code pk=cast.technician_person.pk
technicians:time-off-add          | -               | pm           | code pk=cast.technician_person.pk
technicians:time-off-remove       | -               | pm           | code pk=cast.technician_person.pk off=time_off.pk
components                        | house           | -            |
health                            | public          | =            |
metrics                           | public          | =            |
api-root                          | api             | -            |
api-rollout-list                  | api             | -            |
api-rollout-detail                | api client and team | -        | code
api-job-list                      | api             | -            |
api-job-detail                    | api team        | -            | key=job.key
api-waves                         | api rollout     | -            | code
api-views                         | api rollout     | -            | code
api-work-order-list               | api             | -            |
api-work-order-detail             | api team        | -            | number=order.number
api-packet-list                   | api             | -            |
api-packet-detail                 | api team        | -            | hash=packet.hash
api-site-list                     | api             | -            |
api-site-detail                   | api team        | -            | pk=site.pk
api-rollout-sites                 | api rollout     | -            | code
api-rollout-site                  | api rollout     | -            | code key=site.key
api-contacts                      | api rollout     | -            | code key=site.key
api-windows                       | api rollout     | -            | code key=site.key
api-exceptions                    | api rollout     | -            | code key=site.key
api-exception                     | api rollout     | -            | code key=site.key day='2026-12-26
api-facts                         | api rollout     | -            | code key=site.key
api-fact                          | api rollout     | -            | code key=site.key attribute_key=attribute.key
api-attachments                   | api rollout     | =            | code key=site.key
api-attachment                    | api rollout     | -            | code key=site.key attachment_key=attachment.key
api-attachment-file               | api rollout     | -            | code key=site.key attachment_key=attachment.key
api-enrolments                    | api rollout     | -            | code
api-enrolment                     | api rollout     | -            | code key=site.key
api-change-undo                   | -               | api rollout  | code bulk_id
api-regions                       | api rollout     | =            | code
api-formats                       | api rollout     | =            | code
api-group                         | api rollout     | -            | code pk=group.pk
api-attributes                    | api rollout     | -            | code
api-attribute                     | api rollout     | -            | code attribute_key=attribute.key
api-blackouts                     | api rollout     | =            | code
api-blackout                      | api rollout     | -            | code pk=blackout.pk
api-imports                       | api pm          | =            | code
api-import                        | api pm's        | -            | code key=site_import.key
api-import-rows                   | api pm's        | -            | code key=site_import.key
api-import-check                  | -               | api pm's     | code key=site_import.key
api-import-apply                  | -               | api pm's     | code key=site_import.key
api-import-undo                   | -               | api pm's     | code key=site_import.key
api-inquiries                     | api rollout     | =            | code
api-inquiry                       | api rollout     | -            | code key=inquiry.key
api-inquiry-withdraw              | -               | api rollout  | code key=inquiry.key
schema                            | api             | -            |
api-docs                          | api             | -            |
"""


class Route(NamedTuple):
    """One line of the table."""

    name: str
    get: str
    post: str
    kwargs: dict[str, str]
    query: str

    def address(self, world) -> str:
        return (
            reverse(self.name, kwargs={name: world.find(path) for name, path in self.kwargs.items()})
            + self.query
        )


def _route(line: str) -> Route:
    name, get, post, needs = (cell.strip() for cell in line.split("|"))
    words = [word for word in needs.split() if not word.startswith("?")]
    kwargs = dict(word.split("=", 1) if "=" in word else (word, word) for word in words)
    query = next((word for word in needs.split() if word.startswith("?")), "")
    return Route(name, get, get if post == "=" else post, kwargs, query)


ROUTES = [_route(line) for line in TABLE.strip().splitlines()]
