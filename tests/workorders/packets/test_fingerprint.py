"""The hash names the content, whatever way the content travelled."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.packets.fingerprint import canonical, fingerprint, short
from workorders.packets.reading import clean, count_words, minutes_to_read

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=10,
)
contents = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values, max_size=4)


@given(contents)
def test_a_round_trip_through_json_keeps_the_hash(content):
    backwards = dict(reversed(list(content.items())))
    assert fingerprint(json.loads(json.dumps(backwards))) == fingerprint(content)


@given(contents, contents)
def test_different_content_has_a_different_hash(first, second):
    assert (fingerprint(first) == fingerprint(second)) is (canonical(first) == canonical(second))


def test_known_value():
    assert canonical({"b": [1.0, True], "a": "é"}) == '{"a":"é","b":[1,true]}'
    assert len(fingerprint({})) == 64
    assert short("3f9a2c41be" + "0" * 54) == "3f9a2-c41be"


@pytest.mark.parametrize("bad", [{"a": float("nan")}, {"a": "\ud800"}])
def test_values_that_cannot_be_stored_are_refused(bad):
    with pytest.raises(ValueError, match=r"."):
        fingerprint(bad)


@pytest.mark.parametrize("bad", [{"a": object()}, {1: "a"}])
def test_values_that_are_not_json_are_refused(bad):
    with pytest.raises(TypeError):
        fingerprint(bad)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("Clip it to the T-bar.", 5), ("don't stop", 2), ("電源を入れて", 3), ("2.5 Gbit/s", 2)],
)
def test_words_are_counted_in_any_script(text, words):
    assert count_words(text) == words


def test_reading_time_is_rounded_up():
    assert [minutes_to_read(words) for words in (0, 1, 200, 201)] == [0, 1, 1, 2]


def test_clean_text():
    assert clean(" Cafe\u0301\r\n\x07x\ud800 ") == "Café\nx"
