"""Files built to exhaust the machine: each answered within seconds, with a sentence, in little memory.

Every file is opened in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
SECONDS, MEGABYTES = 30, 250
"""Generous: other things run on the machine. An empty process that imports the room takes about 60 MB."""
PROGRAM = """
import json, sys, time
from pathlib import Path
from sites.imports.reading import UnreadableFile, open_source
begun = time.process_time()
try:
    source = open_source(Path(sys.argv[1]), name=sys.argv[2])
    said = f"read {sum(1 for _ in source.rows())} of {source.records}, {len(source.columns)} columns"
except UnreadableFile as refusal:
    said = str(refusal)
# Not ru_maxrss: a new process begins with that of the one it was made by.
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
print(json.dumps([said, time.process_time() - begun, peak]))
"""


@pytest.fixture
def answer(tmp_path):
    """Return what is said of a file, after seeing that it took neither long nor much memory."""

    def opened(content: bytes | int, name: str) -> str:
        path = tmp_path / "upload"
        if isinstance(content, int):
            with path.open("wb") as stream:
                os.truncate(stream.fileno(), content)
        else:
            path.write_bytes(content)
        command = [sys.executable, "-c", PROGRAM, str(path), name]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        said, seconds, peak = json.loads(done.stdout.splitlines()[-1])
        assert seconds < SECONDS, f"{seconds:.1f} s of processor"
        assert peak < MEGABYTES, f"{peak:.0f} MB"
        return said

    return opened


def workbook(**parts: str | bytes) -> bytes:
    """Return an XLSX in which some parts have been replaced."""
    stream, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write_row(1, 0, ["1", "a"])
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            key = name.rsplit("/", 1)[-1].removesuffix(".xml")
            new.writestr(name, parts.get(key, old.read(name)))
    return out.getvalue()


def zip_bomb() -> bytes:
    return workbook(sheet1=b" " * 300_000_000)


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'
    return workbook(sheet1=head + SHEET % '<row r="1"><c r="A1" t="str"><v>&l9;</v></c></row>')


def outside() -> bytes:
    head = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return workbook(sharedStrings=head + '<sst xmlns="x"><si><t>&e;</t></si></sst>')


def claims_everything() -> bytes:
    cells = '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    return workbook(sheet1=SHEET.split("<sheetData>", 1)[0] + cells + last)


def deep_json() -> bytes:
    return b'[{"a":' * 200_000 + b"1" + b"}]" * 200_000


def protected() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 5_000_000 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("made", "name", "sentence"),
    [
        (lambda: ",".join(f"c{n}" for n in range(6_000)).encode() + b"\n" + b"1," * 6_000, "a.csv", "6,000 columns"),
        (zip_bomb, "a.xlsx", "unpacks to far more"),
        (laughs, "a.xlsx", "declarations"),
        (outside, "a.xlsx", "declarations"),
        (claims_everything, "a.xlsx", "16,384 columns"),
        (deep_json, "a.json", "nested too deeply"),
        (protected, "a.xlsx", "password"),
        (lambda: 2 * 1024**3, "a.csv", "2,048 MB"),
        (lambda: 60 * 1024**2, "a.csv", "zero bytes"),
        (lambda: b"id,name\n" + b"1,a\n" * 500_000 + b"2,\x00\n", "a.csv", "zero bytes"),
        (lambda: b'id,name\n1,"' + b"a,b\n" * 5_000_000, "a.csv", "quotation mark"),
        (lambda: b"id,name\n" + b"x" * 40_000_000, "a.csv", "quotation mark"),
        (lambda: b'{"a": 1}\n' * 2_000_000, "a.jsonl", "200,000 rows"),
        (lambda: b"[" + b"{}," * 3_100_000 + b"{}]", "a.json", "too many values"),
        (lambda: workbook(sheet1=os.urandom(2_000_000)), "a.xlsx", "damaged"),
        (lambda: b"PK\x03\x04" + os.urandom(2_000_000), "a.xlsx", "damaged"),
    ],
    ids=[
        *("columns", "bomb", "laughs", "outside", "claims", "deep", "protected", "huge", "nothing", "zeros"),
        *("quote", "cell", "lines", "values", "noise", "zip"),
    ],
)  # fmt: skip
def test_it_is_refused_in_seconds_with_a_sentence_and_in_little_memory(answer, made, name, sentence):
    said = answer(made(), name)
    assert sentence in said
    assert said.endswith(".")


def test_a_hundred_thousand_rows_are_read_in_little_memory(answer):
    line = b"1234567,Corner Market,12 Main St,Seattle,WA,98101,47.6062,-122.3321\n"
    content = b"id,name,street,city,state,zip,lat,lon\n" + line * 100_000
    assert answer(content, "a.csv") == "read 100000 of 100000, 8 columns"
