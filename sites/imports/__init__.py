"""Turn whatever list of sites a client sends into checked rows, losing nothing.

The package knows files, words and rules; it knows no Django, no database and no user. A caller walks
through it in this order::

    source = open_source(path, name="stores.xlsx")            # reading.py: any spreadsheet, one shape
    proposals = propose(SITE_TARGET, source.columns, source.sample())      # mapping.py: a first guess
    mapping = {key: proposal.column for key, proposal in proposals.items()}  # a person corrects it
    checked = check_all(SITE_TARGET, mapping, source)         # dataset.py: every row, with reasons
    for row in checked:
        ...                                                   # apply row.values if row.importable
    checked.tally, checked.notes                              # and they add up to the rows read
    annotated_xlsx(out, source, not_accepted)                 # report.py: errors back as a spreadsheet

Rules that hold everywhere:

* Every record of the file comes out exactly once, with the line number a person sees in their editor.
* A file that cannot be read raises `UnreadableFile`, whose sentence says what to do next.
* Empty stays empty. Nothing is guessed in silence: every change made to a value is a `Problem` of
  severity "notice", every doubt one of severity "attention".
* Text is streamed; a file is bounded in bytes, rows, columns and, for workbooks, in what it unpacks to.
"""
