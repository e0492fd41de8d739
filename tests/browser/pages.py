"""Every page there is, who looks at it here, and what its address is made of; checked against the permission table."""

from __future__ import annotations

from typing import NamedTuple

# address | who opens it | what it is made of: name=thing of the demo or name='word, and a query
TABLE = """
home                            | pm
rollout:home                    | pm         | code
rollout:client-new              | pm         |
rollout:new                     | admin      | client_code
rollout:settings                | pm         | code
rollout:outcome-new             | pm         | code
rollout:outcome-edit            | pm         | pk=outcome
rollout:wave-new                | pm         | code
rollout:wave-edit               | pm         | pk=wave
rollout:jobs                    | pm         | code
rollout:api-keys                | pm         |
rollout:job                     | pm         | key=job
sites:list                      | pm         | code
sites:new                       | pm         | code
sites:existing                  | pm         | code
sites:grid                      | pm         | code
sites:changes                   | pm         | code
sites:placing                   | pm         | code
sites:attributes                | pm         | code
sites:attribute-new             | pm         | code
sites:attribute-edit            | pm         | code attribute_key=attribute
sites:imports                   | pm         | code
sites:import-new                | pm         | code
sites:import-map                | pm         | code key=open_import
sites:import-preview            | pm         | code key=site_import
sites:detail                    | pm         | code key=site
sites:ask                       | pm         | code
sites:survey                    | pm         | code
sites:questions                 | pm         | code
sites:edit                      | pm         | code key=site
sites:contact-edit              | pm         | code key=contact_site pk=contact
sites:fact-edit                 | pm         | code key=site attribute_key=attribute
sites:facts                     | pm         | code
sites:blackouts                 | pm         | code
sites:blackout-new              | pm         | code
sites:blackout-edit             | pm         | code pk=blackout
sites:groups                    | pm         | code
sites:group-edit                | pm         | code pk=group
sites:history                   | pm         | code key=site
sites:attachment                | pm         | code key=attachment_site attachment_key=attachment
sites:question                  | pm         | code key=inquiry
sites:change                    | pm         | code bulk_id=bulk
rollout:view-change             | pm         | code key=view
workorders:sow                  | pm         | code
workorders:sow-upload           | pm         | code
workorders:sow-version          | pm         | code version=sow
workorders:plan                 | pm         | code
workorders:plan-revision        | pm         | code number=revision
workorders:step-new             | pm         | code
workorders:step                 | pm         | pk=step
workorders:variations           | pm         | code
workorders:variation-new        | pm         | code
workorders:variation            | pm         | pk=variation
workorders:variation-sites      | pm         | pk=variation
workorders:publish              | pm         | code
workorders:packets              | pm         | code
workorders:packet               | pm         | pk=packet
workorders:packet-live          | nobody     | packet_hash=hash
workorders:list                 | pm         | code
workorders:detail               | pm         | number=order
technicians:review              | pf         | code
technicians:review-visit        | pf         | key=in_review
technicians:schedule            | pm         | code
technicians:schedule-plan       | pm         | pk=schedule
technicians:calendar            | pm         | code
technicians:tonight             | pf         | code
technicians:tell                | pm         | code
technicians:visit-book          | pm         | number=ready
technicians:visit-edit          | pm         | key=coming
technicians:list                | pm         | code
technicians:technician          | pm         | code pk=technician
technicians:technician-edit     | pm         | code pk=technician
technicians:my-visits           | technician |
technicians:visit               | technician | key=on_site
progress:list                   | viewer     |
progress:home                   | viewer     | code
progress:sites                  | viewer     | code
components                      | pm         |
account_login                   | nobody     |
account_request_login_code      | nobody     |
account_reset_password          | nobody     |
account_logout                  | pm         |
account_email                   | pm         |
account_change_password         | pm         |
account_reauthenticate          | pm         |
mfa_index                       | pm         |
workorders:plan                 | harbor_pm  | code='new-tills
workorders:sow                  | harbor_pm  | code='new-tills
workorders:packets              | harbor_pm  | code='new-tills
technicians:review              | harbor_pm  | code='new-tills
technicians:list                | harbor_pm  | code='new-tills
technicians:schedule            | harbor_pm  | code='new-tills
progress:home                   | harbor_viewer | code='new-tills
"""

# Addresses that show no page of their own, with the reason.
ELSEWHERE = """
technicians:visit-open          | shown by its link, see test_pages
sites:import                    | leads to the step the import is at
sites:import-sample             | a part of another page
workorders:clauses-trace        | a part of another page
workorders:clauses-set-aside    | a part of another page
workorders:site-panel           | a part of another page
workorders:variation-value      | a part of another page
workorders:variation-effect     | a part of another page
technicians:order-panel         | a part of another page
rollout:job-progress            | a part of another page
rollout:file                    | a file
rollout:view                    | leads to the list
find                            | a part of every page
sites:attachment-file           | a file
sites:attachment-preview        | a file
sites:site-questions            | a part of another page
sites:answers-open              | shown by its link, see test_pages
sites:answers                   | shown by its link, see test_pages
sites:answers-picture           | a file
sites:import-template           | a file
sites:import-corrections        | a file
workorders:packets-zip          | a file
workorders:packet-pdf           | a file
technicians:visit-pdf           | a file
technicians:visit-picture       | a file
technicians:evidence-file       | a file
technicians:evidence-preview    | a file
sites:map                       | data
progress:map                    | data
technicians:visit-state         | data
health                          | data
metrics                         | data
schema                          | data
api-docs                        | made by drf-spectacular
"""


class Place(NamedTuple):
    """One page and who looks at it."""

    name: str
    who: str
    needs: dict[str, str]

    def __str__(self) -> str:
        return f"{self.name} {self.who}"


def _place(line: str) -> Place:
    name, who, needs, *_ = (*(cell.strip() for cell in line.split("|")), "")
    words = needs.split()
    return Place(name, who, dict(word.split("=", 1) if "=" in word else (word, word) for word in words))


PLACES = [_place(line) for line in TABLE.strip().splitlines()]
NO_PAGES = {line.split("|")[0].strip() for line in ELSEWHERE.strip().splitlines()}
