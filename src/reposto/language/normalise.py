"""Text -> comparable tokens: one spelling for words, measures, fractions, sizes and codes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from math import gcd

from reposto.language.units import ATTACHED_ONLY, UNITS


class Kind(StrEnum):
    WORD = "word"
    NUMBER = "number"  # with or without unit
    SIZE = "size"  # numbers joined by x: 18x50, 15W40
    CODE = "code"  # letters and digits mixed: HB20, 6PK1550
    MARK = "mark"  # punctuation that separates


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a folded text; `values` are (number, dimension or '') with the unit already applied."""

    kind: Kind
    text: str
    start: int = 0
    end: int = 0
    values: tuple[tuple[float, str, float], ...] = ()  # (as written, dimension, in base unit)
    unit: str = ""

    @property
    def number(self) -> float | None:
        return self.values[0][0] if self.kind is Kind.NUMBER else None


_FRACTION_CHARS = re.compile(r"(\d)([¼½¾⅐-⅞])")
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”„″", '"'), **dict.fromkeys("′‘’´`", "'"), **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("–—‐‑−", "-"), "×": "x", "²": "q", "³": "c", "º": " ", "ª": " ", "°": " ", "`": "'",
    }
)  # fmt: skip


_INVISIBLE = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f\U000e0000-\U000e0fff]"
)  # combining accents, zero-width and direction marks, controls, private use
_ODD = re.compile(r"[^ -_a-~]")
_IS = re.compile(r"(?<!\w)[éÉ](?!\w)")


def fold(text: str) -> str:
    """Lower case without accents, compatibility forms unified, invisible characters gone, one space."""
    if not text.isascii():
        text = _FRACTION_CHARS.sub(r"\1 \2", text).translate(_QUOTES)
        text = _IS.sub("eh", text)  # is, not and: they part ways before the accents go
        text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
        text = unicodedata.normalize("NFD", text)
    if _ODD.search(text):
        text = _INVISIBLE.sub("", text).replace("`", "'")
    return " ".join(text.casefold().split())


_NUMBER = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)"
_FRACTION = r"(?:\d{1,3}[ .-])?\d{1,2}/(?:2|3|4|8|16|32|64)"
_UNIT = "|".join(sorted((re.escape(u) for u in UNITS if u not in ATTACHED_ONLY), key=len, reverse=True))
_TIGHT = "|".join(sorted(map(re.escape, ATTACHED_ONLY), key=len, reverse=True))
_UNIT_TAIL = rf"(?:\s?(?P<unit>{_UNIT})(?![a-z0-9])|(?P<tight>{_TIGHT})(?![a-z0-9])|(?P<inch>\"|''))?"
_TOKEN = re.compile(
    rf"""
      (?P<pack>\b[c]\s?/\s?(?P<packed>\d+)(?!\w))
    | (?P<frac>(?<![\w/]){_FRACTION}(?![\d/]))
    | (?P<cross>(?<![a-z])[x*](?![a-z]))
    | (?P<code>[a-z]+\d[a-z0-9]*|\d+(?!(?:x|mm|cm|ml|mg|kg)\d)[a-z]+\d[a-z0-9]*)
    | (?P<num>{_NUMBER})
    | (?P<word>[a-z]+)
    | (?P<mark>[^\w\s]|_)
    """,
    re.VERBOSE,
)
_TAIL = re.compile(_UNIT_TAIL)
_BEFORE = (  # rewrites that make one spelling out of many before tokens are cut
    (re.compile(r"(?<=\d)\s?(mm|cm|m)2(?!\w)"), r"\1q"),
    (re.compile(r"(?<=\d)\s?(?:por|vezes)\s(?=\d)"), "x"),
    (re.compile(r"(?<=\d)(\s?(?:mm|cm|m|pol|\"|''))?\s?[x*]\s?(?=\d)"), r"\1 x "),
    (re.compile(r"(?<![\w,./])([a-z]{1,2}\d{1,3})\s?x\s?(?=\d)"), r"\1 x "),
    (re.compile(r"\b(?:uma? )?polegada e meia\b"), '1 1/2"'),
    (re.compile(r"\b(\d+) polegadas? e meia\b"), r'\1 1/2"'),
    (re.compile(r"\bmeia (?:polegada|pol)\b"), '1/2"'),
    (re.compile(r"\btres quartos\b(?: de polegada)?"), '3/4"'),
    (re.compile(r"\bum quarto de polegada\b"), '1/4"'),
    (re.compile(r"\bmeio (litro|quilo|kilo|metro)\b"), r"0,5 \1"),
    (re.compile(r"\bmeia (duzia)\b"), r"6 unidades"),
    (re.compile(r"\b([mh]) (?=\d+ x \d)"), r"\1"),
    (re.compile(r"\bs/\s?(?=[a-z])"), "sem "),
    (re.compile(r"\bp/\s?(?=[a-z\d])"), "para "),
    (re.compile(r"\bc/\s?(?=[a-z])"), "com "),
    (re.compile(r"(?<=[a-z])'(?=s\b)"), ""),
    (re.compile(r"\bd'(?=[a-z])"), "de "),
    (re.compile(r"\bn[o.]?\s(?=\d)"), " "),
)


