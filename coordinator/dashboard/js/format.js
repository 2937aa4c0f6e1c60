// Numbers and times for people.

const NONE = '–';
const grouped = new Intl.NumberFormat('en-US');

export function count(n) {
  return n == null ? NONE : grouped.format(n);
}

// Four digits, or an exponent where that would be long.
export function number(x) {
  if (x == null || Number.isNaN(x)) return NONE;
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-3 || size >= 1e6))
    return x.toExponential(2).replace(/\.?0*e\+?/, 'e');
  return size < 1e4 ? String(Number(x.toPrecision(4))) : count(Math.round(x));
}

// 41.2k
export function compact(x) {
  if (x == null) return NONE;
  for (const [size, unit] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (Math.abs(x) >= size) return `${Number((x / size).toPrecision(3))}${unit}`;
  }
  return String(Number(x.toPrecision(3)));
}

export function bytes(n) {
  if (!n) return NONE;
  for (const [size, unit] of [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']]) {
    if (n >= size) return `${Number((n / size).toPrecision(3))} ${unit}`;
  }
  return `${n} B`;
}

// The two largest units.
export function duration(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return NONE;
  const whole = Math.round(seconds);
  for (const [size, unit, part, name] of [
           [86400, 'd', 3600, 'h'], [3600, 'h', 60, 'min'], [60, 'min', 1, 's']]) {
    if (whole >= size) {
      const rest = Math.floor((whole % size) / part);
      return rest ? `${Math.floor(whole / size)} ${unit} ${rest} ${name}` :
                    `${Math.floor(whole / size)} ${unit}`;
    }
  }
  return seconds < 10 && seconds > 0 ? `${Number(seconds.toPrecision(2))} s` : `${whole} s`;
}

// 2026-11-30 09:31:05, in this machine's time zone.
export function time(unixMs) {
  return unixMs ? new Date(unixMs).toLocaleString('sv-SE') : NONE;
}

export function percent(part, whole) {
  return whole > 0 ? `${Math.floor(100 * part / whole)} %` : NONE;
}

export function ordinal(n) {
  const ends = {1: 'st', 2: 'nd', 3: 'rd'};
  const teens = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${(!teens && ends[n % 10]) || 'th'}`;
}
