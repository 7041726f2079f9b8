"""Dates as people say them, in six languages: "last summer", "im Mai 2023", "since 2020", as values of `date:`.

Seasons are those of `values.SEASONS`. What is relative is meant from the day of the question, so a saved search for
"last week" goes with the time. The last summer is the latest one that is over.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from storage.search.speech_words import word_set


def _numbered(text: str) -> dict[str, int]:
    """Groups of words that mean the same, the groups numbered from 1."""
    return {word: number for number, group in enumerate(text.split(","), 1) for word in group.split()}


_SEASONS = {
    word: season
    for season, words in {
        "spring": "spring springtime fruhling fruhjahr printemps primavera",
        "summer": "summer summertime sommer ete verano estate verao",
        "autumn": "autumn fall herbst automne otono autunno outono",
        "winter": "winter wintertime hiver invierno inverno",
    }.items()
    for word in words.split()
}
_FIRST_MONTH = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}

_MONTHS = _numbered(
    "january januar janvier enero gennaio janeiro,february februar fevrier febrero febbraio fevereiro,"
    "march marz mars marzo marco,april avril abril aprile,may mai mayo maggio maio,june juni juin junio giugno junho,"
    "july juli juillet julio luglio julho,august aout agosto,september septembre septiembre settembre setembro,"
    "october oktober octobre octubre ottobre outubro,november novembre noviembre novembro,"
    "december dezember decembre diciembre dicembre dezembro"
)
_LAST = word_set(
    "last letzter letzten letztes letzte letztem vergangenen vergangenes dernier derniere "
    "passe passee pasado pasada scorso scorsa passado passada"
)
_THIS = word_set("this dieser diesen dieses diese diesem ce cet cette este esta questo questa neste nesta")
_UNITS = {
    **dict.fromkeys(("year", "jahr", "jahres", "an", "annee", "ano", "anno"), "year"),
    **dict.fromkeys(("month", "monat", "mois", "mes", "mese"), "month"),
    **dict.fromkeys(("week", "woche", "semaine", "semana", "settimana"), "week"),
}
_DAYS = {
    **dict.fromkeys(("today", "heute", "hoy", "oggi", "hoje"), 0),
    **dict.fromkeys(("yesterday", "gestern", "hier", "ayer", "ieri", "ontem"), 1),
}
_BETWEEN = word_set("to until till and bis und a jusqu et hasta y fino al e ate -")
_JOINING = word_set("of de del do dello des in the")
_BEFORE = word_set("before vor avant antes prima")
_AFTER = word_set("after nach apres despues dopo depois")
_SINCE = word_set("since seit depuis desde dal")
_CHRISTMAS = word_set("christmas xmas weihnachten weihnacht noel navidad natale natal")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_IN = word_set("in from of im jahr jahre year aus von en de del annee ano anno nel dal em")
"""Words before a year that make it one and not a number."""


def said(words: Sequence[str], at: int, today: date) -> tuple[str, int] | None:
    """A date that begins at a word: its value for `date:` and how many words it takes; None where none does.

    Args:
        words: of the question, each as `spelling.spelled` writes it.
    """
    one, two, three = (words[at + n] if at + n < len(words) else "" for n in range(3))
    ahead = [word for word in words[at + 1 : at + 3] if word not in _JOINING][:1]
    year = ahead[0] if ahead and _YEAR.fullmatch(ahead[0]) else ""
    taken = 2 + (bool(year) and two != year)
    if one in _SEASONS and year:
        return f"{_SEASONS[one]}-{year}", taken
    if one in _MONTHS and year:
        return f"{year}-{_MONTHS[one]:02}", taken
    if one in _CHRISTMAS and year:
        return f"{year}-12-24..{year}-12-26", taken
    if _YEAR.fullmatch(one) and two in _BETWEEN and _YEAR.fullmatch(three) and one <= three:
        return f"{one}..{three}", 3
    for signs, sign in ((_BEFORE, "<"), (_AFTER, ">"), (_SINCE, ">=")):
        if one in signs and year:
            return f"{sign}{year}", taken
    if _YEAR.fullmatch(one) and at and words[at - 1] in _IN:
        return one, 1
    return _relative(one, two, today)


def _relative(one: str, two: str, today: date) -> tuple[str, int] | None:
    if one in _DAYS:
        return (today - timedelta(_DAYS[one])).isoformat(), 1
    for first, second in ((one, two), (two, one)):
        if first in _LAST | _THIS and second in _SEASONS:
            return _season(_SEASONS[second], today, over=first in _LAST), 2
        if first in _LAST | _THIS and second in _UNITS:
            return _unit(_UNITS[second], today, last=first in _LAST), 2
    return None


def _season(season: str, today: date, *, over: bool) -> str:
    """The latest season of a kind that is over, or has begun."""
    month = _FIRST_MONTH[season]
    year = today.year
    while date(year, month, 1) > today or (over and date(year + (month == 12), (month + 3 - 1) % 12 + 1, 1) > today):
        year -= 1
    return f"{season}-{year}"


def _unit(unit: str, today: date, *, last: bool) -> str:
    if unit == "year":
        return str(today.year - last)
    if unit == "month":
        day = today.replace(day=1) - timedelta(1) if last else today
        return f"{day.year}-{day.month:02}"
    monday = today - timedelta(today.weekday() + 7 * last)
    return f"{monday.isoformat()}..{(monday + timedelta(6)).isoformat()}"