LONGEST_NUMBER = 15  # digits; what is longer is the key of an invoice, not an amount
_REWRITABLE = re.compile(r"\d|[/']|polegada|mei[ao]|quarto")
_PACK_TAIL = re.compile(r"\s?(?:cp|cps|caps?|comp|comprimidos|capsulas|un|und|unid|unidades)(?![a-z0-9])")
_LETTERS = re.compile(r"[a-z]+")


def parse_number(text: str) -> float:
    """A number as Brazilians and ERPs write it: 1.500 is fifteen hundred, 1.5 and 1,5 one and a half."""
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", text) or text.count(".") > 1:
        text = text.replace(".", "")
    return float(text.replace(",", "."))


def respell(folded: str) -> str:
    """Measures in words, crosses and fractions as figures."""
    if _REWRITABLE.search(folded):
        for pattern, replacement in _BEFORE:
            folded = pattern.sub(replacement, folded)
    return folded


def tokenise(folded: str) -> list[Token]:
    """The tokens of a folded text; a text of many kilobytes costs linear time."""
    folded = respell(folded)
    tokens: list[Token] = []
    position = 0
    while match := _TOKEN.search(folded, position):
        token = _read(match, folded)
        position = token.end
        tokens.append(token)
    return _join_sizes(_attach_letters(tokens))


# words that change how the number before or after them is read
_LEANS_RIGHT = frozenset("uma meia meio tres um m h n no c d s p x por vezes polegada polegadas".split())
_LEANS_LEFT = frozenset((*UNITS, "x", "por", "vezes", "un", "und", "unid", "unidades", "e"))


def tokenise_name(folded: str) -> list[Token]:
    """As tokenise, without positions, for names: their words and measures repeat, so most of it is remembered."""
    tokens: list[Token] = []
    words = folded.split(" ")
    at, count = 0, len(words)
    while at < count:
        word = words[at]
        leans = word in _LEANS_RIGHT
        if word.isalpha() and word.isascii() and not leans:
            tokens.append(_word(word))
            at += 1
            continue
        end = at + 1
        while end < count and (_leans(words[end]) or words[end - 1].endswith(("/", "'"))):
            end += 1
        tokens += _run(" ".join(words[at:end]))
        at = end
    return tokens


def _leans(word: str) -> bool:
    return not (word.isalpha() and word.isascii()) or word in _LEANS_LEFT or word in _LEANS_RIGHT


@lru_cache(maxsize=100_000)
def _word(word: str) -> Token:
    return Token(Kind.WORD, word)


@lru_cache(maxsize=100_000)
def _run(text: str) -> tuple[Token, ...]:
    return tuple(replace(t, start=0, end=0) for t in tokenise(text))


