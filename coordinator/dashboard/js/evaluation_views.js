// Evaluations on the cluster: all of them, and one.
import {api, get} from './api.js';
import {h, link, terms, throttled} from './dom.js';
import {count, duration, number, ordinal, time} from './format.js';
import {jobLink, progressBar, stateBadge} from './job_parts.js';
import {live} from './live.js';
import {Table} from './table.js';

const AT_WORK = ['queued', 'running'];

const COLUMNS = [
  {
    title: 'Evaluation',
    text: (e) => e.evaluation,
    node: (e) => link(['evaluation', e.evaluation], {}, e.evaluation),
    wide: true
  },
  {title: 'State', text: (e) => e.state, node: (e) => stateBadge(e.state)},
  {
    title: 'Progress',
    text: units,
    node: (e) => progressBar(`Units of ${e.evaluation}`, e.units_done, e.units_known)
  },
  {title: 'Units', text: units, number: true},
  {title: 'Time left, or end', text: ends},
  {title: 'Of job', text: (e) => e.job || '–', node: (e) => e.job ? jobLink(e.job) : '–'},
  {title: 'At step', text: (e) => e.job ? count(e.job_step) : '–', number: true},
  {title: 'By', text: (e) => e.submitter || '–'},
];

const CONTESTANTS = [
  {title: 'Optimizer', text: (one) => one.title, node: contestant, wide: true},
  {title: 'Place', text: (one) => ordinal(one.place), sort: (one) => one.place, number: true},
  {
    title: 'Mean rank',
    text: (one) => number(one.mean_rank),
    sort: (one) => one.mean_rank,
    number: true
  },
  {title: 'Best on', text: (one) => count(one.best_on), sort: (one) => one.best_on, number: true},
  {title: 'Cases', text: (one) => count(one.cases), number: true},
  {title: 'Trainings', text: (one) => count(one.runs), number: true},
];
const CASES = [
  {title: 'Task', text: (one) => one.title, sort: (one) => one.title, wide: true},
  {title: 'Inner steps', text: (one) => count(one.steps), sort: (one) => one.steps, number: true},
  {title: 'Key', text: (one) => one.key, sort: (one) => one.key},
];

export function evaluationsView({signal}) {
  const table = new Table({caption: 'Evaluations', key: (e) => e.evaluation, columns: COLUMNS});
  const nothing = h(
      'div', {class: 'empty', hidden: true}, h('h2', {}, 'No evaluations yet'),
      h('p', {},
        'They measure trained optimizers beside tuned hand-designed ones, on this cluster’s workers:'),
      h('pre', {tabindex: '0'},
        h('code', {},
          'paceline evaluate configs/suites/suite-quick.yaml --coordinator HOST:PORT')));
  async function refresh() {
    const {evaluations} = await get(api('evaluations'), {}, signal);
    table.show(evaluations);
    table.element.hidden = evaluations.length === 0;
    nothing.hidden = evaluations.length > 0;
  }
  live.addEventListener(
      'evaluation', throttled(() => refresh().catch(() => {}), 2000, signal), {signal});
  return {
    title: 'Evaluations',
    element: h('div', {}, h('h1', {}, 'Evaluations'), table.element, nothing),
    refresh
  };
}

export function evaluationView({names: [name], signal}) {
  const facts = h('div', {class: 'card'});
  const parts = h('div');
  async function refresh() {
    const found = await get(api('evaluations', name), {}, signal);
    facts.replaceChildren(...describe(found));
    parts.replaceChildren(
        ...(found.contestants?.length ? resultOf(found) : []),
        found.events?.length ? eventsOf(found) : '');
  }
  const again = throttled(() => refresh().catch(() => {}), 2000, signal);
  live.addEventListener(
      'evaluation', ({detail}) => detail.evaluation === name && again(), {signal});
  const element =
      h('div', {}, link(['evaluations'], {}, 'All evaluations'), h('h1', {}, name), facts, parts);
  return {title: name, element, refresh};
}

function describe(found) {
  const report = found.state === 'succeeded' &&
      h('p', {},
        h('a', {
          class: 'button',
          href: api('evaluations', found.evaluation, 'report'),
          target: '_blank',
          rel: 'noopener'
        },
          'Report'));
  return [
    terms(
        [
          ['State', stateBadge(found.state)],
          ['Suite', found.suite],
          ['Progress', progressBar('Units', found.units_done, found.units_known)],
          ['Units', units(found)],
          ['Time left, or end', ends(found)],
          ['Of job', found.job ? jobLink(found.job) : null],
          ['At outer step', found.job ? count(found.job_step) : null],
          ['Submitted', time(found.submitted_ms)],
          ['By', found.submitter],
        ],
        {class: 'facts'}),
    found.message && h('p', {class: 'notice warn'}, found.message),
    report,
  ].filter(Boolean);
}

function contestant({title, learned}) {
  return learned ? h('strong', {}, title) : h('span', {}, title);
}

function resultOf(found) {
  const contestants = new Table({
    caption: 'Contestants',
    hiddenCaption: false,
    key: (one) => one.key,
    columns: CONTESTANTS,
  });
  contestants.show(found.contestants.toSorted((a, b) => a.place - b.place));
  const cases =
      new Table({caption: 'Cases', hiddenCaption: false, key: (one) => one.key, columns: CASES});
  cases.show(found.cases);
  return [contestants.element, cases.element];
}

function eventsOf(found) {
  return h(
      'section', {}, h('h2', {}, 'Events'),
      h('ul', {}, found.events.map((text) => h('li', {}, text))));
}

function units(e) {
  return `${count(e.units_done)} / ${count(e.units_known)}`;
}

function ends(e) {
  if (e.ended_ms) return time(e.ended_ms);
  return AT_WORK.includes(e.state) && e.seconds_left != null ? `${duration(e.seconds_left)} left` :
                                                               '–';
}
