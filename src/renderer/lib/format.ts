/** Numbers, times and sizes as a person reads them, in their language. */

export interface Format {
  /** 1,115,394 */
  count(value: number): string;
  /** A loss in nats a character: three decimals; a dash where there is none, the symbol where it is not finite. */
  loss(value: number | null): string;
  /** The same with two decimals, where many stand in a row. */
  lossShort(value: number | null): string;
  /** e to the loss: between how many characters the network hesitates. */
  perplexity(loss: number | null): string;
  /** Nats as bits a character. */
  bits(loss: number | null): string;
  bytes(value: number): string;
  /** 0.42 -> "42 %" */
  percent(share: number): string;
  /** A duration by the clock: "1:48", "2:03:09"; with so many digits behind the seconds: "0:01.5". */
  clock(seconds: number, digits?: number): string;
  /** A duration in words, rounded for reading: "1 min 12 s", "3 h 5 min". */
  duration(seconds: number): string;
  /** A plain number with at most so many significant digits: 0.001, 4e-3 as 0.004. */
  plain(value: number, digits?: number): string;
  /** A moment: time of day when it is today's, else the date. */
  moment(at: number, now?: number): string;
  date(at: number): string;
}

const NONE = '–';

export function createFormat(language: 'en' | 'zh'): Format {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const fixed = (digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const [one, two, three] = [fixed(1), fixed(2), fixed(3)];
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const dayOfYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const units =
    language === 'zh' ? { s: ' 秒', min: ' 分', h: ' 小时', d: ' 天' } : { s: ' s', min: ' min', h: ' h', d: ' d' };

  const finite = (value: number | null, show: (value: number) => string): string => {
    if (value === null) return NONE;
    return Number.isFinite(value) ? show(value) : Number.isNaN(value) ? 'NaN' : '∞';
  };

  return {
    count: (value) => whole.format(value),
    loss: (value) => finite(value, (loss) => three.format(loss)),
    lossShort: (value) => finite(value, (loss) => two.format(loss)),
    perplexity: (loss) =>
      finite(loss, (nats) => {
        const perplexity = Math.exp(nats);
        if (perplexity < 100) return two.format(perplexity);
        return perplexity < 1e7 ? whole.format(perplexity) : finite(perplexity, (large) => formatPower(large, one));
      }),
    bits: (loss) => finite(loss, (nats) => two.format(nats / Math.LN2)),
    bytes: (value) => formatBytes(value, one, whole),
    percent: (share) => `${whole.format(share * 100)} %`,
    clock: formatClock,
    duration: (seconds) => formatDuration(seconds, units),
    plain: (value, digits = 4) => new Intl.NumberFormat(locale, { maximumSignificantDigits: digits }).format(value),
    moment: (at, now = Date.now()) => {
      const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
      const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
      return sameDay ? time.format(at) : sameYear ? `${day.format(at)}, ${time.format(at)}` : dayOfYear.format(at);
    },
    date: (at) => `${dayOfYear.format(at)}, ${time.format(at)}`,
  };
}

/** 1.3 × 10²² */
function formatPower(value: number, one: Intl.NumberFormat): string {
  const exponent = Math.floor(Math.log10(value));
  const raised = String(exponent).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
  return `${one.format(value / 10 ** exponent)} × 10${raised}`;
}

function formatBytes(value: number, one: Intl.NumberFormat, whole: Intl.NumberFormat): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < names.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? whole.format(size) : one.format(size)} ${names[unit] ?? 'B'}`;
}

function formatClock(seconds: number, digits = 0): string {
  const parts = 10 ** digits;
  const rounded = Math.max(0, Math.round(seconds * parts));
  const total = Math.floor(rounded / parts);
  const rest = digits === 0 ? '' : `.${String(rounded % parts).padStart(digits, '0')}`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return (h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`) + rest;
}

function formatDuration(seconds: number, units: { s: string; min: string; h: string; d: string }): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total}${units.s}`;
  const parts = (large: number, small: number, [first, second]: readonly [string, string]): string =>
    small === 0 ? `${large}${first}` : `${large}${first} ${small}${second}`;
  if (total < 600) return parts(Math.floor(total / 60), total % 60, [units.min, units.s]);
  const minutes = Math.round(total / 60);
  if (minutes < 60) return `${minutes}${units.min}`;
  if (minutes < 24 * 60) return parts(Math.floor(minutes / 60), minutes % 60, [units.h, units.min]);
  const hours = Math.round(minutes / 60);
  return parts(Math.floor(hours / 24), hours % 24, [units.d, units.h]);
}
