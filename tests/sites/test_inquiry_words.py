"""The catalogue of the page for sites, and how answers are read in nine languages."""

from __future__ import annotations

import dataclasses
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.asking.reading import Asked, Unreadable, read_answer, tidy
from sites.asking.words import LANGUAGES, language_of, preferred, words_in

EN = LANGUAGES["en"]
FIELDS = [field.name for field in dataclasses.fields(EN)]
NUMBER = Asked("number", "ft")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_are_nine_languages():
    assert list(LANGUAGES) == ["en", "es", "fr", "de", "pt", "it", "nl", "ja", "ko"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_with_the_same_places(language):
    words = LANGUAGES[language]
    assert not [name for name in FIELDS if not getattr(words, name).strip()]
    odd = [name for name in FIELDS if places(getattr(words, name)) != places(getattr(EN, name))]
    assert not odd


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nothing_was_left_in_english(language):
    words, names = LANGUAGES[language], {"decimal_mark", "group_marks", "number_example"}
    # Words that are the same in both.
    alike = {("it", "no"), ("es", "no"), ("nl", "gone")}
    same = [name for name in FIELDS if getattr(words, name) == getattr(EN, name) and name not in names]
    assert not [name for name in same if (language, name) not in alike]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_a_number_is_read_as_nine_and_a_half(language):
    words = LANGUAGES[language]
    assert read_answer(NUMBER, words.number_example, words) == 9.5


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        ("de", "1.234,5", 1234.5),
        ("de", "1.234", 1234),
        ("de", "2.5", 2.5),
        ("en", "1,234.5", 1234.5),
        ("en", "2,5", 2.5),
        ("fr", "1\u202f234,5 ft", 1234.5),
        ("ja", "９．５", 9.5),
        ("en", "−3 FT", -3),
        ("en", "12", 12),
    ],
)
def test_numbers_are_read_by_the_marks_of_the_language(language, typed, value):
    assert read_answer(NUMBER, typed, words_in(language)) == value


@pytest.mark.parametrize(
    "typed", ["nine", "1,2,3", "9.5.5", "1e5", "nan", "inf", "9 or 10", "--3", "1.2,3", "٣x"]
)
def test_what_could_be_two_numbers_or_none_is_refused(typed):
    with pytest.raises(Unreadable, match=r"Write it like 9\.5"):
        read_answer(NUMBER, typed, EN)


@given(st.sampled_from(list(LANGUAGES)), st.integers(-(10**9), 10**9), st.integers(0, 99))
def test_a_number_written_with_the_decimal_mark_reads_back(language, whole, cents):
    words = LANGUAGES[language]
    typed = f"{whole}{words.decimal_mark}{cents:02d}"
    assert read_answer(NUMBER, typed, words) == float(f"{whole}.{cents:02d}")


@given(st.sampled_from(["number", "date", "yes_no", "choice", "text"]), st.text(max_size=700))
def test_any_text_is_read_or_refused_with_a_sentence(kind, text):
    told = ""
    try:
        value = read_answer(Asked(kind, "ft", ("drop", "hard")), text, EN)
    except Unreadable as refusal:
        value, told = None, str(refusal)
    assert told or value is None or "\x00" not in str(value)


@pytest.mark.parametrize("typed", ["2026-02-30", "0001-01-01", "3/4/2026", "tomorrow", "9999-12-31"])
def test_days_that_are_none_are_refused(typed):
    with pytest.raises(Unreadable, match="Choose a day"):
        read_answer(Asked("date"), typed, EN)


def test_yes_is_yes_in_their_language_too():
    assert read_answer(Asked("yes_no"), "はい", LANGUAGES["ja"]) is True
    assert read_answer(Asked("yes_no"), "no", LANGUAGES["ja"]) is False


def test_tidying_keeps_lines_and_drops_control_characters():
    assert tidy(" a\r\nb\x00\x1bc ") == "a\nbc"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fi,en;q=0.2,pt-BR;q=0.7", "pt"),
        ("en;q=0,ko;q=0.1", "ko"),
        ("*", ""),
        (",;q=x,,", ""),
        ("x" * 9000, ""),
    ],
)
def test_the_browser_says_what_it_likes_best(header, language):
    assert preferred(header) == language


def test_a_country_has_a_language_to_begin_with():
    found = {country: language_of(country) for country in ("US", "MX", "AT", "BR", "JP", "BE", "XX", "")}
    assert found == {
        "US": "en", "MX": "es", "AT": "de", "BR": "pt", "JP": "ja", "BE": "nl", "XX": "en", "": "en",
    }  # fmt: skip
