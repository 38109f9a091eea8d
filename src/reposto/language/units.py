"""Units of measure as Brazilians write them, and package units as they are said in orders."""

from __future__ import annotations

# written unit -> (dimension, factor to the dimension's base unit: g, ml, mm, inch, V, W, A, K, pieces)
UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("mcg", "ug"), ("mass", 1e-6)),
    **dict.fromkeys(("mg", "miligramas", "miligrama"), ("mass", 1e-3)),
    **dict.fromkeys(("g", "gr", "grs", "grama", "gramas"), ("mass", 1.0)),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos", "quilo", "quilos", "kilograma", "quilograma"), ("mass", 1e3)),
    **dict.fromkeys(("ml", "mls", "mililitro", "mililitros"), ("volume", 1.0)),
    **dict.fromkeys(("l", "lt", "lts", "litro", "litros", "ltr"), ("volume", 1e3)),
    **dict.fromkeys(("mm", "mmq", "milimetro", "milimetros"), ("length", 1.0)),
    **dict.fromkeys(("cm", "centimetro", "centimetros"), ("length", 10.0)),
    **dict.fromkeys(("m", "mt", "mts", "metro", "metros"), ("length", 1e3)),
    **dict.fromkeys(("mq", "cmq"), ("area", 1.0)),
    **dict.fromkeys(('"', "pol", "polegada", "polegadas", "inch"), ("inch", 1.0)),
    **dict.fromkeys(("v", "volt", "volts"), ("volt", 1.0)),
    **dict.fromkeys(("w", "watt", "watts"), ("watt", 1.0)),
    "kw": ("watt", 1e3),
    **dict.fromkeys(("a", "amp", "amperes", "ampere"), ("ampere", 1.0)),
    "ma": ("ampere", 1e-3),
    "ka": ("ampere", 1e3),
    "ah": ("charge", 1.0),
    "k": ("kelvin", 1.0),
    "n": ("newton", 1.0),
    **dict.fromkeys(("hp", "cv"), ("power", 1.0)),
    **dict.fromkeys(("btu", "btus"), ("btu", 1.0)),
    **dict.fromkeys(("hz",), ("hertz", 1.0)),
    "%": ("percent", 1.0),
    **dict.fromkeys(
        "cp cps cpr cprs comp comps comprimido comprimidos cap caps capsula capsulas drg".split(), ("count", 1.0)
    ),
}  # fmt: skip

# single letters that are words as well: a unit only when glued to the number
ATTACHED_ONLY = ("a", "k", "n", "cap", "comp", "lt")

# package and sale units: how they are said -> the closed list of the requests
SALE_UNITS: dict[str, str] = {
    **dict.fromkeys(("un", "und", "uns", "unid", "unidade", "unidades"), "un"),
    **dict.fromkeys(("pc", "pcs", "peca", "pecas"), "pc"),
    **dict.fromkeys(("cx", "cxs", "caixa", "caixas"), "cx"),
    **dict.fromkeys(("pct", "pcts", "pacote", "pacotes", "pcte"), "pct"),
    **dict.fromkeys(("kg", "kgs", "quilo", "quilos", "kilo", "kilos"), "kg"),
    **dict.fromkeys(("g", "grama", "gramas"), "g"),
    **dict.fromkeys(("l", "litro", "litros"), "l"),
    **dict.fromkeys(("m", "mt", "mts", "metro", "metros"), "m"),
    **dict.fromkeys(("mq", "metro quadrado", "metros quadrados"), "m2"),
    **dict.fromkeys(("rl", "rls", "rolo", "rolos", "bobina", "bobinas"), "rl"),
    **dict.fromkeys(("sc", "scs", "saco", "sacos"), "sc"),
    **dict.fromkeys(("fd", "fds", "fardo", "fardos"), "fd"),
    **dict.fromkeys(("par", "pares"), "par"),
    **dict.fromkeys(("jg", "jogo", "jogos"), "jg"),
    **dict.fromkeys(("br", "barra", "barras", "vara", "varas"), "br"),
    **dict.fromkeys(("gl", "galao", "galoes"), "gl"),
    **dict.fromkeys(("lt", "lata", "latas"), "lt"),
    **dict.fromkeys(("dz", "duzia", "duzias"), "dz"),
    **dict.fromkeys(("cento", "centos"), "cento"),
    **dict.fromkeys(("milheiro", "milheiros"), "milheiro"),
    **dict.fromkeys(("bd", "balde", "baldes"), "bd"),
    **dict.fromkeys(("cart", "cartela", "cartelas"), "cart"),
}  # fmt: skip
