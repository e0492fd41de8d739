"""Read a raw statement of work into numbered clauses, and propose how to read each of them.

The doors are :func:`workorders.sow.reading.read_document`, :func:`workorders.sow.proposing.propose` and
:func:`workorders.sow.warnings.remarks`. Nothing here knows Django, reads a clock or touches the network.
"""
