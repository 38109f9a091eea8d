// Numbers, money and dates as the buyer writes them. Money arrives as text and is never turned into a float.

export interface Formatter {
  quantity(value: number, unit?: string): string;
  rate(value: number, unit: string): string; // per day
  withUnit(value: number, unit: string): string;
  money(text: string): string;
  unitPrice(text: string): string;
  unitCost(text: string): string; // a worked-out R$ per unit: cents, finer only below R$ 1
  percent(share: number): string; // 0..1; with a decimal below 10 %
  chance(share: number): string; // a probability: never 0 % nor 100 %
  points(percent: number): string; // already in %, with its sign
  decimal(value: number): string; // one decimal
  date(iso: string): string; // dd/mm/aaaa
  shortDate(iso: string): string; // dd/mm
  month(iso: string): string;
  monthName(iso: string): string;
  weekday(iso: string): string;
  time(iso: string): string;
  moment(iso: string, now: number): string; // hour today, otherwise day
  seconds(ms: number): string;
}

const DAY = /^\d{4}-\d{2}-\d{2}/;

/** The day of an ISO date, in UTC so that no time zone moves it. */
export function day(iso: string): Date {
  return new Date(DAY.test(iso) ? `${iso.slice(0, 10)}T12:00:00Z` : NaN);
}

export function formatter(locale: string): Formatter {
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, options); // 03/12 is one day in both languages
  const whole = number({ maximumFractionDigits: 0 });
  const hundredths = number({ maximumFractionDigits: 2 });
  const decimal = number({ maximumFractionDigits: 1 });
  const money = number({ style: 'currency', currency: 'BRL' });
  const unitPrice = number({ style: 'currency', currency: 'BRL', maximumFractionDigits: 4 });
  const tenths = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = number({ style: 'percent', maximumFractionDigits: 0 });
  const finePercent = number({ style: 'percent', maximumFractionDigits: 1 });
  const points = number({ style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
  const long = date({ day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' });
  const short = date({ day: '2-digit', month: '2-digit', timeZone: 'UTC' });
  const month = date({ month: 'short', year: '2-digit', timeZone: 'UTC' });
  const monthName = date({ month: 'long', timeZone: 'UTC' });
  const weekday = date({ weekday: 'long', timeZone: 'UTC' });
  const hour = date({ hour: '2-digit', minute: '2-digit' });
  const ofDay = (format: Intl.DateTimeFormat, iso: string) => safely(format, day(iso), iso);
  const amount = (value: number, unit = '') => (isMeasured(unit) || Math.abs(value) < 10 ? decimal : whole).format(value);
  return {
    quantity: amount,
    withUnit: (value, unit) => `${amount(value, unit)}\u00a0${unit}`.trim(),
    rate: (value, unit) => `${(Math.abs(value) < 1 ? hundredths : decimal).format(value)}\u00a0${unit}`.trim(),
    money: (text) => exact(money, text),
    unitPrice: (text) => exact(unitPrice, text),
    unitCost: (text) => exact(Math.abs(Number(text)) < 1 ? unitPrice : money, text),
    percent: (share) => (Math.abs(share) < 0.1 ? finePercent : percent).format(share),
    chance: (share) => (share < 0.01 ? `<\u00a0${percent.format(0.01)}` : share > 0.99 ? `>\u00a0${percent.format(0.99)}` : percent.format(share)),
    points: (value) => points.format(value / 100).replace('-', '\u2212'),
    decimal: (value) => decimal.format(value),
    date: (iso) => ofDay(long, iso),
    shortDate: (iso) => ofDay(short, iso),
    month: (iso) => ofDay(month, iso).replace(/ de /g, ' ').replace(/\./g, ''),
    monthName: (iso) => ofDay(monthName, iso),
    weekday: (iso) => ofDay(weekday, iso),
    time: (iso) => safely(hour, new Date(iso), iso),
    moment: (iso, now) => {
      const at = new Date(iso);
      return safely(at.toDateString() === new Date(now).toDateString() ? hour : date({ day: '2-digit', month: '2-digit' }), at, iso);
    },
    seconds: (ms) => `${tenths.format(Math.max(0, ms) / 1000)}\u00a0s`,
  };
}

const MEASURED = 'KG G MG T TON M MT KM CM MM M2 M3 M² M³ L ML H'.split(' ');

/** Units that are measured, not counted, keep a decimal. */
function isMeasured(unit: string): boolean {
  return MEASURED.includes(unit.trim().toUpperCase());
}

function exact(format: Intl.NumberFormat, text: string): string {
  return /^-?\d+(\.\d+)?$/.test(text) ? format.format(text as Intl.StringNumericLiteral) : text;
}

function safely(format: Intl.DateTimeFormat, at: Date, otherwise: string): string {
  return Number.isNaN(at.getTime()) ? otherwise : format.format(at);
}
