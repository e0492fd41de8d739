"""Printing reaches nothing but the packet's own pictures."""

import socket
from io import BytesIO

import pdfplumber
import pikepdf
import pytest
from PIL import Image

from workorders.packets import render
from workorders.packets.qr import qr_svg
from workorders.packets.render import PacketNotRendered, render_pdf

CSS = (
    "@page { size: A6; margin: 5mm; @bottom-right { content: 'page ' counter(page) ' of ' counter(pages) } }"
)


def picture(width=40, height=30, kind="PNG"):
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, kind)
    return out.getvalue()


def page(body, head=""):
    return f"<!DOCTYPE html><html lang='en'><head><title>Packet & more</title>{head}</head><body>{body}</body></html>"


def pictures_in(pdf):
    """Width in pixels of every picture in a PDF."""
    with pdfplumber.open(BytesIO(pdf)) as document:
        return [image["srcsize"][0] for sheet in document.pages for image in sheet.images]


def test_a_page_becomes_a_titled_pdf_with_an_outline():
    done = render_pdf(page("<h1>First</h1><h2 style='break-before:page'>Second</h2>"), assets={}, css=CSS)
    assert done.pages == 2
    assert done.refused == ()
    with pikepdf.open(BytesIO(done.pdf)) as document:
        assert str(document.docinfo["/Title"]) == "Packet & more"
        assert document.Root.MarkInfo.Marked
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == ["First"]
            assert [item.title for item in outline.root[0].children] == ["Second"]


def test_only_named_pictures_are_used():
    done = render_pdf(
        page("<img src='asset:a.png'><img src='asset:b.png'>"), assets={"a.png": picture()}, css=CSS
    )
    assert len(pictures_in(done.pdf)) == 1
    assert done.refused == ("asset:b.png",)


def test_pictures_are_reduced_to_print_resolution():
    big = render_pdf(
        page("<img src='asset:a' alt='' style='width:1in'>"), assets={"a": picture(3000, 3000)}, css=CSS
    )
    (width,) = pictures_in(big.pdf)
    assert width <= 1.1 * render.DPI


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<img src='http://evil.example/x.png'>", ""),
        ("<img src='file:///etc/passwd'>", ""),
        ("<img src='data:image/svg+xml,<svg/>'>", ""),
        ("<img src='ASSET:a.png'>", ""),
        ("<img src='asset:../a.png'>", ""),
        ("<img src='asset:a.png?x'>", ""),
        ("<object data='file:///etc/passwd'></object>", ""),
        ("<embed src='file:///etc/hostname'>", ""),
        ("<div style='background:url(http://evil.example/b)'>x</div>", ""),
        (
            "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd' width='9' height='9'/></svg>",
            "",
        ),
        ("x", "<link rel='stylesheet' href='http://evil.example/x.css'>"),
        ("x", "<link rel='attachment' href='file:///etc/passwd'>"),
        ("<a rel='attachment' href='file:///etc/passwd'>x</a>", ""),
        ("x", "<style>@import 'file:///etc/x.css';</style>"),
        (
            "x",
            "<style>@font-face{font-family:f;src:url(http://evil.example/f.woff)} body{font-family:f}</style>",
        ),
        ("<img src='//evil.example/x.png'>", "<base href='http://evil.example/'>"),
    ],
)
def test_every_other_address_is_refused(body, head, monkeypatch):
    def no_call(*args, **kwargs):
        raise AssertionError("the page reached outside")

    monkeypatch.setattr(socket, "create_connection", no_call)
    done = render_pdf(page(body, head), assets={"a.png": picture()}, css=CSS)
    assert done.refused
    assert pictures_in(done.pdf) == []
    assert b"/EmbeddedFile" not in done.pdf


def test_the_stylesheet_loads_nothing_either():
    done = render_pdf(page("<p>x</p>"), assets={"a": picture()}, css="p { background: url(asset:a) }")
    assert pictures_in(done.pdf) == []


@pytest.mark.parametrize(
    ("assets", "part"),
    [
        ({"a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, "not a picture"),
        ({"a.png": b"\x89PNG broken"}, "not a picture"),
        ({"a.png": picture(8000, 8000)}, "megapixels"),
        ({f"{i}.png": b"" for i in range(401)}, "more than 400"),
    ],
)
def test_pictures_that_cannot_be_printed_are_named(assets, part):
    with pytest.raises(PacketNotRendered, match=part):
        render_pdf(page("x"), assets=assets, css=CSS)


def test_limits(monkeypatch):
    monkeypatch.setattr(render, "MAX_PAGES", 2)
    with pytest.raises(PacketNotRendered, match="3 pages"):
        render_pdf(page("<p style='break-after:page'>x</p>" * 2 + "y"), assets={}, css=CSS)
    monkeypatch.setattr(render, "MAX_HTML_CHARACTERS", 10)
    with pytest.raises(PacketNotRendered, match="too long"):
        render_pdf(page("x"), assets={}, css=CSS)
    monkeypatch.setattr(render, "MAX_ASSET_BYTES", 10)
    monkeypatch.setattr(render, "MAX_HTML_CHARACTERS", 10**6)
    with pytest.raises(PacketNotRendered, match="larger than"):
        render_pdf(page("x"), assets={"a.png": picture()}, css=CSS)


def test_deep_nesting_is_refused_and_not_fatal():
    with pytest.raises(PacketNotRendered, match="nested too deeply"):
        render_pdf(page("<div>" * 1500 + "x"), assets={}, css=CSS)


def test_characters_without_a_glyph_are_reported():
    done = render_pdf(page("plain \U0010fffd"), assets={}, css=CSS)
    assert done.missing_characters == "\U0010fffd"


def test_qr_codes_are_drawn_once_and_the_same():
    code = qr_svg("https://example.com/p/1")
    assert code.startswith(b"<svg ")
    assert b"viewBox" in code
    assert b"width=" not in code
    assert code == qr_svg("https://example.com/p/1") != qr_svg("https://example.com/p/2")
    with pytest.raises(ValueError, match="something to say"):
        qr_svg("")
