"""The words of opening hours, by language: "Di" is a Tuesday in German and a Sunday in French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .words import word_set

_EVERY = frozenset(range(7))
_WEEKDAYS = frozenset(range(5))
_WEEKEND = frozenset({5, 6})


@dataclass(frozen=True)
class Language:
    """What one language calls days, times and the words between them.

    Attributes
    ----------
    days, sets:
        Words for one weekday (Monday is 0), and for several.
    times:
        Words for a time, in minutes after midnight.
    words:
        By kind of token: "to", "closed", "allday", "late" (the next day), "holiday".
    filler:
        Words that change nothing.
    phrases:
        Several words that stand for one, as a pattern and that word.
    """

    days: Mapping[str, int]
    sets: Mapping[str, frozenset[int]]
    times: Mapping[str, int]
    words: Mapping[str, frozenset[str]]
    filler: frozenset[str]
    phrases: tuple[tuple[re.Pattern[str], str], ...]


def _days(text: str) -> dict[str, int]:
    """Read seven lines of words, Monday first."""
    lines = [line.split() for line in text.strip().splitlines()]
    return {word: day for day, line in enumerate(lines) for word in line}


def _language(
    days: str,
    *,
    every: str,
    to: str,
    closed: str,
    filler: str = "",
    weekdays: str = "",
    weekend: str = "",
    allday: str = "",
    noon: str = "",
    midnight: str = "",
    phrases: Mapping[str, str] | None = None,
) -> Language:
    sets = [(every, _EVERY), (weekdays, _WEEKDAYS), (weekend, _WEEKEND)]
    both = {**_COMMON_PHRASES, **(phrases or {})}
    return Language(
        days=_days(days),
        sets={word: which for words, which in sets for word in words.split()},
        times=dict.fromkeys(noon.split(), 720) | dict.fromkeys(midnight.split(), 0),
        words={
            "to": word_set(to),
            "closed": word_set(closed),
            "allday": word_set(allday) | {"allday"},
            "late": frozenset({"nextday"}),
            "holiday": frozenset({"ph", "holidays"}),
        },
        filler=word_set(filler),
        phrases=tuple((re.compile(rf"\b(?:{pattern})\b"), word) for pattern, word in both.items()),
    )


_COMMON_PHRASES = {r"next day|\(?\+ ?1\)?(?= ?day)": "nextday", "ph": "holidays"}

_ENGLISH = _language(
    """
    monday mon mo mondays
    tuesday tue tues tu tuesdays
    wednesday wed weds we wednesdays
    thursday thu thur thurs th thursdays
    friday fri fr fridays
    saturday sat sa saturdays
    sunday sun su sundays
    """,
    every="daily everyday",
    weekdays="weekdays weekday",
    weekend="weekends weekend",
    to="to until till til through thru",
    closed="closed close off",
    filler="open from and hours the opens opening store business",
    allday="",
    noon="noon midday",
    midnight="midnight",
    phrases={
        r"every ?day|each day|(?:7|seven) days(?: (?:a|per) week)?|all week": "daily",
        r"all day|around the clock": "allday",
        r"always open|open always": " 24/7 ",
        r"m ?- ?f": " mon - fri ",
        r"(?:public |bank )?holidays?|hols": "holidays",
    },
)
_GERMAN = _language(
    """
    montag mo mon montags
    dienstag di die dienstags
    mittwoch mi mit mittwochs
    donnerstag do don donnerstags
    freitag fr fre freitags
    samstag sonnabend sa sam samstags
    sonntag so son sonntags
    """,
    every="täglich tgl taeglich",
    weekend="wochenende",
    to="bis",
    closed="geschlossen zu ruhetag",
    filler="von und uhr geöffnet offen öffnungszeiten",
    allday="ganztägig durchgehend",
    noon="mittag",
    midnight="mitternacht",
    phrases={r"jeden tag|alle tage": "täglich", r"feiertage?n?": "holidays", r"rund um die uhr": " 24/7 "},
)
_FRENCH = _language(
    """
    lundi lun lu lundis
    mardi mar ma mardis
    mercredi mer me mercredis
    jeudi jeu je jeudis
    vendredi ven ve vendredis
    samedi sam sa samedis
    dimanche dim di dimanches
    """,
    every="quotidien quotidiennement",
    weekend="week-end weekend",
    to="à au a jusqu'à jusqu",
    closed="fermé fermés fermée ferme",
    filler="de du le les et ouvert ouverts des h heures horaires",
    noon="midi",
    midnight="minuit",
    phrases={
        r"tous les jours|chaque jour|7 jours sur 7": "quotidien",
        r"jours? fériés?": "holidays",
        "l ?- ?v": " lun - ven ",
    },
)
_SPANISH = _language(
    """
    lunes lun lu
    martes mar ma
    miércoles miercoles mié mie mi x
    jueves jue ju
    viernes vie vi
    sábado sabado sáb sab sá sa sábados sabados
    domingo dom do domingos
    """,
    every="diario diariamente",
    weekend="finde",
    to="a al hasta",
    closed="cerrado cerrados cierra",
    filler="de del desde las los la el y e abierto horario hrs horas",
    noon="mediodía mediodia",
    midnight="medianoche",
    phrases={
        r"todos los d[ií]as|cada d[ií]a": "diario",
        r"festivos|feriados": "holidays",
        "l ?- ?v": " lun - vie ",
    },
)
_ITALIAN = _language(
    """
    lunedì lunedi lun lu
    martedì martedi mar ma
    mercoledì mercoledi mer me
    giovedì giovedi gio gi
    venerdì venerdi ven ve
    sabato sab sa
    domenica dom do
    """,
    every="quotidianamente",
    to="a al alle fino",
    closed="chiuso",
    filler="dal dalle da il la le e ed ore aperto",
    noon="mezzogiorno",
    midnight="mezzanotte",
    phrases={r"tutti i giorni|ogni giorno": "quotidianamente", "festivi": "holidays"},
)
_DUTCH = _language(
    """
    maandag ma
    dinsdag di
    woensdag wo
    donderdag do
    vrijdag vr
    zaterdag za
    zondag zo
    """,
    every="dagelijks",
    weekend="weekend",
    to="tot t/m tm",
    closed="gesloten dicht",
    filler="van en uur open",
    noon="middag",
    midnight="middernacht",
    phrases={"t/m|tot en met": "tot", "elke dag|alle dagen": "dagelijks", "feestdagen": "holidays"},
)
_PORTUGUESE = _language(
    """
    segunda segunda-feira seg
    terça terca terça-feira ter
    quarta quarta-feira qua
    quinta quinta-feira qui
    sexta sexta-feira sex
    sábado sabado sáb sab
    domingo dom
    """,
    every="diariamente",
    to="a à às até",
    closed="fechado encerrado",
    filler="das de da do e aberto horas",
    noon="meio-dia",
    midnight="meia-noite",
    phrases={"todos os dias": "diariamente", "feriados": "holidays"},
)

LANGUAGES = (_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _ITALIAN, _DUTCH, _PORTUGUESE)
