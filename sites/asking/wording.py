"""Every sentence the page behind a link and its e-mails can say; one `Wording` a language, see `sites.asking.words`.

What stands in braces is filled in; every language has the same braces in the same sentence, a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The page in one language. `name` is what the language calls itself; numbers and days are read by the marks."""

    name: str
    decimal_mark: str
    group_marks: str
    number_example: str
    language: str
    light_or_dark: str

    # The door: what this is, before anything is asked.
    title: str
    survey_title: str
    lead: str
    survey_lead: str
    asks: str
    count: str
    please_by: str
    planned_for: str
    start: str
    no_account: str
    later: str
    word_from: str
    call: str
    footer: str

    # The questions
    progress: str
    your_name: str
    your_name_hint: str
    yes: str
    no: str
    cannot_tell: str
    remark: str
    remark_hint: str
    how_to: str
    such_as: str
    picture: str
    picture_wanted: str
    picture_here: str
    picture_remove: str
    done: str
    print: str

    # What became of an answer
    saving: str
    saved: str
    not_sent: str
    not_sent_long: str
    send_now: str
    look_again: str
    thanks: str
    thanks_all: str
    thanks_some: str
    go_on: str
    change: str
    error_number: str
    error_date: str
    error_choice: str
    error_long: str
    error_picture: str
    error_picture_size: str
    error_pictures: str

    # Not theirs, no longer, not so fast
    not_mine: str
    not_mine_long: str
    not_mine_who: str
    not_mine_send: str
    not_mine_done: str
    gone: str
    gone_why: str
    gone_ask: str
    gone_sender: str
    wait: str
    wait_long: str

    # E-mail
    mail_subject: str
    mail_reminder: str
    mail_survey: str
    mail_hello: str
    mail_lead: str
    mail_reminder_lead: str
    mail_survey_lead: str
    mail_open: str
    mail_until: str
    mail_unclear: str
    mail_not_mine: str
