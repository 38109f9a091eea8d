"""Files that were sent and loaded, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reposto.language.formats import Locale, inert, literal, number
from reposto.language.texts_import import TEXTS
from reposto.language.voice import bullets, lines, locale_of
from reposto.model.imports import FileReport, KindChanges

_NAMED = 5  # files in the buyer's own bubble
_WARNED = 6
_COUNTS = (("new", "inserted"), ("changed", "updated"), ("gone", "deleted"), ("same", "unchanged"))


def write_sent(names: Sequence[str], locale: str) -> str:
    """What the buyer did, as plain text."""
    shown = [literal(name, 80).strip("`") for name in dict.fromkeys(names)]
    more = f" … (+{len(shown) - _NAMED})" if len(shown) > _NAMED else ""
    return _say(locale_of(locale), "sent", files=", ".join(shown[:_NAMED]) + more)


def write_imported(reports: Sequence[FileReport], locale: str) -> str:
    """What the files changed."""
    tongue = locale_of(locale)
    if not any(report.changed for report in reports):
        first, after = _say(tongue, "nothing"), ""
    elif len(reports) == 1:
        first, after = _say(tongue, "one", file=inert(reports[0].name)), _say(tongue, "next")
    else:
        first, after = _say(tongue, "many", n=len(reports)), _say(tongue, "next")
    rows = bullets([row for report in reports for row in _rows(report, tongue)])
    return lines(first, rows, bullets(list(_warnings(reports, tongue))), after)


def _rows(report: FileReport, tongue: Locale) -> Iterator[str]:
    name = inert(f"{report.name}, {report.sheet}" if report.sheets else report.name)
    for changes in report.changes:
        kind = _say(tongue, f"kind.{changes.kind}")
        if changes.inserted + changes.updated + changes.deleted == 0:
            yield _say(tongue, "row.same", file=name, kind=kind)
        else:
            yield _say(tongue, "row", file=name, kind=kind, parts=_parts(changes, tongue))


def _parts(changes: KindChanges, tongue: Locale) -> str:
    counts = ((key, getattr(changes, name)) for key, name in _COUNTS)
    return ", ".join(_say(tongue, key, n=number(count, 0, tongue)) for key, count in counts if count)


def _warnings(reports: Sequence[FileReport], tongue: Locale) -> Iterator[str]:
    said = [warning for report in reports for warning in report.warnings]
    for warning in said[:_WARNED]:
        yield _say(tongue, "warning", text=inert(warning, 300))
    if len(said) > _WARNED:
        yield _say(tongue, "more", n=len(said) - _WARNED)


def _say(tongue: Locale, key: str, **values: object) -> str:
    return TEXTS[tongue][key].format(**values)
