import type { PricePoint } from '../client/analysis';
import { useI18n } from '../i18n';
import { useWidth } from './hooks';
import { monthStarts, path } from './scale';

const HEIGHT = 110;
const PAD = { left: 64, right: 8, top: 10, bottom: 20 };

/** Mean price per month inside its lowest-highest range. Prices don't start at zero: a change of 3 % must be seen. */
export function PriceChart({ points }: { points: readonly PricePoint[] }) {
  const { t } = useI18n();
  const [box, width] = useWidth<HTMLDivElement>();
  return (
    <figure className="chart">
      <figcaption className="muted small">{t('prices.label')}</figcaption>
      <div ref={box} className="plot small-plot">{width > 0 ? <Plot points={points} width={width} label={t('prices.label')} /> : null}</div>
      <details className="fold quiet">
        <summary>{t('chart.table')}</summary>
        <PriceTable points={points} />
      </details>
    </figure>
  );
}

function Plot({ points, width, label }: { points: readonly PricePoint[]; width: number; label: string }) {
  const { f } = useI18n();
  const lows = points.map((point) => Number(point.low));
  const highs = points.map((point) => Number(point.high));
  const margin = (Math.max(...highs) - Math.min(...lows)) * 0.12 || Math.max(...highs) * 0.05 || 1;
  const bottom = Math.max(0, Math.min(...lows) - margin);
  const top = Math.max(...highs) + margin;
  const inner = width - PAD.left - PAD.right;
  const x = (index: number) => PAD.left + (inner * (index + 0.5)) / points.length;
  const y = (value: number) => PAD.top + (HEIGHT - PAD.top - PAD.bottom) * (1 - (value - bottom) / (top - bottom));
  const mean = points.map((point, index) => [x(index), y(Number(point.mean))] as const);
  const band = [...highs.map((high, index) => [x(index), y(high)] as const), ...lows.map((low, index) => [x(index), y(low)] as const).reverse()];
  const labels = monthStarts(points.map((point) => point.month), inner, 64);
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label}>
      {[bottom + margin, top - margin].map((tick) => (
        <g key={tick}>
          <line className="grid" x1={PAD.left} x2={width - PAD.right} y1={y(tick)} y2={y(tick)} />
          <text className="tick" x={PAD.left - 6} y={y(tick) + 3.5} textAnchor="end">{f.money(tick.toFixed(2))}</text>
        </g>
      ))}
      <path className="price-band" d={`${path(band)}Z`} />
      <path className="price" d={path(mean)} />
      {mean.map(([cx, cy]) => <circle key={cx} className="price-dot" cx={cx} cy={cy} r={2} />)}
      {points.map((point, index) => (labels.has(index) ? <text key={point.month} className="tick" x={x(index)} y={HEIGHT - 5} textAnchor="middle">{f.month(point.month)}</text> : null))}
    </svg>
  );
}

function PriceTable({ points }: { points: readonly PricePoint[] }) {
  const { t, f } = useI18n();
  return (
    <div className="scroll-x tall" tabIndex={0} role="region" aria-label={t('prices.label')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('prices.month')}</th>
            <th scope="col" className="num">{t('prices.mean')}</th>
            <th scope="col" className="num">{t('prices.low')}</th>
            <th scope="col" className="num">{t('prices.high')}</th>
            <th scope="col" className="num">{t('prices.count')}</th>
          </tr>
        </thead>
        <tbody>
          {[...points].reverse().map((point) => (
            <tr key={point.month}>
              <th scope="row">{f.month(point.month)}</th>
              <td className="num">{f.unitPrice(point.mean)}</td>
              <td className="num">{f.unitPrice(point.low)}</td>
              <td className="num">{f.unitPrice(point.high)}</td>
              <td className="num">{point.observations}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
