"""`reposto demo`."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

from reposto.conversation.demo import load_demo
from reposto.intake.demo.company import COMPANY
from reposto.intake.demo.products import PRODUCTS
from reposto.model.clock import local_today, utc_now
from reposto.storage.company import zone
from reposto.storage.engine import Store


def run_demo(store: Store) -> str:
    """Load the demo company; returns the sentence to print."""
    with store.read() as connection:
        today = local_today(zone(connection))
    changed = sum(result.changed for result in load_demo(store, today, utc_now()))
    until = format_date(today - timedelta(days=1), "dd/MM/yyyy", locale="pt_BR")
    name = f"Empresa de demonstração: {COMPANY.name}, {len(PRODUCTS)} produtos, dados até {until}"
    if not changed:
        return f"{name}. Nada mudou."
    return f"{name}; {format_decimal(changed, locale='pt_BR')} registros novos ou alterados."
