"""The demo company is the same every time, adds up, and gives a buyer something to decide."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reposto.intake.cnpj import parse_cnpj
from reposto.intake.demo.company import make_rows
from reposto.intake.demo.days import HISTORY_DAYS, STATE, find_holidays, list_promotions
from reposto.intake.demo.products import PRODUCTS
from reposto.intake.demo.suppliers import SUPPLIERS
from reposto.intake.rows import KINDS, Amount
from reposto.model.quantities import is_counted

ANCHOR = date(2026, 11, 22)
DAYS = [ANCHOR, date(2026, 1, 3), date(2026, 5, 18), date(2027, 2, 10)]
FAMOUS = "84903501"


@dataclass
class Books:
    """The rows, added up the way a bookkeeper would."""

    rows: dict[Any, list[Any]]
    today: date

    def __post_init__(self) -> None:
        self.sold: dict[str, dict[date, Amount]] = defaultdict(dict)
        self.came: dict[str, dict[date, Amount]] = defaultdict(lambda: defaultdict(int))
        for sale in self.rows["sales"]:
            self.sold[sale.sku][sale.day] = sale.quantity
        for receipt in self.rows["receipts"]:
            self.came[receipt.sku][receipt.received_on] += receipt.quantity
        self.on_hand = {stock.sku: stock.on_hand for stock in self.rows["stock"]}
        self.ordered: Counter[str] = Counter()
        for order in self.rows["orders"]:
            self.ordered[order.sku] += order.quantity

    def on_order(self, sku: str) -> float:
        return float(self.ordered[sku] - sum(self.came[sku].values()))

    def stock_by_day(self, sku: str) -> dict[date, Amount]:
        """Backwards from what is left: yesterday's stock at closing, then the day before …"""
        level, day, levels = self.on_hand[sku], self.today - timedelta(days=1), {}
        for _ in range(HISTORY_DAYS):
            levels[day] = level
            level = level + self.sold[sku].get(day, 0) - self.came[sku].get(day, 0)
            day -= timedelta(days=1)
        return levels

    def per_day(self, sku: str, days: int = 56) -> float:
        recent = [self.today - timedelta(days=n + 1) for n in range(days)]
        return float(sum(self.sold[sku].get(day, 0) for day in recent)) / days


@pytest.fixture(scope="module")
def books() -> Books:
    return Books(dict(make_rows(ANCHOR, ANCHOR)), ANCHOR)


def test_the_same_day_gives_the_same_rows(books: Books) -> None:
    assert make_rows(ANCHOR, ANCHOR) == books.rows
    assert list(books.rows) == list(KINDS)


def test_a_later_day_only_adds(books: Books) -> None:
    later = make_rows(ANCHOR, ANCHOR + timedelta(days=10))
    for kind in ("sales", "orders", "receipts", "prices"):
        assert set(books.rows[kind]) < set(later[kind]), kind
    assert max(sale.day for sale in later["sales"]) == ANCHOR + timedelta(days=9)  # type: ignore[union-attr]


@pytest.mark.parametrize("today", DAYS)
def test_the_data_ends_yesterday(today: date) -> None:
    rows: dict[Any, list[Any]] = dict(make_rows(today, today))
    closed = {day for day in (today - timedelta(days=n) for n in range(1, 4)) if day.weekday() == 6}
    closed |= find_holidays(today.year - 1, today.year)
    last_open = next(d for d in (today - timedelta(days=n) for n in range(1, 9)) if d not in closed)
    assert max(sale.day for sale in rows["sales"]) == last_open
    assert {stock.as_of for stock in rows["stock"]} == {today - timedelta(days=1)}
    assert max(receipt.received_on for receipt in rows["receipts"]) < today
    assert max(order.ordered_on for order in rows["orders"]) < today


def test_opening_stock_and_receipts_are_what_was_sold_and_what_is_left(books: Books) -> None:
    for item in PRODUCTS:
        levels = books.stock_by_day(item.sku)
        assert min(levels.values()) >= 0, item.sku


def test_days_without_stock_closed_with_nothing_left(books: Books) -> None:
    levels = {item.sku: books.stock_by_day(item.sku) for item in PRODUCTS}
    marked = [sale for sale in books.rows["sales"] if sale.out_of_stock]
    assert len(marked) > 200
    assert all(levels[sale.sku][sale.day] == 0 for sale in marked)


def test_nothing_is_sold_on_sundays_and_holidays(books: Books) -> None:
    closed = find_holidays(2024, 2026)
    assert date(2026, 2, 17) in closed  # Carnaval
    assert date(2026, 9, 20) in closed  # Revolução Farroupilha, only in the company's state
    assert not [sale for sale in books.rows["sales"] if sale.day.weekday() == 6 or sale.day in closed]


