from workorders.sow.document import Link
from workorders.sow.reading import read_document

SCOPE = """---
title: Café Wi-Fi
version: 2
---
# Café Wi-Fi

Read this first.

## Phase 1: Survey

Capture:
- Router **sticker**
  - front
  - back
- [x] Serial number

### Checks

| Check | Criteria | Done |
|-------|:--------:|------|
| Signal | ≥ -67 dBm | ☐ |
| Uplink | [see design](design.md) | ☐ |

```mermaid
graph TD
  A --> B
```

## Phase 2: Install

1. Mount the access point.

   Use two screws.
2. Label `AP-[Site]`.
"""


def read(text: str):
    return read_document("scope.md", text.encode())


def lines(text: str) -> list[tuple[str, str]]:
    return [(clause.number, clause.text) for clause in read(text).clauses]


def test_a_scope_is_read_into_numbered_clauses():
    assert lines(SCOPE) == [
        ("0.1", "Read this first."),
        ("1.1", "Router sticker"),
        ("1.1.1", "front"),
        ("1.1.2", "back"),
        ("1.2", "☑ Serial number"),
        ("1.3.1", "Check: Signal · Criteria: ≥ -67 dBm · Done: ☐"),
        ("1.3.2", "Check: Uplink · Criteria: see design · Done: ☐"),
        ("1.3.3", "graph TD\n  A --> B"),
        ("2.1", "Mount the access point."),
        ("2.1.1", "Use two screws."),
        ("2.2", "Label AP-[Site]."),
    ]


def test_ordinals_run_without_gaps_and_numbers_are_unique():
    clauses = read(SCOPE).clauses
    assert [clause.ordinal for clause in clauses] == list(range(1, 12))
    assert len({clause.number for clause in clauses}) == 11


def test_the_path_holds_headings_then_lead_in_then_parent_items():
    assert read(SCOPE).clauses[2].heading_path == ("Phase 1: Survey", "Capture:", "Router sticker")


def test_the_place_is_the_line_in_the_file_below_the_metadata():
    assert [clause.place for clause in read(SCOPE).clauses[:3]] == ["line 7", "line 12", "line 13"]
    assert read(SCOPE).clauses[5].place == "line 21"


def test_kinds_say_what_a_clause_is():
    kinds = [clause.kind for clause in read(SCOPE).clauses]
    assert kinds[0] == "paragraph"
    assert kinds[1] == "list_item"
    assert kinds[5] == "table_row"
    assert kinds[7] == "diagram"


def test_title_and_metadata_come_from_the_top():
    document = read(SCOPE)
    assert document.title == "Café Wi-Fi"
    assert document.metadata == (("title", "Café Wi-Fi"), ("version", "2"))
    assert document.notes == ("2 lines of metadata at the top of the file are kept beside the clauses.",)


def test_link_targets_are_kept_beside_the_text():
    assert read(SCOPE).clauses[6].links == (Link("see design", "design.md"),)


def test_a_rule_at_the_top_is_not_metadata():
    assert lines("---\nNo keys here at all\n\n---\n\nText") == [
        ("0.1", "No keys here at all"),
        ("0.2", "Text"),
    ]
    assert [text for _, text in lines("---\n\nMount it\n\n---\n")] == ["Mount it"]


def test_a_long_lead_in_stays_a_clause_and_a_label_does_not():
    assert lines(
        "# A\n\nConfirm the sign type that the client ordered:\n\n- small\n\nCapture:\n\n- photo\n"
    ) == [
        ("0.1", "Confirm the sign type that the client ordered:"),
        ("0.2", "small"),
        ("0.3", "photo"),
    ]


def test_a_heading_with_nothing_below_is_kept_as_a_clause():
    assert lines("# T\n\n## One\n\n## Two\n\ntext\n\n### Three\n") == [
        ("1", "One"),
        ("2.1", "text"),
        ("2.2", "Three"),
    ]


def test_a_table_of_nothing_but_a_header_is_kept():
    assert lines("| Name | Date |\n|--|--|\n") == [("0.1", "Name · Date")]


def test_an_empty_column_is_written_as_blank():
    assert lines("| Item | Initials |\n|--|--|\n| Router | |\n") == [
        ("0.1", "Item: Router · Initials: (blank)")
    ]


def test_struck_out_text_says_so():
    assert lines("Use ~~two~~ three screws") == [("0.1", "Use (struck out: two) three screws")]


def test_placeholders_in_angle_brackets_are_text_and_html_is_not():
    assert lines("Ask <insert name> at <address> <br> for <b>keys</b>") == [
        ("0.1", "Ask <insert name> at <address> for keys")
    ]


def test_html_blocks_are_read_and_comments_counted():
    document = read("<div><p>Mount it</p></div>\n\n<!-- secret -->\n\nthen test")
    assert [clause.text for clause in document.clauses] == ["Mount it", "then test"]
    assert document.notes == (
        "1 hidden comment is left out, because a reader of the document does not see them.",
    )


def test_deep_nesting_keeps_every_item_and_short_numbers():
    text = "\n".join("  " * depth + f"- level{depth}" for depth in range(40))
    clauses = read(text).clauses
    assert [clause.text for clause in clauses] == [f"level{depth}" for depth in range(40)]
    assert max(len(clause.number) for clause in clauses) <= 40
    assert len({clause.number for clause in clauses}) == 40


def test_headings_that_skip_a_level_are_numbered_by_structure():
    assert lines("# T\n\n## A\n\n#### B\n\nx\n\n## C\n\ny") == [("1.1.1", "x"), ("2.1", "y")]


def test_several_top_headings_are_sections_and_the_file_gives_the_title():
    document = read("# A\n\nx\n\n# B\n\ny")
    assert document.title == "scope"
    assert [clause.number for clause in document.clauses] == ["1.1", "2.1"]


def test_bold_lines_are_headings_when_there_are_no_others():
    assert lines("**Mounting**\n\nFix it.\n\n**Testing**\n\nTry it.") == [
        ("1.1", "Fix it."),
        ("2.1", "Try it."),
    ]


def test_one_word_footnotes_are_not_lost():
    assert "^1: Velcro" in [text for _, text in lines("Fix it[^1].\n\n[^1]: Velcro\n")]


def test_pictures_leave_their_description():
    assert lines("![Rack front](img/rack.png) and ![](img/door.png)") == [
        ("0.1", "Picture: Rack front and Picture: door.png")
    ]


def test_reading_twice_gives_the_same():
    assert read(SCOPE) == read(SCOPE)