def _read(match: re.Match[str], folded: str) -> Token:
    start, end = match.span()
    if match["pack"]:
        value = float(match["packed"])
        tail = _PACK_TAIL.match(folded, end)
        end = tail.end() if tail else end
        return Token(Kind.NUMBER, folded[start:end], start, end, ((value, "count", value),), "c/")
    if match["frac"] and _reducible(match["frac"]):  # 6/8 circuits, not three quarters
        above, below = (float(n) for n in match["frac"].split("/"))
        return Token(Kind.SIZE, match["frac"].replace("/", "x"), start, end, ((above, "", above), (below, "", below)))
    if match["frac"] or match["num"]:
        return _read_number(match, folded)
    if match["word"]:
        return Token(Kind.WORD, match["word"], start, end)
    if match["code"]:
        return Token(Kind.CODE, match["code"], start, end)
    if match["cross"]:
        return Token(Kind.MARK, "x", start, end)
    return Token(Kind.MARK, match["mark"], start, end)


def _read_number(match: re.Match[str], folded: str) -> Token:
    start, end = match.span()
    if end - start > LONGEST_NUMBER:
        return Token(Kind.CODE, match[0], start, end)
    value = _parse_fraction(match["frac"]) if match["frac"] else parse_number(match["num"])
    tail = _TAIL.match(folded, end)
    unit = ""
    if tail and tail.group():
        unit = tail["unit"] or tail["tight"] or '"'
        end = tail.end()
    elif glued := _LETTERS.match(folded, end):  # 2RS, 2P: a code, not a measure
        return Token(Kind.CODE, folded[start : glued.end()], start, glued.end())
    dimension, factor = UNITS.get(unit, ("", 1.0))
    return Token(Kind.NUMBER, folded[start:end], start, end, ((value, dimension, value * factor),), unit)


def _reducible(fraction: str) -> bool:
    return fraction.count("/") == 1 and fraction.replace("/", "").isdigit() and gcd(*map(int, fraction.split("/"))) > 1


def _parse_fraction(text: str) -> float:
    whole, _, fraction = text.replace(".", " ").replace("-", " ").rpartition(" ")
    above, below = fraction.split("/")
    return float(whole or 0) + int(above) / int(below)


def _attach_letters(tokens: list[Token]) -> list[Token]:
    """`M 8` -> `M8` where a size follows; digits with letters between, as 15W40, become a size as well."""
    out: list[Token] = []
    for token in tokens:
        viscosity = re.fullmatch(r"(\d+)w(\d+)", token.text) if token.kind is Kind.CODE else None
        if viscosity:
            values = tuple((float(g), "", float(g)) for g in viscosity.groups())
            token = Token(Kind.SIZE, token.text, token.start, token.end, values)  # noqa: PLW2901
        out.append(token)
    return out


def _join_sizes(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    index = 0
    while index < len(tokens):
        parts, after = _size_from(tokens, index)
        if len(parts) > 1:
            values = tuple(_as_value(p) for p in parts)
            text = "x".join(p.text for p in parts)
            out.append(
                Token(
                    Kind.SIZE,
                    text,
                    parts[0].start,
                    parts[-1].end,
                    values,
                    parts[0].text if parts[0].kind is Kind.CODE else "",
                )
            )
        else:
            out.append(tokens[index])
        index = after
    return out


def _size_from(tokens: list[Token], index: int) -> tuple[list[Token], int]:
    first = tokens[index]
    metric = first.kind is Kind.CODE and re.fullmatch(r"[a-z]{1,2}\d{1,3}", first.text)
    if first.kind is not Kind.NUMBER and not metric:
        return [first], index + 1
    parts = [first]
    index += 1
    while index + 1 < len(tokens) and tokens[index].text in ("x", "/") and tokens[index + 1].kind is Kind.NUMBER:
        if tokens[index].text == "/" and (parts[-1].unit or metric):
            break
        parts.append(tokens[index + 1])
        index += 2
    return parts, index


def _as_value(token: Token) -> tuple[float, str, float]:
    if token.values:
        return token.values[0]
    digits = float(re.sub(r"\D", "", token.text))
    return (digits, "", digits)
