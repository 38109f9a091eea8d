"""What all four analysts look at, worked out once: calendar, lead times, forecast, open orders, stock paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from reposto.analysts.calendar import BusinessCalendar, business_calendar
from reposto.analysts.forecast import Engine, Forecast, History, LocalEngine, PooledEngine, PooledTables
from reposto.analysts.histories import history_of, is_price_planned
from reposto.analysts.leadtime import LeadTime, lead_times, probable_arrivals
from reposto.analysts.paths import Arrival, StockPaths, demand_paths, stock_paths
from reposto.analysts.rhythm import Known
from reposto.model.facts import OpenOrderLine, ProductFacts, SalesHistory
from reposto.model.quantities import is_counted

PATH_DAYS = 500  # a year of stock plus the longest ordinary lead time after it
LONGEST_HORIZON = 365  # days a buyer may ask about; the path must go further
_LEAST_HOLIDAYS = 3  # holidays that must have passed without sales before they count as closed


@dataclass(frozen=True, slots=True)
class Coming:
    """An open order line with its arrival; `arrival` is None where neither a date nor a lead time is known."""

    line: OpenOrderLine
    arrival: Arrival | None


@dataclass(frozen=True, slots=True)
class Situation:
    """Facts and what follows from them alone. `forecast` and `paths` are None when there is nothing to forecast from.

    available is the free stock this morning: the counted one less what was (or probably was) sold since the count.
    """

    facts: ProductFacts
    calendar: BusinessCalendar
    sales: SalesHistory | None  # complete days only, padded with zeros to the last day that imports cover
    known: Known | None
    data_until: date | None
    leads: dict[int, LeadTime]
    coming: tuple[Coming, ...]
    horizon_days: int
    near: Forecast | None
    far: Forecast | None
    available: float | None
    used_since_count: float
    paths: StockPaths | None
    unpromoted: Forecast | None = None  # over the horizon without promotions or new prices; None where none are planned

    @property
    def counted(self) -> bool:
        """Whether the product's unit is counted in whole numbers."""
        return is_counted(self.facts.product.unit)

    @property
    def on_order(self) -> float:
        """Units still to come of all open orders."""
        return float(sum(c.line.outstanding for c in self.coming))

    def supplier_name(self, supplier_id: int) -> str:
        """The name a buyer knows it by."""
        for supplier in self.facts.suppliers:
            if supplier.id == supplier_id:
                return supplier.trade_name or supplier.name
        return f"fornecedor {supplier_id}"


def survey(facts: ProductFacts, horizon_days: int, engine: Engine | None = None) -> Situation:
    """Work out the situation; horizon_days is cut to 1..365."""
    horizon = min(max(int(horizon_days), 1), LONGEST_HORIZON)
    facts = replace(facts, company=replace(facts.company, as_of=facts.today))
    calendar = business_calendar(facts.company.state, facts.today.year, facts.company.local_holidays)
    leads = lead_times(facts, calendar)
    coming = _coming(facts, leads, calendar)
    sales = _until_today(facts)
    known = _known(sales)
    near, far, unpromoted = _forecasts(facts, sales, horizon, engine or choose_engine(facts), calendar)
    data_until = facts.company.data_until or (_last_day(sales) if sales is not None else None)
    used = _used_since_count(facts, sales, far)
    available = None if facts.stock is None else _finite(facts.stock.available) - used
    paths = None
    if far is not None and available is not None:
        arrivals = tuple(c.arrival for c in coming if c.arrival is not None)
        paths = stock_paths(
            demand_paths(far, PATH_DAYS), available, arrivals, lost_sales=facts.company.unmet_demand != "backorder"
        )
    return Situation(
        facts=facts,
        calendar=calendar,
        sales=sales,
        known=known,
        data_until=data_until,
        leads=leads,
        coming=coming,
        horizon_days=horizon,
        near=near,
        far=far,
        available=available,
        used_since_count=used,
        paths=paths,
        unpromoted=unpromoted,
    )


def choose_engine(facts: ProductFacts) -> Engine:
    """Tables fitted across the catalogue where there are any that this version can read, else the product alone."""
    tables = _tables(facts.forecast_tables) if facts.forecast_tables else None
    return LocalEngine() if tables is None else PooledEngine(tables)


@lru_cache(maxsize=2)
def _tables(payload: bytes) -> PooledTables | None:
    """Decoded once per fit, not once per question; None where another version of the program wrote them."""
    try:
        return PooledTables.from_bytes(payload)
    except (ValueError, KeyError, OSError, EOFError):
        return None


def expected_level(facts: ProductFacts) -> float | None:
    """What the buyer expects to sell, units per day (`extra["expected_per_day"]`); None if he hasn't said."""
    try:
        level = float(facts.extra.get("expected_per_day", ""))
    except ValueError:
        return None
    return level if np.isfinite(level) and level >= 0 else None


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else 0.0


def _last_day(sales: SalesHistory) -> date:
    return sales.start + timedelta(days=len(sales.quantity) - 1)