def test_saturdays_are_short_and_january_is_weak(books: Books) -> None:
    usual = [sale for sale in books.rows["sales"] if sale.sku == FAMOUS and not sale.one_off]
    by_weekday: dict[int, list[float]] = defaultdict(list)
    by_month: dict[tuple[int, int], float] = defaultdict(float)
    for sale in usual:
        by_weekday[sale.day.weekday()].append(float(sale.quantity))
        by_month[sale.day.year, sale.day.month] += float(sale.quantity)
    mean = {weekday: sum(values) / len(values) for weekday, values in by_weekday.items()}
    assert mean[5] < 0.8 * mean[2]
    assert by_month[2025, 11] > 1.4 * by_month[2025, 1]
    assert by_month[2025, 12] > 1.4 * by_month[2026, 1]


def test_promotions_sell_more_and_the_next_one_is_planned(books: Books) -> None:
    sales = [sale for sale in books.rows["sales"] if sale.sku == FAMOUS and not sale.out_of_stock]
    on, off = ([float(s.quantity) for s in sales if s.promotion is flag] for flag in (True, False))
    assert sum(on) / len(on) > 1.3 * sum(off) / len(off)
    black_friday = list_promotions(2026)[-1]
    assert black_friday == (date(2026, 11, 23), date(2026, 11, 28))
    assert (FAMOUS, *black_friday) in {(p.sku, p.starts_on, p.ends_on) for p in books.rows["promotions"]}


def test_orders_come_in_the_suppliers_own_time(books: Books) -> None:
    placed = {(order.number, order.line): order for order in books.rows["orders"]}
    late: dict[str, list[bool]] = defaultdict(list)
    for receipt in books.rows["receipts"]:
        order = placed[receipt.order_number, receipt.line]
        assert order.sku == receipt.sku
        assert receipt.received_on > order.ordered_on
        late[order.supplier].append(receipt.received_on > order.expected_on)
    share = {cnpj: sum(values) / len(values) for cnpj, values in late.items() if len(values) >= 20}
    assert max(share.values()) > 0.6
    assert min(share.values()) < 0.3


def test_goods_are_ordered_and_delivered_on_business_days(books: Books) -> None:
    days = {order.ordered_on for order in books.rows["orders"]} | {r.received_on for r in books.rows["receipts"]}
    assert not [day for day in days if day.weekday() > 4 or day in find_holidays(2024, 2027)]


def test_what_came_is_never_more_than_was_ordered(books: Books) -> None:
    ordered = {(order.number, order.line): order.quantity for order in books.rows["orders"]}
    came: Counter[tuple[str, int]] = Counter()
    for receipt in books.rows["receipts"]:
        came[receipt.order_number, receipt.line] += receipt.quantity
    assert all(quantity <= ordered[line] for line, quantity in came.items())
    assert any(count > 1 for count in Counter((r.order_number, r.line) for r in books.rows["receipts"]).values())


def test_one_order_goes_to_one_supplier_on_one_day(books: Books) -> None:
    heads: dict[str, set[object]] = defaultdict(set)
    for order in books.rows["orders"]:
        heads[order.number].add((order.supplier, order.ordered_on, order.expected_on))
    assert {len(found) for found in heads.values()} == {1}


def test_orders_respect_moq_and_packages(books: Books) -> None:
    packs = {(offer.supplier, offer.sku): (offer.moq, offer.pack_multiple) for offer in books.rows["offers"]}
    for order in books.rows["orders"]:
        moq, pack = packs[order.supplier, order.sku]
        assert order.quantity >= moq
        assert order.quantity % pack == 0


