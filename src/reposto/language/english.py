"""Questions in English about the whole catalogue, said as a Portuguese buyer says them: one set of rules reads both.

Only whole messages of known shape are taken; whatever else stands in one (a product, an order's number) leaves it as
it is, for the rules that read English words one by one.
"""

from __future__ import annotations

import re

from reposto.language.normalise import fold

_BUY = r"(?:buy|order|purchase|reorder|restock|replenish)"
_WE = r"(?:i|we)"
_ASK = r"(?:(?:please|so|ok|hi|hello|can you|could you)[, ]+)*(?:(?:tell|show|give) (?:me|us) )?"
_REST = r"(?P<rest>(?: .*)?)"
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"^{_ASK}(?:{shape}){_REST}$"), portuguese)
    for shape, portuguese in (
        (rf"what (?:(?:should|do|must|can|shall) {_WE} (?:(?:need|have) to )?|to ){_BUY}", "o que devo comprar"),
        (rf"what (?:{_WE} )(?:should|need to|have to|must) {_BUY}", "o que devo comprar"),
        (rf"(?:which|what) (?:products|items|things) (?:(?:should|do|must) {_WE} (?:need to )?|to ){_BUY}",
         "quais produtos devo comprar"),
        (rf"(?:make |build |list |(?:the |a |my |our )?){_BUY}(?:ing|ment)? list", "lista de compras"),
        (rf"list what to {_BUY}", "lista do que comprar"),
        (rf"(?:do {_WE} need to {_BUY} (?:anything|something)|(?:is there )?anything to {_BUY})",
         "preciso comprar alguma coisa"),
        (r"what(?:s| is| will| is going to)? (?:be )?run(?:s|ning)? out(?: of stock)?", "o que vai faltar"),
        (r"(?:what|which (?:products|items)) (?:is|are) (?:out of stock|below minimum)", "o que esta abaixo do minimo"),
        (r"(?:what|which (?:products|items)) (?:is|are) overstocked|(?:list )?(?:excess|surplus) stock",
         "o que esta sobrando no estoque"),
        (r"(?:list )?(?:slow[- ]moving|dead|idle) (?:stock|items|products)", "quais produtos estao parados"),
        (r"abc (?:curve|analysis|classification|classes)", "curva abc"),
        (r"(?:list |are there |any )*(?:late|overdue|delayed) (?:purchase )?orders", "quais pedidos atrasados"),
        (r"(?:list |are there |any )*(?:open|pending) (?:purchase )?orders", "quais pedidos em aberto"),
        (r"(?:which|what) suppliers? (?:delivers?|is|are) (?:always |often )?late", "quais fornecedores atrasam mais"),
        (r"(?:which|what) supplier (?:is (?:the )?fastest|delivers (?:the )?fastest)(?: of all)?",
         "qual fornecedor entrega mais rapido de todos"),
    )
)  # fmt: skip
_MONEY = r"(?:r ?\$ ?)?(?P<money>\d{1,3}(?:,\d{3})+|\d+)(?P<k> ?k| thousand)?(?: reais| brl)?"
_WITHIN = r"(?:for |in |within |over )*(?:the )?(?:next |coming )?"
_WITH = r"(?:with|if i have|i have|for)(?: only)?(?: a)?(?: budget of)? "
# What may follow, in any order; anything else is more than this reads.
_MORE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r" (?:for )?(?:today|now|right now|today please)\b"), " hoje"),
    (re.compile(r" (?:for |in )?(?:this|the) week\b"), " esta semana"),
    (re.compile(rf" {_WITHIN}(?P<days>\d{{1,3}}) days\b"), " nos proximos {days} dias"),
    (re.compile(rf" {_WITH}{_MONEY}(?![\d,])"), " com R$ {money}"),
    (re.compile(r" (?:first|please|from suppliers)\b"), ""),
)  # fmt: skip


def in_portuguese(text: str) -> str:
    """A message of known shape in Portuguese; any other as it is."""
    folded = fold(text).strip(" ?!.")
    folded = re.sub(r"\s+", " ", folded.replace("'", "").replace("\u2019", ""))
    folded = re.sub(r"^whats\b", "what is", folded)
    for shape, portuguese in _SHAPES:
        if (match := shape.match(folded)) and (rest := _rest(match["rest"])) is not None:
            return f"{portuguese}{rest}?"
    return text


def _rest(said: str) -> str | None:
    """Time and money behind the question; None when something else stands there."""
    found: list[str] = []
    for pattern, portuguese in _MORE:
        if match := pattern.search(said):
            found.append(portuguese.format(**{name: _value(match, name) for name in match.groupdict()}))
            said = said[: match.start()] + said[match.end() :]
    return "".join(found) if not said.strip(" ,?!.") else None


def _value(match: re.Match[str], name: str) -> str:
    value = (match[name] or "").replace(",", "")
    return f"{value}000" if name == "money" and match["k"] else value
