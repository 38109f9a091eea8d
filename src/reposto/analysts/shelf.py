"""How long goods may lie: the risk that they never sell, and the day on which they expire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.paths import StockPaths
from reposto.model.facts import Company

Floats = NDArray[np.float64]

ORDINARY_LOT_DAYS = 90  # the lot on which the rate is worked out: the longest that is ordinarily bought
UNSOLD_CHANCE = 0.10  # of a lot, added for price or convenience, not being sold within `dead_stock_days`
EXPIRY_CHANCE = 0.05  # of anything of a lot expiring unsold
EXPIRY_MARGIN_DAYS = 1  # sold on the last day at the latest


def dead_stock_rate(paths: StockPaths, company: Company) -> float:
    """Share of the goods' value a year that is lost on what doesn't sell; 0..: to be added to the holding cost.

    Of a lot for T = 90 days of expected demand, E[(m(T) - D(N))+] / m(T) is unsold after N = `dead_stock_days`, and
    `dead_stock_loss_percent` of its worth is lost then. A rate rho costs such a lot rho T / (2 x 365) of its worth, so
    rho = loss x unsold share x 2 x 365 / T. Depends on the forecast alone, not on the stock. 0.0 without demand.
    """
    days = min(max(company.dead_stock_days, 1), paths.last)
    lot = float(paths.demand[:, min(ORDINARY_LOT_DAYS, paths.last)].mean())
    if lot <= 0:
        return 0.0
    unsold = float(np.maximum(lot - paths.demand[:, days], 0.0).mean()) / lot
    return company.dead_stock_loss_percent / 100 * unsold * 2 * 365 / ORDINARY_LOT_DAYS


def most_sellable(paths: StockPaths, days: int, chance: float) -> float:
    """Units of free stock, orders and purchase together that sell within `days` but for a probability of `chance`."""
    return float(np.quantile(paths.demand[:, min(max(days, 0), paths.last)], chance, method="lower"))


@dataclass(frozen=True, slots=True)
class Expiry:
    """What a shelf life means for a lot: units, 0..1, calendar days from today.

    most: the largest lot of which nothing expires but for EXPIRY_CHANCE. chance, unsold: probability that some of the
    lot expires and the units expected to.
    """

    days: int
    most: float
    chance: float
    unsold: float


def expiry(paths: StockPaths, supply: float, arrival: int, shelf_life: int, lot: float) -> Expiry:
    """Goods that arrive on day `arrival` with their whole shelf life, sold after all there is (first in, first out).

    chance = P(D(arrival + shelf_life - 1) < supply + lot), unsold = E[(supply + lot - max(D, supply))+]; supply = free
    stock + open orders, units. What has expired of the stock by then isn't known, so it counts as sold first.
    """
    last = arrival + max(shelf_life - EXPIRY_MARGIN_DAYS, 0)
    sold = paths.demand[:, min(last, paths.last)]
    most = max(float(np.quantile(sold, EXPIRY_CHANCE, method="lower")) - max(supply, 0.0), 0.0)
    left = np.clip(max(supply, 0.0) + lot - sold, 0.0, lot)
    return Expiry(last, most, float((left > 1e-9).mean()), float(left.mean()))
