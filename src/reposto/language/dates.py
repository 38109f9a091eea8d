"""Windows of time and calendar months in a Portuguese sentence, counted from the company's today."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from reposto.language.numbers import NUMBER, read_number

LENGTHS = {
    "dia": 1,
    "semana": 7,
    "quinzena": 15,
    "mes": 30,
    "bimestre": 60,
    "trimestre": 90,
    "quadrimestre": 120,
    "semestre": 180,
    "ano": 365,
}
MONTHS = (
    "janeiro",
    "fevereiro",
    "marco",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
MONTHS_EN = tuple("january february march april may june july august september october november december".split())
_SHORT_MONTHS = {name[:3]: i for i, name in enumerate(MONTHS, 1) if name not in ("maio", "marco")}
_WEEKDAYS = {"segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4, "sabado": 5, "domingo": 6}
_LENGTH_WORD = (
    r"(?P<length>dias?|semanas?|quinzenas?|mes(?:es)?|bimestres?|trimestres?|quadrimestres?|semestres?|anos?)"
)
_MONTH = "(?P<month>" + "|".join(MONTHS) + ")"
_KEPT_VERB = re.compile(r"(?:aguent|dur|cobr|segur|da)\w+")
_PAST_MONTH = re.compile(r"\b(?:consumo|vendas|saidas?)\b")  # of a month just gone, unless the question looks ahead
AHEAD = re.compile(r"\b(?:previst[oa]s?|vou|vai|vamos|vao|projetad[oa]s?|estimad[oa]s?|deve|devo)\b")
PAST = re.compile(
    r"\b(?:paguei|pagava|pagamos|pagavamos|pagou|custava|custou|foi|foram|era|eram|vendi|vendeu|vendemos|vendemo|venderam|gastei|gastamos|gastou|comprei|"
    r"compramos|saiu|sairam|passad[oa]s?|historico|consumiu|consumimos|usamos|usei|girou|ultim[oa]s?|teve|tivemos|vendia|chegou|atrasou|atrasaram|"
    r"subiu|caiu|aumentou|baixou|gastos?|usou|mudou|variou|desde|(?:total|valor|quanto)\b.*\bcompras)\b"
)


def easter(year: int) -> date:
    """Gregorian Easter (anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


FEASTS: tuple[tuple[str, Callable[[int], date]], ...] = (
    (r"natal", lambda y: date(y, 12, 25)),
    (r"(?:dia das )?criancas", lambda y: date(y, 10, 12)),
    (r"(?:sao joao|festas? juninas?)", lambda y: date(y, 6, 24)),
    (r"pascoa", easter),
    (r"carnaval", lambda y: easter(y) - timedelta(days=47)),
    (r"dia das maes", lambda y: _nth_weekday(y, 5, 6, 2)),
    (r"dia dos pais", lambda y: _nth_weekday(y, 8, 6, 2)),
    (r"dia dos namorados", lambda y: date(y, 6, 12)),
    (r"black ?friday", lambda y: _nth_weekday(y, 11, 3, 4) + timedelta(days=1)),
    (r"(?:ano novo|reveillon)", lambda y: date(y, 12, 31)),
)  # fmt: skip


class TimeFinder:
    """Takes the stretches of time out of a text, leaving `zqdate`, and keeps what they mean."""

    def __init__(self, text: str, today: date) -> None:
        self.text = text
        self.today = today
        self.past = PAST.search(text) is not None and AHEAD.search(text) is None
        self.horizon: int | None = None
        self.period: str | None = None
        for find in (self._deadlines, self._months, self._lengths, self._named_months):
            find()

    def _replace(self, pattern: str, use: Callable[[re.Match[str]], bool]) -> None:
        def swap(match: re.Match[str]) -> str:
            verb = _KEPT_VERB.match(match[0])
            return (verb[0] if verb else "") + " zqdate " if use(match) else match[0]

        self.text = re.sub(pattern, swap, self.text)

    def _set_horizon(self, days: int | None) -> bool:
        if days is None or days <= 0:
            return False
        self.horizon = days
        return True

    def _set_period(self, year: int, month: int) -> bool:
        years, month0 = divmod(month - 1, 12)
        self.period = f"{year + years:04d}-{month0 + 1:02d}"
        return True

    def _until(self, day: date) -> bool:
        return self._set_horizon((day - self.today).days)

    def _until_last(self, day: date) -> bool:
        """To the end of the month or year, which on its last day is today."""
        return self._set_horizon(max((day - self.today).days, 1))

    def _next(self, day_of: Callable[[int], date]) -> date:
        day = day_of(self.today.year)
        return day if day > self.today else day_of(self.today.year + 1)

    def _deadlines(self) -> None:
        lead = r"\b(?:ate|antes d[eoa]s?|aguent\w+(?: ate)?|dur\w+ ate)(?: (?:o|a|as|os|no|na|chegar|de))*? "
        soft = r"\b(?:ate|antes d[eoa]s?|aguent\w+|para)(?: (?:o|a|as|os|no|na))*? "
        for name, day_of in FEASTS:
            self._replace(soft + name + r"\b", lambda m, f=day_of: self._until(self._next(f)))  # type: ignore[misc]
        self._replace(
            lead + r"(?:proxim[oa] )?(?P<day>segunda|terca|quarta|quinta|sexta|sabado|domingo)(?:[ -]feira)?\b",
            self._weekday,
        )
        self._replace(
            lead + r"(?:dia )?(?P<d>\d{1,2})[/.](?P<m>\d{1,2})(?:[/.](?P<y>\d{2,4}))?(?!\d)", self._day_and_month
        )
        self._replace(lead + r"(?:dia )?(?P<d>\d{1,2}) de " + _MONTH + r"\b", self._day_and_month)
        self._replace(lead + r"(?:o )?dia (?P<d>\d{1,2})\b(?! dias)", self._day)
        self._replace(
            soft + r"(?:fim|final) (?:do|deste|desse) mes\b", lambda m: self._until_last(_month_end(self.today))
        )
        self._replace(
            soft + r"(?:fim|final) (?:do|deste|desse) ano\b", lambda m: self._until_last(date(self.today.year, 12, 31))
        )
        self._replace(
            soft + r"(?:fim|final) da semana\b",
            lambda m: self._until(self.today + timedelta(days=(4 - self.today.weekday() - 1) % 7 + 1)),
        )
        self._replace(lead + r"amanha\b", lambda m: self._set_horizon(1))

    def _weekday(self, match: re.Match[str]) -> bool:
        ahead = (_WEEKDAYS[match["day"]] - self.today.weekday() - 1) % 7 + 1
        return self._set_horizon(ahead)

    def _day(self, match: re.Match[str]) -> bool:
        for months in range(3):
            year, month0 = divmod(self.today.year * 12 + self.today.month - 1 + months, 12)
            day = _safe_date(year, month0 + 1, int(match["d"]))
            if day and day > self.today:
                return self._until(day)
        return False

    def _day_and_month(self, match: re.Match[str]) -> bool:
        groups = match.groupdict()
        month = MONTHS.index(groups["month"]) + 1 if groups.get("month") else int(groups["m"] or 0)
        year = int(groups["y"]) if groups.get("y") else None
        if year is not None and year < 100:
            year += 2000
        day = _safe_date(year or self.today.year, month, int(groups["d"]))
        if day and day <= self.today and year is None:
            day = _safe_date(self.today.year + 1, month, int(groups["d"]))
        return self._until(day) if day else False

    def _months(self) -> None:
        today = self.today
        near = r"\b(?:(?:para|no|do|de|em|a|o|n?este|d?este|n?esse|d?esse) )*"
        self._replace(
            near + r"(?:mes que vem|proximo mes|mes seguinte|mes proximo)\b",
            lambda m: self._set_period(today.year, today.month + 1),
        )
        self._replace(
            near + r"(?:mes passado|mes anterior|ultimo mes)\b", lambda m: self._set_period(today.year, today.month - 1)
        )
        self._replace(
            r"\b(?:(?:para|ate) )?(?:o )?(?:este|esse|neste|nesse|deste|desse) mes\b"
            r"|\b(?:o |do |no )?mes (?:atual|corrente)\b|\bdentro do mes\b",
            lambda m: self._set_period(today.year, today.month),
        )

    def _lengths(self) -> None:
        self._replace(
            r"\b(?:para |da |na |a |n?esta |n?essa |d?esta |d?essa |em )*"
            r"(?:semana que vem|proximo semana|semana passada|ultima semana|semana seguinte)\b",
            lambda m: self._set_horizon(7),
        )
        self._replace(
            r"\b(?:esta|essa|nesta|nessa|desta|dessa|da|para a|na) semana\b|\bpara semana\b",
            lambda m: self._set_horizon(7),
        )
        self._replace(
            r"\b(?:n?[oa] |d[oa] |para [oa]? ?|n?ess[ea] |d?ess[ea] |n?est[ea] )*(?:proxim[oa]|ultim[oa]) "
            + _LENGTH_WORD.replace("s?", "")
            + r"\b(?! que)",
            self._one,
        )
        self._replace(
            r"\b(?:para |[oa] |d[oa] |n[oa] )*"
            + _LENGTH_WORD.replace("s?", "")
            + r" (?:que vem|passad[oa]|seguinte)\b",
            self._one,
        )
        count = rf"(?P<count>{NUMBER}|um|uma|proximos|ultimos)"
        self._replace(
            r"\b(?:(?:para|pelos|nos|dos|de|em|por|ha|daqui a|por mais|durante|os|as|nas|das|a cada|cada|uns|umas"
            r"|mais de|cerca de) )*"
            rf"(?:(?:proximos|ultimos|ultimas|seguintes) )?{count} {_LENGTH_WORD}"
            r"(?P<half> e mei[ao])?(?P<kind> uteis| corridos)?\b",
            self._counted,
        )
        self._replace(
            r"\b(?:para|aguent\w+|dur\w+|cobr\w+|dar|segur\w+) (?:o |a |um |uma )?(?:resto d[oa] )?"
            + _LENGTH_WORD.replace("s?", "")
            + r"\b(?: (?:inteir[oa]|todo|toda))?(?! \d)",
            self._one,
        )

    def _one(self, match: re.Match[str]) -> bool:
        if match["length"] == "dia":  # `o ultimo dia para comprar` is a date, not a window
            return False
        return self._set_horizon(LENGTHS[_singular(match["length"])])

    def _counted(self, match: re.Match[str]) -> bool:
        if re.match(r"a cada|cada", match[0]):
            return False
        count = read_number(match["count"])
        if count is None:
            return False
        if match["half"]:
            count += 0.5
        if match["kind"] == " uteis":
            count *= 7 / 5  # days of the calendar; holidays would shift it by a day or two
        return self._set_horizon(round(count * LENGTHS[_singular(match["length"])]))

    def _named_months(self) -> None:
        event = (
            r"(?:reajuste|aumento|tabela|campanha|promocao|feira|evento|liquidacao|festa|inventario|balanco|ferias"
            r"|obra|licitacao|entrega|parada)"
        )
        if re.search(rf"\b{event} (?:\w+ )?(?:de|do|em) {_MONTH}", self.text):
            return
        pattern = (
            rf"\b(?:(?:em|de|para|no|durante|do|ate|o|mes de|desde|ao longo de) )*{_MONTH}\b"
            r"(?P<rest>(?: (?:de |do )?(?P<year>20\d\d)| (?:do )?ano passado| passado| que vem| do ano que vem)?)"
        )
        self._replace(pattern, self._named_month)
        self._replace(
            r"\b(?:em |de |para )?(?P<m>0?[1-9]|1[0-2])/(?P<y>20\d\d)\b",
            lambda m: self._set_period(int(m["y"]), int(m["m"])),
        )
        self._replace(r"\b(?:em|durante|ano de) 20[12]\d\b(?![/-])", lambda m: True)  # a year: no size, no code

    def _looks_back(self, month: int) -> bool:
        """Whether a month without a verb is one that has passed: "consumo de outubro", said in November."""
        told = _PAST_MONTH.search(self.text) is not None and AHEAD.search(self.text) is None
        return told and month < self.today.month

    def _named_month(self, match: re.Match[str]) -> bool:
        month = MONTHS.index(match["month"]) + 1
        year, rest = self.today.year, match["rest"]
        if match["year"]:
            year = int(match["year"])
        elif "ano passado" in rest:
            year -= 1
        elif "ano que vem" in rest:
            year += 1
        elif self.past or "passado" in rest or self._looks_back(month):
            year -= month > self.today.month
        else:
            year += month < self.today.month
        return self._set_period(year, month)


def _singular(length: str) -> str:
    return "mes" if length.startswith("mes") else length.rstrip("s")


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
