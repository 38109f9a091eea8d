"""What the analysts found, typed: the content of `metadata.analysis`. Every number names its evidence.

Units: quantities in the product's unit of stock, money in R$ (Decimal), probabilities and shares 0..1, days are
calendar days unless the name says business. None always means "the data can't say", and `missing` then says which
data would; nothing is ever "N/A".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from reposto.model.calls import Call, Caution

Confidence = Literal["high", "medium", "low"]
Verdict = Literal["approve", "wait", "manual_review"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a number came from: which data, how many rows, which period, by which method.

    `id` is what Finding fields refer to (e.g. "sales", "stock", "offers", "receipts", "prices", "open_orders",
    "company"). `label` and `method` are short Portuguese texts for "de onde veio?".
    """

    id: str
    label: str
    rows: int
    start: date | None = None
    end: date | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the data lack and which file would mend it. code e.g. "no_sales", "no_stock", "no_offer", "no_receipts"."""

    code: str
    text: str
    file_kind: str = ""  # products | stock | sales | suppliers | offers | orders | receipts


@dataclass(frozen=True, slots=True)
class Range:
    """A central value with a range that holds it with probability `level`."""

    expected: float
    low: float
    high: float
    level: float = 0.8


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A bucket of the chart (a week): sold, or forecast with its range. `end` is inclusive."""

    start: date
    end: date
    sold: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    out_of_stock_days: int = 0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good the same method would have been on this product's own past, beside repeating what happened."""

    error_percent: float  # mean absolute error of the horizon's sum, in % of mean demand
    naive_error_percent: float
    coverage_80: float | None  # share of past truths inside the 80 % range
    origins: int
    horizon_days: int


@dataclass(frozen=True, slots=True)
class DemandDriver:
    """Why the forecast differs from what was sold in as many days just past.

    Its code is promotion (planned; percent = its effect on the forecast), promotion_past, stockouts_past (days of them
    just past), season (percent = usual sales of the days ahead against those just past), level (quantity = sold in as
    many days on the average of the last three months), price (a new one planned from `start` on). None where it doesn't
    apply. price_percent: change of the price, -20 = a fifth cheaper; lift_percent: what that does to demand on these
    days; learned_from: past promotions or price cuts of this product.
    """

    code: str
    days: int | None = None
    start: date | None = None
    end: date | None = None
    percent: float | None = None
    quantity: float | None = None
    price_percent: float | None = None
    lift_percent: float | None = None
    learned_from: int | None = None


@dataclass(frozen=True, slots=True)
class DemandFinding:
    """Expected demand over the horizon, its rhythm, and how long the stock lasts."""

    horizon_days: int
    horizon_start: date
    horizon_end: date
    total: Range | None
    per_day: float | None
    last_period_total: float | None  # sold in the same number of days just past
    trend_percent_month: float | None
    trend: Literal["rising", "falling", "stable"] | None
    weekly_rhythm: tuple[float, ...]  # 7 factors around 1, Monday first; empty = none found
    yearly_rhythm: tuple[float, ...]  # 12 factors around 1, January first; empty = not enough history
    pattern: str  # smooth | intermittent | erratic | lumpy | new | dying | none
    out_of_stock_days: int  # days of the history left out because nothing could be sold
    on_hand: float | None
    reserved: float | None
    available: float | None
    on_order: float
    coverage_days: float | None
    stockout_date: date | None  # expected, without open orders; None with coverage_days None or beyond a year
    stockout_date_with_orders: date | None
    series: tuple[SeriesPoint, ...]
    accuracy: Accuracy | None
    method: str
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    drivers: tuple[DemandDriver, ...] = ()
    year_growth_percent: float | None = None  # the last 26 weeks against the same weeks a year before


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer worked out for the quantity it would really be bought in."""

    offer_id: int
    supplier_id: int
    supplier: str
    quantity: float  # after MOQ and pack rounding
    unit_price: Decimal  # tier price at that quantity
    landed_unit_cost: Decimal  # + freight + taxes - tax credits - value of the payment terms, per unit: for comparing
    total: Decimal  # landed
    moq: float
    pack_multiple: float
    promised_lead_time_days: int | None  # business days
    measured_lead_time_days: float | None  # business days, median; from logistics
    on_time_share: float | None
    valid_until: date | None
    expired: bool
    payment_terms: tuple[int, ...]
    next_tier: PriceTierHint | None = None
    rank: int = 0  # 1 = best landed cost
    payable: Decimal | None = None  # amount of the order as it will be billed: goods + IPI + ICMS-ST + freight


@dataclass(frozen=True, slots=True)
class PriceTierHint:
    """The next price break: from which quantity, at what price, what it would save per unit."""

    min_quantity: float
    unit_price: Decimal
    saving_percent: float


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A month of price history: volume-weighted mean, lowest, highest R$ per unit."""

    month: date
    mean: Decimal
    low: Decimal
    high: Decimal
    observations: int


