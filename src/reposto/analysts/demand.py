"""The demand analyst: what will be sold over the horizon, how sure that is, and how long the stock lasts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from reposto.analysts import rhythm, words
from reposto.analysts.drivers import demand_drivers, year_growth
from reposto.analysts.forecast import Engine, Forecast
from reposto.analysts.situation import Situation, expected_level, survey
from reposto.model.facts import ProductFacts
from reposto.model.findings import Accuracy, Confidence, DemandFinding, Evidence, Missing, Range, SeriesPoint

Floats = NDArray[np.float64]

WEEKS_SHOWN = 52  # a year of the past in the chart
LONGEST_COVERAGE = 3650.0  # days; ten years of stock is "for ever"
STALE_DAYS = 30  # sales older than that can't carry a decision
_FACTS_OF_METHOD = {
    "local": "níveis suavizados e binomial negativa sobre as vendas deste produto",
    "pooled": "tabelas ajustadas sobre todo o catálogo, em média com as vendas deste produto sozinhas",
    "learned": "árvores e tabelas ajustadas sobre todo o catálogo, em média com as vendas deste produto sozinhas",
    "guess": "ainda sem vendas: o nível vem do comprador ou da categoria",
}


def estimate_demand(facts: ProductFacts, horizon_days: int, engine: Engine | None = None) -> DemandFinding:
    """DemandFinding of `facts` over 1..365 days from today; see describe_demand."""
    return describe_demand(survey(facts, horizon_days, engine))


def describe_demand(situation: Situation) -> DemandFinding:
    """Expected demand and its 80 % range over the horizon, rhythm, coverage and stock-out dates, chart, accuracy.

    total: mean, 10 % and 90 % quantile of the forecast's sum. coverage_days: first t at which the expected cumulative
    demand exceeds the free stock, interpolated within the day. stockout_date: that day, within a year; with orders: the
    same with open orders at their median arrival. Nothing is raised; what the data can't say is None and in `missing`.
    """
    facts, forecast = situation.facts, situation.near
    known = situation.known
    yearly = rhythm.yearly_rhythm(known) if known is not None else ()
    trend = rhythm.trend(known, yearly) if known is not None else None
    coverage = coverage_days(situation)
    stock = facts.stock
    return DemandFinding(
        horizon_days=situation.horizon_days,
        horizon_start=forecast.start if forecast is not None else facts.today,
        horizon_end=facts.today + timedelta(days=situation.horizon_days - 1),
        total=_total(situation),
        per_day=_per_day(forecast),
        last_period_total=_last_period(situation),
        trend_percent_month=trend.percent_month if trend else None,
        trend=trend.direction if trend else None,
        weekly_rhythm=rhythm.weekly_rhythm(known) if known is not None else (),
        yearly_rhythm=yearly,
        pattern=rhythm.demand_pattern(known) if known is not None else "none",
        out_of_stock_days=_out_of_stock_days(facts),
        on_hand=stock.on_hand if stock else None,
        reserved=stock.reserved if stock else None,
        available=stock.available if stock else None,
        on_order=situation.on_order,
        coverage_days=coverage,
        stockout_date=_date_after(facts.today, coverage),
        stockout_date_with_orders=_date_after(facts.today, coverage_days(situation, with_orders=True)),
        series=_series(situation),
        accuracy=_accuracy(forecast),
        method=_method(forecast),
        confidence=demand_confidence(situation),
        evidence=_evidence(situation),
        missing=demand_missing(situation),
        drivers=demand_drivers(situation, yearly),
        year_growth_percent=_year_growth(situation),
    )


def _year_growth(situation: Situation) -> float | None:
    """None also for rare sales, whose half-years differ by chance."""
    known = situation.known
    if known is None or rhythm.demand_pattern(known) not in ("smooth", "erratic"):
        return None
    return year_growth(known)


def demand_confidence(situation: Situation) -> Confidence:
    """The forecast's own, lowered for old data; low where there is no forecast.

    At most medium where repeating what happened would have been better on this product's own past.
    """
    if situation.near is None:
        return "low"
    own: Confidence = situation.near.confidence
    if data_age(situation) > STALE_DAYS:
        return "low"
    test = situation.near.back_test
    worse = test is not None and round(100 * test.error) > round(100 * test.naive_error)  # as it is shown
    return "medium" if own == "high" and (data_age(situation) > 10 or worse) else own


def data_age(situation: Situation) -> int:
    """Days between the last day with sales data and yesterday; 0 when current or when there are none."""
    if situation.data_until is None:
        return 0
    return max((situation.facts.today - situation.data_until).days - 1, 0)


def coverage_days(situation: Situation, *, with_orders: bool = False) -> float | None:
    """Days until expected demand exceeds the free stock (with_orders: plus open orders at their median arrival).

    Beyond the forecast's path the mean of its last half-year goes on; at most 3650. None without stock or forecast, or
    when nothing is expected to be sold.
    """
    forecast, available = situation.far, situation.available
    if forecast is None or available is None:
        return None
    supply = np.full(len(forecast.mean_per_day), available)
    if with_orders:
        for coming in situation.coming:
            if coming.arrival is not None and coming.arrival.at(0.5) < len(supply):
                supply[max(coming.arrival.at(0.5), 0) :] += coming.arrival.quantity
    return days_lasting(forecast, supply)


def days_lasting(forecast: Forecast, supply: Floats) -> float | None:
    """Days until expected cumulative demand exceeds `supply` (units by day, (horizon,)); see coverage_days."""
    per_day = forecast.mean_per_day
    upto = np.cumsum(per_day)
    if supply[0] <= 0 and upto[-1] > 0:
        return 0.0  # gone already, even if nothing is sold on a Sunday
    short = np.flatnonzero(upto > supply + 1e-9)
    if len(short) == 0:
        tail = float(per_day[-182:].mean())  # half a year: the last days of a far horizon are rough for rare sales
        if tail <= 1e-9:
            return None
        return round(min(len(upto) + float(supply[-1] - upto[-1]) / tail, LONGEST_COVERAGE), 1)
    day = int(short[0])
    before = float(upto[day - 1]) if day else 0.0
    part = (float(supply[day]) - before) / float(per_day[day]) if per_day[day] > 0 else 0.0
    return round(day + min(max(part, 0.0), 1.0), 1)


def tidy(value: float, *, counted: bool) -> float:
    """A demand as it is shown: whole above 10 for counted units, else up to two decimals."""
    if counted and value >= 10:
        return float(round(value))
    return round(float(value), 1 if value >= 1 else 2)


def _total(situation: Situation) -> Range | None:
    forecast = situation.near
    if forecast is None:
        return None
    days = situation.horizon_days
    low, high = forecast.quantile(days, 0.1), forecast.quantile(days, 0.9)
    if situation.counted:
        low, high = float(np.floor(low)), float(np.ceil(high))
    expected = tidy(forecast.mean(days), counted=situation.counted)
    return Range(expected, min(round(low, 2), expected), max(round(high, 2), expected), 0.8)


def _per_day(forecast: Forecast | None) -> float | None:
    if forecast is None:
        return None
    return round(float(forecast.mean_per_day.mean()), 3)


def _last_period(situation: Situation) -> float | None:
    """Sold in the last `horizon_days` days that have data; None when the history is shorter."""
    sales = situation.sales
    if sales is None or len(sales.quantity) < situation.horizon_days:
        return None
    return round(float(sales.quantity[-situation.horizon_days :].sum()), 3)


def _out_of_stock_days(facts: ProductFacts) -> int:
    sales = facts.sales
    if sales is None or len(sales.quantity) != len(sales.out_of_stock):
        return 0
    return int((np.asarray(sales.out_of_stock, dtype=bool) & (sales.quantity == 0)).sum())


def _date_after(today: date, days: float | None) -> date | None:
    return today + timedelta(days=int(days)) if days is not None and days <= 365 else None


def _method(forecast: Forecast | None) -> str:
    if forecast is None:
        return "sem vendas para prever"
    return _FACTS_OF_METHOD.get(forecast.method, forecast.method)


def _accuracy(forecast: Forecast | None) -> Accuracy | None:
    test = forecast.back_test if forecast is not None else None
    if test is None:
        return None
    return Accuracy(
        error_percent=round(100 * test.error, 1),
        naive_error_percent=round(100 * test.naive_error, 1),
        coverage_80=round(test.coverage80, 3),
        origins=test.origins,
        horizon_days=test.window_days,
    )


def _series(situation: Situation) -> tuple[SeriesPoint, ...]:
    """Weeks of 7 days: up to 52 sold, ending with the last day of data, then the horizon."""
    return (*_past_weeks(situation), *_coming_weeks(situation))


def _past_weeks(situation: Situation) -> list[SeriesPoint]:
    sales = situation.sales
    if sales is None:
        return []
    count = min(len(sales.quantity) // 7, WEEKS_SHOWN)
    cut = len(sales.quantity) - 7 * count
    start = sales.start + timedelta(days=cut)
    sums = sales.quantity[cut:].reshape(count, 7).sum(axis=1)
    out = (sales.out_of_stock & (sales.quantity == 0))[cut:].reshape(count, 7).sum(axis=1)
    return [
        SeriesPoint(
            start=start + timedelta(days=7 * i),
            end=start + timedelta(days=7 * i + 6),
            sold=round(float(sums[i]), 3),
            out_of_stock_days=int(out[i]),
        )
        for i in range(count)
    ]


def _coming_weeks(situation: Situation) -> list[SeriesPoint]:
    """Weekly means; the 80 % range of a week is the first week's, scaled by mean_k / mean_1.

    The forecast gives distributions of sums from today on, not of single later weeks, so the range of far weeks is
    somewhat too narrow; decisions use the sums.
    """
    forecast = situation.near
    if forecast is None:
        return []
    points = []
    horizon = situation.horizon_days
    first = min(7, horizon)
    mean_1 = max(forecast.mean(first), 1e-12)
    low_1, high_1 = forecast.quantile(first, 0.1), forecast.quantile(first, 0.9)
    for begin in range(0, horizon, 7):
        end = min(begin + 7, horizon)
        mean = float(forecast.mean_per_day[begin:end].sum())
        ratio = mean / mean_1
        points.append(
            SeriesPoint(
                start=forecast.start + timedelta(days=begin),
                end=forecast.start + timedelta(days=end - 1),
                expected=round(mean, 2),
                low=round(max(min(low_1 * ratio, mean), 0.0), 2),
                high=round(max(high_1 * ratio, mean), 2),
            )
        )
    return points


def _evidence(situation: Situation) -> tuple[Evidence, ...]:
    facts, sales = situation.facts, situation.sales
    found = []
    if sales is not None:
        end = sales.start + timedelta(days=len(sales.quantity) - 1)
        found.append(Evidence("sales", "Vendas importadas", sales.rows, sales.start, end, _method(situation.near)))
    elif expected_level(facts) is not None:
        found.append(Evidence("guess", "Venda esperada informada pelo comprador", 1, method="informada na conversa"))
    elif situation.near is not None:
        label = f"Outros produtos{f' da categoria {facts.product.category}' if facts.product.category else ''}"
        found.append(Evidence("catalogue", label, 0, method=_method(situation.near)))
    if facts.stock is not None:
        found.append(
            Evidence("stock", "Posição de estoque", 1, facts.stock.as_of, facts.stock.as_of, _stock_method(situation))
        )
    if facts.open_orders:
        ordered = [o.ordered_on for o in facts.open_orders]
        found.append(
            Evidence(
                "open_orders",
                "Pedidos em aberto",
                len(facts.open_orders),
                min(ordered),
                max(ordered),
                "saldo a receber",
            )
        )
    return tuple(found)


def _stock_method(situation: Situation) -> str:
    if abs(situation.used_since_count) < 1e-9:
        return "em mãos menos reservado"
    used = words.quantity(situation.used_since_count, situation.facts.product.unit)
    return f"em mãos menos reservado; menos {used} que saíram (em parte estimado) desde a contagem"


def demand_missing(situation: Situation) -> tuple[Missing, ...]:
    """What the demand side lacks: sales, enough of them, current ones, stock, a current count."""
    facts, found = situation.facts, []
    if situation.sales is None and facts.company.data_until is not None:
        until = words.day(facts.company.data_until)
        text = (
            f"Nas vendas importadas, que vão até {until}, não há nenhuma deste produto; sem elas não há o que prever."
        )
        found.append(Missing("never_sold", text))
    elif situation.sales is None:
        found.append(
            Missing("no_sales", "Não há vendas importadas deste produto; importe o arquivo de vendas.", "sales")
        )
    elif situation.far is not None and situation.far.observed < 6:
        found.append(
            Missing("short_history", "Há menos de seis semanas de vendas; a previsão ainda é um palpite.", "sales")
        )
    if situation.sales is not None and data_age(situation) > STALE_DAYS and situation.data_until is not None:
        text = f"As vendas vão só até {words.day(situation.data_until)}; importe as mais recentes."
        found.append(Missing("stale_sales", text, "sales"))
    if facts.stock is None:
        found.append(
            Missing("no_stock", "Não há posição de estoque deste produto; importe o arquivo de estoque.", "stock")
        )
    elif (facts.today - facts.stock.as_of).days > STALE_DAYS:
        text = f"O estoque é de {words.day(facts.stock.as_of)}; importe a posição atual."
        found.append(Missing("stale_stock", text, "stock"))
    return tuple(found)
