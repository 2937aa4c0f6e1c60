// One metric of one or several jobs on a chart: linear or log, smoothed, over all outer steps or a
// part of them.
import {getSeries} from './api.js';
import {h} from './dom.js';
import {Plot} from './plot.js';
import {keepSetting, setting} from './settings.js';

export const METRICS = [
  ['loss', 'Outer loss'],
  ['loss_spread', 'Spread of the loss'],
  ['gradient_norm', 'Gradient norm'],
  ['gradient_variance', 'Gradient variance'],
  ['update_norm', 'Update norm'],
  ['theta_norm', 'θ norm'],
  ['learning_rate', 'Learning rate'],
  ['diverged', 'Diverged particles'],
  ['inner_steps_per_second', 'Inner steps/s'],
  ['seconds', 'Seconds per outer step'],
];
const POINTS = 600;
const AGAIN_MS = 1000;

// How curves are drawn, as it was chosen the last time.
export function curveStyle() {
  return {
    log: setting('scale', 'linear') === 'log',
    smoothing: Number(setting('smoothing', '0.8'))
  };
}

export class LossPanel {
  // `range` is a Range; `metric` one of METRICS, or null for a choice of them; `onstyle` is called
  // when curveStyle() changes.
  constructor({jobs, range, signal, metric = null, onstyle = () => {}}) {
    Object.assign(this, {jobs, range, signal, onstyle});
    this.metric = metric ?? 'loss';
    this.answers = [];
    this.plot = new Plot({
      title: titleOf(this.metric),
      large: true,
      signal,
      onRange: (from, to) => range.set(from, to),
    });
    this.building = h('p', {class: 'muted', role: 'status'});
    this.controls =
        h('div', {class: 'controls'}, metric ? null : this.#metricChoice(), this.#scaleChoice(),
          this.#smoothingChoice(), range.element);
    this.element =
        h('section', {class: 'card', 'aria-label': titleOf(this.metric)}, this.controls,
          this.building, this.plot.element);
  }

  async refresh() {
    const {from, to} = this.range;
    const query = {from, to, points: POINTS};
    this.answers = await Promise.all(
        this.jobs.map((job) => getSeries(job, [this.metric], query, this.signal)));
    this.#tellBuilding();
    this.range.last = Math.max(0, ...this.answers.map((answer) => answer.last_step));
    await this.draw();
  }

  draw() {
    const series =
        this.answers.map((answer, i) => ({name: this.jobs[i], ...answer.series[this.metric]}));
    return this.plot.show(series.filter((one) => one.step), curveStyle());
  }

  // Of a long job that nobody looked at since the coordinator began: curves come bit by bit.
  #tellBuilding() {
    const unfinished = this.answers.filter((answer) => answer.building);
    this.building.textContent = unfinished.length ? 'Older outer steps are still being read.' : '';
    if (!unfinished.length || this.again) return;
    this.again = setTimeout(() => {
      this.again = null;
      if (!this.signal.aborted) this.refresh().catch(() => {});
    }, AGAIN_MS);
  }

  #metricChoice() {
    const change = ({target}) => {
      this.metric = target.value;
      this.plot.element.querySelector('.name').textContent = titleOf(this.metric);
      this.refresh();
    };
    const options = METRICS.map(([value, title]) => h('option', {value}, title));
    return h('label', {}, 'Metric ', h('select', {onchange: change}, options));
  }

  #scaleChoice() {
    const option = (value) =>
        h('option', {value, selected: setting('scale', 'linear') === value}, value);
    const change = ({target}) => this.#restyle('scale', target.value);
    return h(
        'label', {}, 'Scale ', h('select', {onchange: change}, option('linear'), option('log')));
  }

  #smoothingChoice() {
    const change = ({target}) => this.#restyle('smoothing', target.value);
    return h('label', {}, 'Smoothing ', h('input', {
               type: 'range',
               min: '0',
               max: '0.99',
               step: '0.01',
               value: String(curveStyle().smoothing),
               oninput: change,
             }));
  }

  #restyle(name, value) {
    keepSetting(name, value);
    this.draw();
    this.onstyle();
  }
}

function titleOf(metric) {
  return METRICS.find(([name]) => name === metric)[1];
}

// The outer steps that charts show, chosen by numbers or by dragging over one of them.
export class Range {
  constructor(onchange) {
    this.from = '';
    this.to = '';
    this.last = 0;
    this.onchange = onchange;
    const input = (label) =>
        h('input',
          {type: 'number', min: '1', placeholder: label, 'aria-label': `${label} outer step`});
    [this.first, this.second] = [input('first'), input('last')];
    this.reset =
        h('button', {type: 'button', class: 'quiet', hidden: true, onclick: () => this.set('', '')},
          'All steps');
    const take = (event) => {
      event.preventDefault();
      this.set(Number(this.first.value) || '', Number(this.second.value) || '');
    };
    this.element =
        h('form', {class: 'inline', onsubmit: take, onchange: take}, 'Steps ', this.first, ' to ',
          this.second, h('button', {type: 'submit', class: 'hidden'}, 'Show these steps'),
          this.reset);
  }

  set(from, to) {
    [this.from, this.to] = from && to && from > to ? [to, from] : [from, to];
    this.first.value = this.from;
    this.second.value = this.to;
    this.reset.hidden = !this.from && !this.to;
    this.onchange();
  }
}