@dataclass(frozen=True, slots=True)
class PriceFinding:
    """Offers compared at the quantity in question, and whether today's best is dear."""

    quantity: float | None  # the quantity compared at
    offers: tuple[OfferLine, ...]
    best_offer_id: int | None
    last_paid: Decimal | None
    last_paid_on: date | None
    average_12m: Decimal | None
    best_vs_average_percent: float | None  # +8.0 = 8 % above the 12-month average
    trend_percent_year: float | None
    dearness: Literal["dear", "fair", "cheap"] | None
    history: tuple[PricePoint, ...]
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    paid_source: str = "order"  # what last_paid, average_12m and history are made of: order | quote | market


@dataclass(frozen=True, slots=True)
class SupplierLeadTime:
    """Promised against measured, in business days from order to receipt."""

    supplier_id: int
    supplier: str
    promised_days: int | None
    measured_median: float | None
    measured_low: float | None  # 10 % quantile
    measured_high: float | None  # 90 % quantile
    on_time_share: float | None
    receipts: int
    pooled: bool  # True = too few receipts of its own, drawn towards the supplier's or the company's whole


@dataclass(frozen=True, slots=True)
class ArrivingOrder:
    """An open order line and when it probably arrives."""

    order_number: str
    supplier: str
    outstanding: float
    expected_on: date | None
    probable_on: date | None
    late_probability: float | None


@dataclass(frozen=True, slots=True)
class LogisticsFinding:
    """How long a delivery takes, by when to order, and what is under way."""

    suppliers: tuple[SupplierLeadTime, ...]
    chosen_supplier_id: int | None
    lead_time: Range | None  # business days of the chosen supplier, 80 %
    lead_time_calendar_days: float | None  # the same expected value as calendar days from today
    earliest_arrival: date | None
    probable_arrival: date | None
    order_by: date | None  # last business day on which ordering still arrives before stock-out at the service level
    order_by_overdue: bool  # ordering today no longer prevents a stock-out; order_by is then just the next business day
    business_days_left: int | None
    holidays_ahead: tuple[tuple[date, str], ...]
    freight: Decimal | None  # for the recommended quantity, R$
    arriving: tuple[ArrivingOrder, ...]
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    bridge_supplier: str | None = None  # who still delivers in time where the chosen supplier's order of today doesn't


