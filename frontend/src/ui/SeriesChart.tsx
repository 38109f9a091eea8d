import { useState } from 'react';
import type { SeriesPoint } from '../client/analysis';
import { useI18n, type I18n } from '../i18n';
import { day } from '../i18n/format';
import { useWidth } from './hooks';
import { axisTo, monthStarts } from './scale';

const HEIGHT = 190;
const PAD = { left: 44, right: 8, top: 10, bottom: 22 };
const ROOM = 64; // px that a month label needs

interface Props {
  points: readonly SeriesPoint[];
  unit: string;
  name: string;
}

/** Weeks sold as bars, the forecast as a line inside its range. The table below carries the same numbers. */
export function SeriesChart({ points, unit, name }: Props) {
  const i18n = useI18n();
  const { t } = i18n;
  const [box, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<number | null>(null);
  const shown = width > 0 && width < 480 ? points.slice(-Math.max(26, points.filter((p) => p.expected !== null).length + 18)) : points;
  const active = at === null ? undefined : shown[at];
  return (
    <figure className="chart">
      <figcaption className="legend" aria-hidden="true">
        <span className="key sold">{t('chart.sold')}</span>
        <span className="key forecast">{t('chart.forecast')}</span>
        <span className="key range">{t('chart.range')}</span>
        {points.some((point) => point.out_of_stock_days > 0) ? <span className="key out">{t('chart.out')}</span> : null}
      </figcaption>
      <div ref={box} className="plot">
        {width > 0 ? <Plot points={shown} width={width} label={t('chart.label', { name })} at={at} onAt={setAt} /> : null}
      </div>
      <p className="readout num" aria-hidden="true">{active ? readout(active, unit, i18n) : ' '}</p>
      <details className="fold quiet">
        <summary>{t('chart.table')}</summary>
        <SeriesTable points={points} />
      </details>
    </figure>
  );
}

function readout(point: SeriesPoint, unit: string, { t, f }: I18n): string {
  const days = daysOf(point);
  const parts = [`${f.date(point.start)} – ${f.date(point.end)}${days < WEEK ? ` (${t('card.days', { n: days })})` : ''}`];
  if (point.sold !== null) parts.push(`${t('chart.sold')} ${f.withUnit(point.sold, unit)}`);
  if (point.expected !== null) parts.push(`${t('chart.forecast')} ${f.withUnit(point.expected, unit)}`);
  if (point.low !== null && point.high !== null) parts.push(t('card.range', { low: f.quantity(point.low, unit), high: f.quantity(point.high, unit) }));
  if (point.out_of_stock_days > 0) parts.push(t('chart.outDays', { n: point.out_of_stock_days }));
  return parts.join(' · ');
}

interface PlotProps {
  points: readonly SeriesPoint[];
  width: number;
  label: string;
  at: number | null;
  onAt(index: number | null): void;
}

function Plot({ points, width, label, at, onAt }: PlotProps) {
  const { f } = useI18n();
  const axis = axisTo(Math.max(...points.map((p) => Math.max(p.sold ?? 0, weekly(p, p.expected ?? 0), weekly(p, p.high ?? 0)))));
  const inner = width - PAD.left - PAD.right;
  const slot = inner / Math.max(1, points.length);
  const x = (index: number) => PAD.left + slot * (index + 0.5);
  const y = (value: number) => PAD.top + (HEIGHT - PAD.top - PAD.bottom) * (1 - value / axis.max);
  const labels = monthStarts(points.map((point) => point.start), inner, ROOM);
  const pointer = (event: React.PointerEvent<SVGSVGElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const index = Math.floor((event.clientX - left - PAD.left) / slot);
    onAt(index >= 0 && index < points.length ? index : null);
  };
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label} onPointerMove={pointer} onPointerDown={pointer} onPointerLeave={() => onAt(null)}>
      {axis.ticks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={PAD.left} x2={width - PAD.right} y1={y(tick)} y2={y(tick)} />
          <text className="tick" x={PAD.left - 6} y={y(tick) + 3.5} textAnchor="end">{f.quantity(tick)}</text>
        </g>
      ))}
      {at !== null ? <rect className="cursor" x={x(at) - slot / 2} width={slot} y={PAD.top} height={HEIGHT - PAD.top - PAD.bottom} /> : null}
      <Bars points={points} slot={slot} x={x} y={y} />
      <Forecast points={points} slot={slot} x={x} y={y} />
      {points.map((point, index) =>
        labels.has(index) ? <text key={point.start} className="tick" x={x(index)} y={HEIGHT - 6} textAnchor="middle">{f.month(point.start)}</text> : null,
      )}
    </svg>
  );
}

