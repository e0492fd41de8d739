"""Change many sites at once, in a way that can be undone.

Every change is one transaction under one lock of the client's estate: a cancel, an error or a killed worker leaves the old
state, and a job that runs again finds under its id that it is done.
"""

from sites.actions.bulk.changing import Changed, NoSuchChange, change_many
from sites.actions.bulk.starting import run_change, run_undo, start_change, start_undo_bulk
from sites.actions.bulk.undoing import NothingToUndo, UndoneBulk, undo_bulk

__all__ = [
    "Changed",
    "NoSuchChange",
    "NothingToUndo",
    "UndoneBulk",
    "change_many",
    "run_change",
    "run_undo",
    "start_change",
    "start_undo_bulk",
    "undo_bulk",
]
