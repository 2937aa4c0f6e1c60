// A line chart over outer steps, with a sentence for those who do not see it, its numbers as a
// table, and a range that is chosen by dragging over it.
import {onDrag} from './brush.js';
import {h} from './dom.js';
import {count, number} from './format.js';
import {axes, COLOURS, faded, loadChartJs, onTheme, themeColours} from './plot_style.js';
import {hasBand, inWords, latest, points, smoothed, spanOfFlat, thinned} from './series.js';

const TABLE_ROWS = 60;
const MOST_BANDS = 4;

export class Plot {
  // It lives until `signal`. `onRange(from, to)` is called with outer steps; `dots` marks every
  // value.
  constructor({title, signal, hint = '', dots = false, large = false, onRange = null}) {
    this.title = title;
    this.dots = dots;
    this.value = h('span', {class: 'value'});
    this.canvas = h('canvas', {role: 'img', 'aria-label': `${title}: no values yet.`});
    this.box = h('div', {class: large ? 'plot large' : 'plot'}, this.canvas);
    this.legend = h('ul', {class: 'legend', 'aria-label': 'Lines'});
    this.numbers =
        h('details', {class: 'numbers', ontoggle: () => this.#fillNumbers()},
          h('summary', {}, 'Numbers'));
    this.element =
        h('figure', {},
          h('figcaption', {}, h('span', {class: 'name', title: hint || null}, title), this.value),
          this.legend, this.box, this.numbers);
    if (onRange) {
      onDrag(this.box, (left, right) => onRange(this.#stepAt(left), this.#stepAt(right)));
    }
    onTheme(() => this.#draw(), signal);
    signal.addEventListener('abort', () => this.chart?.destroy());
  }

  // `log`, `smoothing` (0 to 1), `y` (more of the value axis: min, max).
  async show(series, {log = false, smoothing = 0, y = {}} = {}) {
    this.shown = {series, log, smoothing, y};
    this.value.textContent = series.length === 1 ? number(latest(series[0])) : '';
    this.canvas.setAttribute(
        'aria-label', series.map(inWords).join(' ') || `${this.title}: nothing.`);
    this.legend.hidden = series.length < 2;
    this.legend.replaceChildren(...(series.length < 2 ? [] : series.map(entry)));
    this.#fillNumbers();
    await loadChartJs();
    this.#draw();
  }

  #draw() {
    if (!this.shown || !globalThis.Chart || !this.canvas.isConnected) return;
    const {series, log, y} = this.shown;
    const colours = themeColours();
    const steps = series.flatMap((one) => [one.step[0], one.step.at(-1)]).filter((x) => x != null);
    const span = steps.length ? {min: Math.min(...steps), max: Math.max(...steps)} : {};
    const scales = axes(
        colours, span,
        {type: log ? 'logarithmic' : 'linear', ...(log ? {} : spanOfFlat(series)), ...y});
    const datasets = series.flatMap((one, i) => this.#lines(one, i, colours));
    if (this.chart) {
      this.chart.data.datasets = datasets;
      this.chart.options.scales = scales;
      this.chart.update('none');
      return;
    }
    this.chart = new globalThis.Chart(this.canvas, {
      type: 'line',
      data: {datasets},
      options: {...OPTIONS, scales},
    });
  }

  // Under a line that is alone its unsmoothed values; under few lines the bands from least to
  // greatest.
  #lines(series, i, colours) {
    const {log, smoothing, series: all} = this.shown;
    const colour = colours.series[i % COLOURS];
    const pairs = (values) => points(series.step, values, log);
    const lines = [{
      label: series.name,
      data: pairs(smoothed(series.mean, smoothing)),
      borderColor: colour,
      borderWidth: 1.6,
      backgroundColor: colour,
      pointRadius: this.dots || series.step.length < 3 ? 3 : 0,
      spanGaps: true,
      borderDash: i < COLOURS ? [] : [6, 3],
    }];
    const hidden = {pointRadius: 0, borderWidth: 0, spanGaps: true};
    if (smoothing > 0 && all.length === 1) {
      lines.push(
          {...hidden, data: pairs(series.mean), borderWidth: 1, borderColor: faded(colour, 0.35)});
    }
    if (all.length <= MOST_BANDS && hasBand(series)) {
      lines.push(
          {...hidden, data: pairs(series.max), fill: '+1', backgroundColor: faded(colour, 0.14)});
      lines.push({...hidden, data: pairs(series.min)});
    }
    return lines;
  }

  #stepAt(pixel) {
    return Math.max(1, Math.round(this.chart.scales.x.getValueForPixel(pixel)));
  }

  #fillNumbers() {
    if (!this.numbers.open || !this.shown) return;
    this.numbers.replaceChildren(this.numbers.firstChild, ...this.shown.series.map(numbersOf));
  }
}

const OPTIONS = {
  responsive: true,
  maintainAspectRatio: false,
  parsing: false,
  normalized: true,
  interaction: {mode: 'nearest', axis: 'x', intersect: false},
  plugins: {
    legend: {display: false},
    tooltip: {
      filter: (item) => Boolean(item.dataset.label),
      callbacks: {
        title: (items) => items.length ? `outer step ${count(items[0].parsed.x)}` : '',
        label: (item) => `${item.dataset.label}: ${number(item.parsed.y)}`,
      },
    },
  },
};

function entry(series, i) {
  const dashed = i < COLOURS ? '' : ' dashed';
  return h(
      'li', {}, h('span', {class: `swatch series-${i % COLOURS}${dashed}`}), series.name,
      h('span', {class: 'value'}, number(latest(series))));
}

function numbersOf(series) {
  const cells = (i) => [series.mean[i], series.min[i], series.max[i]].map(
      (x) => h('td', {class: 'number'}, number(x)));
  const rows =
      thinned(series.step.length, TABLE_ROWS)
          .map(
              (i) =>
                  h('tr', {}, h('th', {scope: 'row', class: 'number'}, count(series.step[i])),
                    cells(i)));
  const titles = ['Outer step', 'Mean', 'Least', 'Greatest'];
  return h(
      'div', {
        class: 'scroll short',
        tabindex: '0',
        role: 'region',
        'aria-label': `Numbers of ${series.name}`
      },
      h('table', {class: 'plain'}, h('caption', {}, series.name),
        h('thead', {},
          h('tr', {}, titles.map((title) => h('th', {scope: 'col', class: 'number'}, title)))),
        h('tbody', {}, rows)));
}
