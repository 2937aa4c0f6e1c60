// Arithmetic on a series of buckets, {name, step: [], mean: [], min: [], max: []}.
import {count, number} from './format.js';

// An exponential moving average whose beginning is not drawn towards zero; weight 0 changes
// nothing. Buckets without a value are passed over.
export function smoothed(values, weight) {
  let sum = 0;
  let seen = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    seen = weight * seen + (1 - weight);
    return sum / seen;
  });
}

// Pairs for a chart; what an axis cannot show is a gap.
export function points(steps, values, isLog) {
  return steps.map((x, i) => {
    const y = values[i];
    return {x, y: y === null || (isLog && y <= 0) ? NaN : y};
  });
}

// Whether a bucket is more than one outer step, so that there is a band to be shown.
export function hasBand(series) {
  return series.max.some((max, i) => max !== null && max > series.min[i]);
}

export function isEmpty(series) {
  return series.mean.every((value) => value === null);
}

// An axis for values that are all the same, which would else be drawn at any height.
export function spanOfFlat(all) {
  const values = all.flatMap(({min, max}) => [...min, ...max]).filter((value) => value !== null);
  const [first] = values;
  if (!values.length || values.some((value) => value !== first)) return {};
  return {min: Math.min(0, 2 * first), max: Math.max(0, 2 * first) || 1};
}

export function latest(series) {
  const known = series.mean.filter((value) => value !== null);
  return known.length ? known[known.length - 1] : null;
}

// The series in a sentence.
export function inWords(series) {
  const known = series.mean.flatMap((value, i) => value === null ? [] : [i]);
  if (!known.length) return `${series.name}: no values yet.`;
  const [first, last] = [known[0], known[known.length - 1]];
  const by = (better) =>
      known.reduce((best, i) => better(series.mean[i], series.mean[best]) ? i : best);
  const at = (i) => `${number(series.mean[i])} at step ${count(series.step[i])}`;
  const low = by((a, b) => a < b);
  const high = by((a, b) => a > b);
  return `${series.name}: from ${at(first)} to ${at(last)}; lowest ${at(low)}, highest ${
      at(high)}.`;
}

// At most so many places of 0 … n − 1, evenly, the last one among them.
export function thinned(n, most) {
  if (n <= most) return Array.from({length: n}, (_, i) => i);
  return Array.from({length: most}, (_, i) => Math.round(i * (n - 1) / (most - 1)));
}
