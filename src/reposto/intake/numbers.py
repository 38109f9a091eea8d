"""Numbers as Brazilians and their programs write them, without guessing.

`1.234,56`, `1234,56`, `1234.56` and `R$ 1.234,56` each say by themselves what they mean. `1.234` does not: it is 1234
from a person and 1.234 from a program. The rest of the file decides; if it doesn't, the cell is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

# How cells that say nothing by themselves are read: as a person's (dot = thousands), a program's (dot = decimals),
# or not at all.
Style: TypeAlias = Literal["comma", "dot", "refuse"]

_JUNK = re.compile(r"R\$|[\s\u00a0\u202f]")
_PLAIN = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)", re.ASCII)
_DOT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)
MAX_LENGTH = 40  # characters; no amount of money is longer


class BadNumber(ValueError):
    """The reason, in Portuguese."""


@dataclass(slots=True)
class NumberReader:
    """Reads numbers in one style and remembers what the file has shown about its own."""

    style: Style = "comma"
    saw_comma_decimals: bool = False
    saw_dot_decimals: bool = False
    saw_unclear_dot: bool = False  # 1.234
    saw_unclear_comma: bool = False  # 1,234

    def better_style(self) -> Style | None:
        """The style in which the file should be read again, once all of it was seen; None: this one was right."""
        if self.style != "comma":
            return None
        if self.saw_unclear_dot and not self.saw_comma_decimals:
            return "dot" if self.saw_dot_decimals else "refuse"
        if (self.saw_unclear_dot or self.saw_unclear_comma) and self.saw_dot_decimals:
            return "refuse"
        return None

    def read(self, cell: str | Decimal) -> Decimal:
        """The number, exactly."""
        if isinstance(cell, Decimal):
            return cell
        found = _JUNK.sub("", cell) if not _PLAIN.fullmatch(cell) else cell
        if _PLAIN.fullmatch(found):
            return Decimal(found)
        if found.endswith("-"):  # "12,50-", as some mainframes print
            found = "-" + found[:-1]
        if len(found) > MAX_LENGTH or not _NUMBER.fullmatch(found):
            raise BadNumber("não é um número")
        try:
            return Decimal(self._to_plain(found))
        except InvalidOperation:
            raise BadNumber("não é um número") from None

    def _to_plain(self, found: str) -> str:
        dots, commas = found.count("."), found.count(",")
        if dots and commas:
            return self._mixed(found)
        if dots == 1:
            return self._one_dot(found)
        if commas == 1:
            return self._one_comma(found)
        if dots and _DOT_GROUPS.fullmatch(found):  # 1.234.567
            self.saw_comma_decimals = True
            return found.replace(".", "")
        if commas and _COMMA_GROUPS.fullmatch(found):  # 1,234,567
            self.saw_dot_decimals = True
            return found.replace(",", "")
        if dots or commas:
            raise BadNumber("não é um número: os pontos e vírgulas não fazem sentido")
        return found

    def _mixed(self, found: str) -> str:
        if found.rfind(",") > found.rfind("."):
            whole, decimals = found.rsplit(",", 1)
            groups, mark = _DOT_GROUPS, "."
            self.saw_comma_decimals = True
        else:
            whole, decimals = found.rsplit(".", 1)
            groups, mark = _COMMA_GROUPS, ","
            self.saw_dot_decimals = True
        if not groups.fullmatch(whole) or not decimals.isdigit():
            raise BadNumber("não é um número: os pontos e vírgulas não fazem sentido")
        return f"{whole.replace(mark, '')}.{decimals}"

    def _one_dot(self, found: str) -> str:
        if not _DOT_GROUPS.fullmatch(found):
            self.saw_dot_decimals = True
            return found
        self.saw_unclear_dot = True
        if self.style == "refuse":
            thousands, decimal = found.replace(".", ""), found.replace(".", ",")
            raise BadNumber(f"tanto pode ser {thousands} como {decimal}; escreva de um desses dois jeitos")
        return found.replace(".", "") if self.style == "comma" else found

    def _one_comma(self, found: str) -> str:
        if not _COMMA_GROUPS.fullmatch(found):
            self.saw_comma_decimals = True
            return found.replace(",", ".")
        self.saw_unclear_comma = True
        if self.style != "comma":
            raise BadNumber(
                f"tanto pode ser {found.replace(',', '')} como {found}; o resto do arquivo usa ponto decimal"
            )
        return found.replace(",", ".")
