// What all charts have in common: Chart.js itself, colours of the theme, axes.
import {h} from './dom.js';
import {compact, number} from './format.js';

export const COLOURS = 8;

// Chart.js is 200 kB: it is fetched by the first chart. Its file sets the global Chart.
export async function loadChartJs() {
  await import('/chart.js');
  globalThis.Chart.defaults.animation = false;
  return globalThis.Chart;
}

// The computed colours of classes of app.css, as rgb(...).
export function themeColours() {
  const probe = h('span', {hidden: true});
  document.body.append(probe);
  const colour = (name) => {
    probe.className = name;
    return getComputedStyle(probe).color;
  };
  const colours = {
    series: Array.from({length: COLOURS}, (_, i) => colour(`series-${i}`)),
    text: colour('muted'),
    grid: colour('grid-line'),
  };
  probe.remove();
  return colours;
}

export function faded(colour, opacity) {
  return colour.replace('rgb(', 'rgba(').replace(')', `, ${opacity})`);
}

// `y`: {type: 'linear' or 'logarithmic', ...}.
export function axes(colours, x, y) {
  const common = (format) => ({
    grid: {color: colours.grid, borderColor: colours.grid, tickColor: colours.grid},
    ticks: {color: colours.text, maxRotation: 0, autoSkipPadding: 16, callback: format},
  });
  const tick = (value) => Math.abs(value) < 1e4 ? number(value) : compact(value);
  const tens = (value) => /^[125](\.0*)?e/.test(value.toExponential()) ? tick(value) : '';
  return {
    x: {...common((value) => compact(value)), type: 'linear', ...x},
    y: {...common(y.type === 'logarithmic' ? tens : tick), ...y},
  };
}

// Draws again when the theme changes, until `signal`.
export function onTheme(redraw, signal) {
  document.addEventListener('theme', redraw, {signal});
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw, {signal});
}