@dataclass(frozen=True, slots=True)
class RiskCause:
    """One cause of risk, with its share 0..1 of the R$ at risk.

    Codes are demand | delay | late_order | no_supply | single_supplier | price | data_age | excess.
    """

    code: str
    text: str
    share: float
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """What may go wrong when acting as advised, as probability and money."""

    level: Literal["low", "medium", "high"]
    stockout_probability: float | None  # before a new order placed today arrives
    stockout_probability_if_waiting: float | None  # ordering one review period later
    amount_at_risk: Decimal | None  # expected lost margin, R$
    causes: tuple[RiskCause, ...]
    text: str
    amount_if_waiting: Decimal | None = None  # the same when ordering one review period later


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another quantity beside the advised one, with what it costs or saves."""

    quantity: float
    supplier: str
    unit_price: Decimal
    total: Decimal  # landed
    extra_coverage_days: float
    saving: Decimal  # R$ against buying the advised quantity at its unit cost; negative = dearer
    text: str
    payable: Decimal | None = None  # amount of the order as it will be billed
    code: str = ""  # tier | need | asked | supplier | later | repeat | little | budget
    stockout_probability: float | None = None  # of running short before the next order can arrive, with this quantity
    arrival: date | None = None  # probable, where it isn't that of the advised order
    review_days: int = 7  # until the next sum is made
    spared: Decimal | None = None  # R$ of "little": what less idle stock is worth if sales stay at the range's low end


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """What a shelf life means for the advised quantity: probability that any of it expires unsold, units, R$."""

    days: int
    last_day: date  # on which the goods of this order can be sold
    probability: float
    expected_unsold: float
    write_off: Decimal
    limits: bool  # whether less is advised than the need because of it


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A line of a purchase order that was drafted and not sent; it isn't on its way."""

    order_number: str
    supplier: str
    quantity: float
    ordered_on: date


@dataclass(frozen=True, slots=True)
class RoundingStep:
    """One step from the need to the order, in figures: what the sentences of `rounding` say in Portuguese.

    `code` is moq, pack, tier or lot; `size` that of a pack. The amounts are estimates in R$, whole from R$ 1 on: what
    the lower price and the shared freight save, what fewer orders save, what stocking the difference costs; None where
    nothing.
    """

    code: str
    before: float
    after: float
    size: float | None = None
    price_before: Decimal | None = None
    price_after: Decimal | None = None
    price_saving: Decimal | None = None
    freight_saving: Decimal | None = None
    orders_spared: int = 0
    orders_saving: Decimal | None = None
    stocking_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RecommendationFinding:
    """Whether, when, how much and from whom to buy."""

    verdict: Verdict
    headline: str  # one sentence in Portuguese
    quantity: float | None
    needed_quantity: float | None  # before MOQ, pack and price breaks
    rounding: tuple[str, ...]  # reason for every rounding step, Portuguese
    supplier_id: int | None
    supplier: str | None
    offer_id: int | None
    unit_price: Decimal | None
    landed_unit_cost: Decimal | None
    total: Decimal | None  # landed: net of tax credits and of the payment terms' value, for comparing
    order_by: date | None
    expected_arrival: date | None
    coverage_after_days: float | None
    reorder_point: float | None
    safety_stock: float | None
    target_stock: float | None
    service_level: float
    reasons: tuple[str, ...]  # Portuguese, each names the data
    next_steps: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    risk: RiskFinding
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    payable_total: Decimal | None = None  # amount of the order as it will be billed: goods + IPI + ICMS-ST + freight
    drafts: tuple[DraftOrder, ...] = ()  # of this product, newest last; not counted as on order
    rounding_steps: tuple[RoundingStep, ...] = ()  # `rounding` in figures
    doubts: tuple[str, ...] = ()  # why the confidence isn't high, the weakest point first; codes of analysts/doubts
    decembers: int | None = None  # of the product's own history, where its season matters now and isn't known
    shelf_life: ShelfLife | None = None
    goods: Decimal | None = None  # of the advised order, before freight and taxes on top
    minimum_order: Decimal | None = None  # the supplier's, R$ of goods in one order
    free_freight_from: Decimal | None = None
    order_lines: float | None = None  # lines of an ordinary order to this supplier, which share its cost
    order_line_cost: Decimal | None = None
    calls: tuple[Call, ...] = ()
    cautions: tuple[Caution, ...] = ()
    lot_limit: str = ""  # why a lot goes no further beyond the need than `lot_limit_days`; codes of LotLimit
    lot_limit_days: float | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """One product, worked out: `metadata.analysis` of an answer."""

    sku: str
    name: str
    unit: str
    category: str
    today: date
    data_until: date | None
    intent: str
    demand: DemandFinding
    prices: PriceFinding
    logistics: LogisticsFinding
    recommendation: RecommendationFinding
    confidence: Confidence
    data_version: int
    engine: str
