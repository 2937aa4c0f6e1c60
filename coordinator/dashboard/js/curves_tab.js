// What was measured in every outer step, all over the same range of them.
import {api, get, getSeries} from './api.js';
import {Bars} from './bars.js';
import {otherJobs} from './compare_view.js';
import {address, h, throttled} from './dom.js';
import {jobChooser} from './job_parts.js';
import {curveStyle, LossPanel, Range} from './loss_panel.js';
import {Plot} from './plot.js';
import {isEmpty} from './series.js';

const POINTS = 240;
const MOST_TASKS = 32;

// [title, [[metric, name of its line], ...], what it tells]
const CHARTS = [
  ['Gradient norm', [['gradient_norm', 'norm']], 'Of the estimated gradient.'],
  [
    'Gradient variance', [['gradient_variance', 'variance']],
    'Of the estimate, summed over its elements.'
  ],
  ['Update norm', [['update_norm', 'norm']], 'How far θ moved.'],
  ['θ norm', [['theta_norm', 'norm']], 'Of the optimizer that is trained.'],
  ['Learning rate', [['learning_rate', 'rate']], 'Of the outer optimizer.'],
  ['Diverged particles', [['diverged', 'particles']], 'Whose loss was no number, per outer step.'],
  ['Inner steps/s', [['inner_steps_per_second', 'inner steps/s']], 'Of all workers together.'],
  [
    'Seconds per outer step', [['seconds', 'all'], ['coordinator_seconds', 'coordinator']],
    'And the coordinator’s own part.'
  ],
  ['Workers', [['workers', 'workers']], 'That answered in the outer step.'],
  ['Spread of the loss', [['loss_spread', 'spread']], 'Standard deviation over particles.'],
  ['Age of answers', [['staleness', 'mean age']], 'In outer steps; 0 of a strict job.'],
];

export function curvesTab({name, query, signal}) {
  const range = new Range(() => refresh());
  const others = (query.get('with') ?? '').split(',').filter(Boolean);
  const go = (jobs) => location.hash = address(['job', name], {with: jobs.join(',')});
  const small = smallCharts(range, signal);
  const jobs = [name, ...others];
  const loss = new LossPanel({jobs, range, signal, metric: 'loss', onstyle: small.restyle});
  const ages = h('div');
  let detail = null;

  async function refresh(newest = detail) {
    detail = newest;
    if (!detail) return;
    small.setTasks(detail.tasks ?? []);
    await Promise.all([loss.refresh(), small.refresh(name), showAges(ages, name, signal)]);
  }

  loss.controls.append(
      jobChooser({
        label: 'Compare with',
        others: () => otherJobs([name, ...others]),
        onchoose: (other) => go([...others, other]),
      }),
      others.length ?
          h('button', {type: 'button', class: 'quiet', onclick: () => go([])}, 'This job alone') :
          '');
  return {element: h('div', {}, loss.element, small.element, ages), refresh};
}

function smallCharts(range, signal) {
  const onRange = (from, to) => range.set(from, to);
  const plots = CHARTS.map(([title, lines, hint]) => {
    const plot = new Plot({title, hint, signal, onRange});
    return {lines, plot, card: h('section', {'class': 'card', 'aria-label': title}, plot.element)};
  });
  const tasks = new Plot({
    title: 'Loss per task family',
    hint: 'Each by its own normaliser.',
    signal,
    onRange,
    large: true
  });
  const tasksCard =
      h('section', {class: 'card', hidden: true, 'aria-label': 'Loss per task family'},
        tasks.element);
  let names = [];
  let ofTasks = [];

  async function refresh(job) {
    const wanted = [
      ...CHARTS.flatMap(([, lines]) => lines.map(([metric]) => metric)),
      ...names.map((_, i) => `task:${i}`),
    ];
    const query = {from: range.from, to: range.to, points: POINTS};
    const {series} = await getSeries(job, wanted, query, signal);
    const line = (metric, name) => series[metric] ? [{name, ...series[metric]}] : [];
    ofTasks = names.flatMap((name, i) => line(`task:${i}`, name));
    await Promise.all(plots.map(({lines, plot, card}) => {
      const shown = lines.flatMap(([metric, name]) => line(metric, name));
      card.hidden = shown.every(isEmpty);
      return plot.show(shown);
    }));
    restyle();
  }

  function restyle() {
    if (ofTasks.length) tasks.show(ofTasks, curveStyle());
  }

  function setTasks(all) {
    names = all.length > 1 ? all.slice(0, MOST_TASKS).map(unlike) : [];
    tasksCard.hidden = names.length === 0;
  }

  const grid = h('div', {class: 'grid'}, plots.map(({card}) => card));
  return {element: h('div', {}, tasksCard, grid), refresh, restyle, setTasks};
}

// Tasks that are called alike are told apart by their place in the config.
function unlike(name, i, all) {
  return all.filter((other) => other === name).length > 1 ? `${name} (task ${i + 1})` : name;
}

async function showAges(place, job, signal) {
  const {ages} = await get(api('jobs', job, 'staleness'), {}, signal);
  if (!ages.length) return;
  place.bars ??= new Bars({title: 'Answers by age, of the newest outer steps', of: 'age', signal});
  if (!place.firstChild) place.append(h('section', {class: 'card'}, place.bars.element));
  await place.bars.show(ages);
}
