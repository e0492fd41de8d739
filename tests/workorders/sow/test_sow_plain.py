from workorders.sow.reading import read_document

EMAIL = """SCOPE OF WORK

The installer mounts two cameras at each entrance and runs the cable through
the existing conduit to the cabinet in the stock room.

4.2 Mounting Height

Keep the lens between 2.4 m and 2.8 m above the floor.

BEFORE LEAVING
1. Photograph each camera
   with the ladder out of the picture
2. Sign the log
   a) in the office
☐ Keys returned

Phase 2: Testing

Device\tPort\tNote
Camera 1\t12\t
Camera 2\t13\tspare
"""


def read(text: str, name: str = ""):
    return read_document(name, text.encode())


def lines(text: str) -> list[tuple[str, str]]:
    return [(clause.number, clause.text) for clause in read(text).clauses]


def test_pasted_text_is_read_with_its_headings_lists_and_cells():
    wrapped = (
        "The installer mounts two cameras at each entrance and runs the cable through"
        " the existing conduit to the cabinet in the stock room."
    )
    assert lines(EMAIL) == [
        ("0.1", wrapped),
        ("1.1", "Keep the lens between 2.4 m and 2.8 m above the floor."),
        ("2.1", "Photograph each camera with the ladder out of the picture"),
        ("2.2", "Sign the log"),
        ("2.2.1", "in the office"),
        ("2.3", "☐ Keys returned"),
        ("3.1", "Device: Camera 1 · Port: 12"),
        ("3.2", "Device: Camera 2 · Port: 13 · Note: spare"),
    ]


def test_places_are_lines():
    assert [clause.place for clause in read(EMAIL).clauses][:3] == ["line 3", "line 8", "line 11"]


def test_pasted_text_is_titled_by_its_first_heading():
    document = read(EMAIL)
    assert document.format == "text"
    assert document.title == "SCOPE OF WORK"


def test_short_lines_below_each_other_are_separate():
    assert [text for _, text in lines("Arrive on site\nGreet the manager\nMount the sign")] == [
        "Arrive on site",
        "Greet the manager",
        "Mount the sign",
    ]


def test_numbered_sentences_are_a_list_and_not_headings():
    assert [text for _, text in lines("1. Export the list\n2. Count the units\n3. Sign")] == [
        "Export the list",
        "Count the units",
        "Sign",
    ]


def test_underlined_lines_are_headings():
    assert lines("Site work\n=========\n\nMount it.\n\nAfter\n-----\n\nTest it.") == [
        ("0.1", "Mount it."),
        ("1.1", "Test it."),
    ]


def test_text_that_is_markdown_is_read_as_markdown():
    assert read("# Scope\n\n- **Mount** it\n").format == "markdown"
    assert read("Use #4 screws and 3 * 2 clips.").format == "text"


def test_other_encodings_are_read_and_said():
    document = read_document("scope.txt", "Café: poser l’écran".encode("cp1252"))
    assert document.clauses[0].text == "Café: poser l’écran"
    assert "Western European" in document.notes[0]
    assert read_document("scope.txt", "Montér".encode("utf-16")).clauses[0].text == "Montér"
    assert read_document("scope.txt", b"\xef\xbb\xbfMount it").clauses[0].text == "Mount it"


def test_windows_line_ends_are_line_ends():
    assert [text for _, text in lines("Mount it.\r\n\r\nTest it.\r\n")] == ["Mount it.", "Test it."]