def test_prices_rise_over_the_years_and_fall_with_quantity(books: Books) -> None:
    paid = sorted((o.ordered_on, o.unit_price) for o in books.rows["orders"] if o.sku == "FER-302")
    early, late = paid[: len(paid) // 4], paid[-len(paid) // 4 :]
    assert sum(price for _, price in late) / len(late) > Decimal("1.06") * sum(p for _, p in early) / len(early)
    tiers: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for offer in books.rows["offers"]:
        tiers[offer.supplier, offer.sku].append((offer.min_quantity, offer.unit_price))
    for steps in tiers.values():
        assert steps == sorted(steps)
        assert [price for _, price in steps] == sorted((price for _, price in steps), reverse=True)


def test_the_last_prices_paid_are_near_the_offers(books: Books) -> None:
    asked = {(o.supplier, o.sku): o.unit_price for o in reversed(books.rows["offers"])}  # the first tier
    recent = [o for o in books.rows["orders"] if o.ordered_on > ANCHOR - timedelta(days=60)]
    for order in recent:
        assert Decimal("0.8") < order.unit_price / asked[order.supplier, order.sku] < Decimal("1.2")


def test_codes_are_valid(books: Books) -> None:
    cnpjs = [supplier.cnpj for supplier in books.rows["suppliers"]]
    assert [parse_cnpj(cnpj) for cnpj in cnpjs] == cnpjs
    assert sum(not cnpj.isdigit() for cnpj in cnpjs) >= 2
    for product in books.rows["products"]:
        digits = [int(digit) for digit in product.ean]
        assert len(digits) == 13
        assert sum(digits[0::2]) % 10 == -3 * sum(digits[1::2]) % 10
    for codes in (cnpjs, [p.ean for p in books.rows["products"]], [p.sku for p in books.rows["products"]]):
        assert len(set(codes)) == len(codes)


def test_quantities_of_counted_units_are_whole(books: Books) -> None:
    counted = {item.sku for item in PRODUCTS if is_counted(item.unit)}
    for kind, field in [("sales", "quantity"), ("orders", "quantity"), ("stock", "on_hand"), ("stock", "reserved")]:
        values = [getattr(row, field) for row in books.rows[kind] if row.sku in counted]
        assert all(isinstance(value, int) for value in values), (kind, field)


def test_there_is_something_of_everything(books: Books) -> None:
    assert {supplier.state for supplier in SUPPLIERS} >= {"SP", "MG", "PR", "SC", "RS", "BA"}
    assert {item.unit for item in PRODUCTS} >= {"UN", "M", "M2", "KG", "L", "PC", "CX", "RL"}
    assert {item.pattern for item in PRODUCTS} == {"smooth", "erratic", "lumpy", "dying", "new", "none"}
    assert [item.sku for item in PRODUCTS if not item.sellers] == ["FER-399"]
    assert any(item.sku.startswith("00") for item in PRODUCTS)
    assert len([item for item in PRODUCTS if item.name.startswith("Parafuso sextavado M8 x")]) >= 3
    assert len([item for item in PRODUCTS if item.name.startswith("Tecido suede")]) >= 3
    assert not books.sold["CAD-605"]
    assert find_holidays(2026, 2026)
    assert STATE == "RS"


def test_the_famous_product_has_a_history_and_a_choice_of_suppliers(books: Books) -> None:
    (product,) = [p for p in books.rows["products"] if p.sku == FAMOUS]
    assert product.name == "A vantagem de ganhar sem preocupação"
    assert len(books.sold[FAMOUS]) > 700
    assert len({offer.supplier for offer in books.rows["offers"] if offer.sku == FAMOUS}) >= 3
    assert len({order.supplier for order in books.rows["orders"] if order.sku == FAMOUS}) >= 2


@pytest.mark.parametrize("later", [0, 4, 33, 150])
def test_the_famous_product_always_needs_a_decision(later: int) -> None:
    today = ANCHOR + timedelta(days=later)
    books = Books(dict(make_rows(ANCHOR, today)), today)
    days = (float(books.on_hand[FAMOUS]) + books.on_order(FAMOUS)) / books.per_day(FAMOUS)
    assert days < 12  # two business days of delivery, a week to the next review


@pytest.mark.parametrize("today", DAYS)
def test_stocks_are_a_mix_of_too_little_enough_and_too_much(today: date) -> None:
    books = Books(dict(make_rows(today, today)), today)
    promised = {offer.sku: offer.promised_lead_time_days for offer in reversed(books.rows["offers"])}
    mix: Counter[str] = Counter()
    for sku, business_days in promised.items():
        rate, lead = books.per_day(sku), business_days * 1.4
        if rate == 0:
            continue
        days = (float(books.on_hand[sku]) + books.on_order(sku)) / rate
        mix["overdue" if days < lead else "now" if days < lead + 8 else "fine" if days < 100 else "excess"] += 1
    assert mix["overdue"] >= 6
    assert mix["now"] >= 6
    assert mix["fine"] >= 30
    assert mix["excess"] >= 8


def test_open_orders_are_on_time_and_late(books: Books) -> None:
    came: Counter[tuple[str, int]] = Counter()
    for receipt in books.rows["receipts"]:
        came[receipt.order_number, receipt.line] += receipt.quantity
    due = [o.expected_on for o in books.rows["orders"] if came[o.number, o.line] < o.quantity]
    assert any(day < ANCHOR for day in due)
    assert any(day >= ANCHOR for day in due)
    oldest = min(o.ordered_on for o in books.rows["orders"] if came[o.number, o.line] < o.quantity)
    assert ANCHOR - oldest < timedelta(days=75)
