// How θ does on tasks that the job does not train on.
import {api, get} from './api.js';
import {h, link} from './dom.js';
import {count, number, ordinal, time} from './format.js';
import {Plot} from './plot.js';
import {Table} from './table.js';

const COLUMNS = [
  {title: 'Outer step', text: (r) => count(r.step), sort: (r) => r.step, number: true},
  {title: 'Progress', text: (r) => number(r.progress), sort: (r) => r.progress, number: true},
  {
    title: 'Place',
    text: (r) => `${ordinal(r.place)} of ${count(r.contestants)}`,
    sort: (r) => r.place,
    number: true
  },
  {title: 'Trainings', text: (r) => count(r.runs), number: true},
  {title: 'Failed', text: (r) => count(r.failed), sort: (r) => r.failed, number: true},
  {title: 'When', text: (r) => time(r.unix_ms)},
  {
    title: 'Evaluation',
    text: (r) => r.evaluation,
    node: (r) => link(['evaluation', r.evaluation], {}, r.evaluation),
    wide: true
  },
];

export function heldOutTab({name, signal}) {
  const plot = new Plot({
    title: 'Held-out progress',
    hint: '0 nothing, 1 as far as the best hand-designed optimizer, at most 2.',
    signal,
    dots: true,
    large: true
  });
  const table = new Table({caption: 'Measurements', key: (r) => String(r.step), columns: COLUMNS});
  const some = h(
      'div', {hidden: true},
      h('section', {class: 'card'}, plot.element,
        h('p', {class: 'muted'},
          '1: as far from the initial loss as the best hand-designed optimizer; more is better.')),
      table.element);
  const none =
      h('div', {class: 'empty', hidden: true}, h('h2', {}, 'Nothing was measured'),
        h('p', {}, 'A config with this line has θ measured on held-out tasks while it trains:'),
        h('pre', {tabindex: '0'},
          h('code', {}, 'evaluate: {every: 200, suite: suites/suite-watch.yaml}')));

  async function refresh() {
    const {records} = await get(api('jobs', name, 'held_out'), {}, signal);
    some.hidden = records.length === 0;
    none.hidden = records.length > 0;
    if (!records.length) return;
    table.show(records.toReversed());
    await plot.show(linesOf(records), {y: {suggestedMin: 0, suggestedMax: 1}});
  }
  return {element: h('div', {}, some, none), refresh};
}

// The mean, then each case.
function linesOf(records) {
  const keys = [...new Set(records.flatMap((record) => record.cases.map(({key}) => key)))];
  const line = (name, value) => {
    const mean = records.map(value);
    return {name, step: records.map((record) => record.step), mean, min: mean, max: mean};
  };
  return [
    line('mean of all cases', (record) => record.progress),
    ...keys.map(
        (key) =>
            line(key, (record) => record.cases.find((one) => one.key === key)?.progress ?? null)),
  ];
}
