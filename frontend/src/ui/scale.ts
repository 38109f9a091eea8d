// Axes of the hand-made charts.

export interface Axis {
  max: number;
  ticks: number[];
}

/** Round steps (1, 2, 2.5, 5 x 10^n) from 0 to at least `max`, about `count` of them. */
export function axisTo(max: number, count = 4): Axis {
  if (!(max > 0)) return { max: 1, ticks: [0, 1] };
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let n = 0; n * step < max + step * 0.999; n += 1) ticks.push(n * step);
  return { max: ticks.at(-1) ?? max, ticks };
}

/** Indices of the first bucket of each month, as many as fit `room` px apart, evenly chosen. */
export function monthStarts(dates: readonly string[], width: number, room: number): ReadonlySet<number> {
  const starts = dates.flatMap((date, index) => (date.slice(0, 7) === dates[index - 1]?.slice(0, 7) ? [] : [index]));
  const every = Math.max(1, Math.ceil((starts.length * room) / Math.max(1, width)));
  return new Set(starts.filter((_, place) => place % every === 0));
}

export function path(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}