interface MarkProps {
  points: readonly SeriesPoint[];
  x(index: number): number;
  y(value: number): number;
}

function Bars({ points, slot, x, y }: MarkProps & { slot: number }) {
  const wide = Math.max(1, slot * 0.72);
  return points.map((point, index) => (
    <g key={point.start}>
      {point.sold !== null && point.sold > 0 ? <rect className="sold" x={x(index) - wide / 2} width={wide} y={y(point.sold)} height={y(0) - y(point.sold)} rx={Math.min(1.5, wide / 3)} /> : null}
      {point.out_of_stock_days > 0 ? <rect className="out" x={x(index) - wide / 2} width={wide} y={y(0)} height={3} /> : null}
    </g>
  ));
}

/** Expected as a bar, its range as a line through the top; a bucket of fewer days is as much narrower, at the height of a
 * whole week at its pace, so that heights compare and areas are quantities. */
function Forecast({ points, slot, x, y }: MarkProps & { slot: number }) {
  return points.map((point, index) => {
    if (point.expected === null) return null;
    const wide = Math.max(1, slot * 0.72 * Math.min(1, daysOf(point) / WEEK));
    return (
      <g key={point.start}>
        <rect className="forecast" x={x(index) - wide / 2} width={wide} y={y(weekly(point, point.expected))} height={y(0) - y(weekly(point, point.expected))} rx={Math.min(1.5, wide / 3)} />
        {point.low !== null && point.high !== null ? (
          <g className="range">
            <line x1={x(index)} x2={x(index)} y1={y(weekly(point, point.low))} y2={y(weekly(point, point.high))} />
            {[point.low, point.high].map((end) => <line key={end} x1={x(index) - wide / 4} x2={x(index) + wide / 4} y1={y(weekly(point, end))} y2={y(weekly(point, end))} />)}
          </g>
        ) : null}
      </g>
    );
  });
}

const WEEK = 7;
const DAY_MS = 86_400_000;
const daysOf = (point: Pick<SeriesPoint, 'start' | 'end'>): number => Math.round((day(point.end).getTime() - day(point.start).getTime()) / DAY_MS) + 1;

/** What a whole week at the pace of a bucket would hold: the last bucket of a month is two days, not a collapse. */
export const weekly = (point: Pick<SeriesPoint, 'start' | 'end'>, quantity: number): number => (quantity * WEEK) / Math.max(1, daysOf(point));

function SeriesTable({ points }: { points: readonly SeriesPoint[] }) {
  const { t, f } = useI18n();
  const show = (value: number | null) => (value === null ? '' : f.quantity(value));
  return (
    <div className="scroll-x tall" tabIndex={0} role="region" aria-label={t('chart.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('chart.week')}</th>
            <th scope="col" className="num">{t('chart.sold')}</th>
            <th scope="col" className="num">{t('chart.forecast')}</th>
            <th scope="col" className="num">{t('chart.low')}</th>
            <th scope="col" className="num">{t('chart.high')}</th>
          </tr>
        </thead>
        <tbody>
          {[...points].reverse().map((point) => (
            <tr key={point.start}>
              <th scope="row">{f.date(point.start)} – {f.date(point.end)}</th>
              <td className="num">{show(point.sold)}</td>
              <td className="num">{show(point.expected)}</td>
              <td className="num">{show(point.low)}</td>
              <td className="num">{show(point.high)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