def _until_today(facts: ProductFacts) -> SalesHistory | None:
    """Sales of complete days, padded with zeros to the last day that imports cover; None without any row."""
    sales = facts.sales
    if sales is None or len(sales.quantity) == 0:
        return None
    days = min(len(sales.quantity), (facts.today - sales.start).days)
    if days <= 0:
        return None
    covered = facts.company.data_until
    last = facts.today - timedelta(days=1)
    pad = 0
    if days == len(sales.quantity) and covered is not None:
        pad = max((min(covered, last) - _last_day(sales)).days, 0)
    quantity = np.nan_to_num(np.asarray(sales.quantity[:days], dtype=np.float64), posinf=0.0, neginf=0.0)
    return SalesHistory(
        start=sales.start,
        quantity=np.concatenate([np.maximum(quantity, 0.0), np.zeros(pad)]),
        out_of_stock=_padded(sales.out_of_stock, days, pad),
        promotion=_padded(sales.promotion, days, pad),
        one_off=_padded(sales.one_off, days, pad),
        planned_promotions=sales.planned_promotions,
        rows=sales.rows,
        price=None if sales.price is None else np.concatenate([sales.price[:days], np.full(pad, np.nan)]),
        calendar=sales.calendar,
    )


def _padded(mask: np.ndarray, days: int, pad: int) -> np.ndarray:
    cut = np.asarray(mask, dtype=bool)[:days]
    return np.concatenate([cut, np.zeros(days - len(cut) + pad, dtype=bool)])


def _known(sales: SalesHistory | None) -> Known | None:
    """The history from its first sale, with days that say nothing about demand unknown."""
    if sales is None:
        return None
    daily = sales.quantity.copy()
    daily[sales.out_of_stock & (daily == 0)] = np.nan
    daily[sales.one_off] = np.nan
    sold = np.flatnonzero(np.nan_to_num(daily) > 0)
    first = int(sold[0]) if len(sold) else 0
    return Known(sales.start + timedelta(days=first), daily[first:])


def _coming(facts: ProductFacts, leads: dict[int, LeadTime], calendar: BusinessCalendar) -> tuple[Coming, ...]:
    found = []
    for line in facts.open_orders:
        if line.outstanding <= 0:
            continue
        lead = leads.get(line.supplier_id)
        when = probable_arrivals(lead, line.ordered_on, line.expected_on, facts.today, calendar)
        arrival = None
        if when is not None:
            arrival = Arrival(line.outstanding, calendar.offsets(facts.today, when[0]), when[1])
        found.append(Coming(line, arrival))
    return tuple(found)


def _forecasts(
    facts: ProductFacts, sales: SalesHistory | None, horizon: int, engine: Engine, calendar: BusinessCalendar
) -> tuple[Forecast | None, Forecast | None, Forecast | None]:
    """Over the days asked about (with its back-test), far enough for any stock decision, and without promotions."""
    guess = expected_level(facts)
    if sales is None and guess is None and not isinstance(engine, PooledEngine):
        return None, None, None
    history = _history(facts, sales)
    closed = _closed_days(sales, facts.today, calendar) if sales is not None else frozenset()
    promotions = frozenset(sales.planned_promotions) if sales is not None else frozenset()

    def over(days: int, planned: frozenset[date] = promotions, *, tried: bool = False, usual: bool = False) -> Forecast:
        return engine.forecast(
            replace(history, price_ahead=None) if usual else history,
            today=facts.today,
            horizon_days=days,
            closed=closed,
            expected_level=guess,
            planned_promotion=planned,
            tried=tried,
        )

    ahead = any(0 <= (day - facts.today).days < horizon for day in promotions) or is_price_planned(history, horizon)
    unpromoted = over(horizon, frozenset(), usual=True) if ahead else None
    return over(horizon, tried=True), over(PATH_DAYS), unpromoted


def _history(facts: ProductFacts, sales: SalesHistory | None) -> History:
    integer = is_counted(facts.product.unit)
    if sales is None:
        return History(facts.today, np.zeros(0), integer=integer, group=facts.product.category)
    return history_of(facts.product, sales)


def _closed_days(sales: SalesHistory, today: date, calendar: BusinessCalendar) -> frozenset[date]:
    """Holidays on which this product doesn't sell, past and to come: at least 3 seen, sold under 10 % of usual then."""
    last = _last_day(sales)
    usual = float(sales.quantity.mean())
    past = [d for d in calendar.names if sales.start <= d <= last and d.weekday() < 5]
    if len(past) < _LEAST_HOLIDAYS or usual <= 0:
        return frozenset()
    on_holidays = float(np.mean([sales.quantity[(d - sales.start).days] for d in past]))
    if on_holidays >= 0.1 * usual:
        return frozenset()
    end = today + timedelta(days=PATH_DAYS)
    return frozenset(d for d in calendar.names if sales.start <= d <= end)


def _used_since_count(facts: ProductFacts, sales: SalesHistory | None, far: Forecast | None) -> float:
    """Units that left since the stock was counted: known sales after that day, expected ones for days without data,
    less what came in. 0 when the count is of yesterday or today; never more than the stock that was there."""
    if facts.stock is None or far is None or (facts.today - facts.stock.as_of).days <= 1:
        return 0.0
    counted = facts.stock.as_of
    known_until = counted
    known = 0.0
    if sales is not None and _last_day(sales) > counted:
        after = max((counted - sales.start).days + 1, 0)
        known = float(sales.quantity[after:].sum())
        known_until = _last_day(sales)
    unknown = max((facts.today - known_until).days - 1, 0)
    per_day = float(far.mean_per_day[:28].mean())
    came = sum(r.quantity for r in facts.receipts if counted < r.received_on < facts.today and r.quantity > 0)
    used = known + per_day * unknown - float(came)
    return float(min(used, max(facts.stock.available, 0.0)))
