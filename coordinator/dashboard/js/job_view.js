// One job: what it is and how far, its actions, and the tab that the address names.
import {api, get} from './api.js';
import {configTab} from './config_tab.js';
import {curvesTab} from './curves_tab.js';
import {address, h, link, terms, throttled} from './dom.js';
import {eventsTab} from './events_tab.js';
import {compact, count, number, time} from './format.js';
import {heldOutTab} from './held_out_tab.js';
import {actionsOf} from './job_actions.js';
import {endOf, progressBar, stateBadge, stepsOf} from './job_parts.js';
import {live} from './live.js';

const REFRESH_MS = 4000;
const TABS = {
  '': ['Curves', curvesTab],
  'held-out': ['Held out', heldOutTab],
  config: ['Config', configTab],
  events: ['Events', eventsTab]
};

export function jobView({names: [name, tabName = ''], query, signal}) {
  const [title, makeTab] = TABS[tabName];
  const head = h('div');
  const tab = makeTab({name, query, signal});
  let detail = null;

  function draw() {
    head.replaceChildren(...headOf(detail, () => refresh()));
  }

  async function refresh() {
    detail = await get(api('jobs', name), {}, signal);
    draw();
    await tab.refresh(detail);
  }

  const refreshSoon = throttled(() => refresh().catch(() => {}), REFRESH_MS, signal);
  live.addEventListener('job', ({detail: summary}) => {
    if (summary.job !== name || !detail) return;
    detail.summary = summary;
    if (!head.contains(document.activeElement)) draw();
    refreshSoon();
  }, {signal});
  live.addEventListener('gone', ({detail: {job}}) => {
    if (job === name)
      head.replaceChildren(
          h('h1', {}, name), h('p', {class: 'notice bad'}, 'This job was deleted.'));
  }, {signal});

  head.append(h('h1', {}, name));
  const element =
      h('div', {}, link([], {}, 'All jobs'), head, tabsOf(name, tabName),
        h('section', {'aria-label': title}, tab.element));
  return {title: name, element, refresh};
}

function tabsOf(name, current) {
  const one = ([tab, [title]]) =>
      h('a', {
        'href': address(tab ? ['job', name, tab] : ['job', name]),
        'aria-current': tab === current ? 'page' : null,
      },
        title);
  return h('nav', {class: 'tabs', 'aria-label': 'Of this job'}, Object.entries(TABS).map(one));
}

function headOf(detail, changed) {
  const job = detail.summary;
  return [
    h('div', {class: 'title'}, h('h1', {}, job.job), stateBadge(job.state),
      actionsOf(job, changed)),
    progressBar(`Outer steps of ${job.job}`, job.step, job.steps),
    job.warning && h('p', {class: 'notice warn'}, job.warning),
    job.message && h('p', {class: job.state === 'failed' ? 'notice bad' : 'notice'}, job.message),
    terms(facts(detail), {class: 'facts'}),
    more(detail),
  ].filter(Boolean);
}

function facts(detail) {
  const job = detail.summary;
  return [
    ['Outer steps', stepsOf(job)],
    ['Time left, or end', endOf(job)],
    ['Loss, recent mean', number(job.recent_loss ?? job.loss)],
    ['Inner steps/s', job.inner_steps_per_second ? compact(job.inner_steps_per_second) : null],
    ['Held-out progress, best', job.progress_of_best == null ? null : number(job.progress_of_best)],
    ['Inner steps', compact(detail.inner_steps)],
    ['Diverged particles', count(detail.diverged)],
    ['Audits', count(detail.audits)],
    ['Refused answers', count(refusedOf(detail))],
    [
      'Mismatches',
      detail.audit_mismatches ? h('strong', {class: 'warned'}, count(detail.audit_mismatches)) : '0'
    ],
    ['Priority', job.priority ? String(job.priority) : null],
    ['By', job.submitter],
    ['Submitted', time(job.submitted_ms)],
    ['Started', job.started_ms ? time(job.started_ms) : null],
  ];
}

function refusedOf(detail) {
  return (detail.refusals ?? []).reduce((sum, {count: n}) => sum + n, 0);
}

// What is seldom wanted. It stays open when the rest is drawn anew.
let moreOpen = false;
function more(detail) {
  const code = (text) => text && h('code', {}, text);
  const refusals =
      (detail.refusals ??
       []).map(({refusal, count: n}) => [`Refused: ${refusal.replaceAll('_', ' ')}`, count(n)]);
  return h(
      'details', {open: moreOpen, ontoggle: ({target}) => moreOpen = target.open},
      h('summary', {}, 'More'),
      terms(
          [
            ['Parameters of θ', count(detail.parameters)],
            ...refusals,
            ['θ', code(detail.theta_hash)],
            ['Fingerprint', code(detail.fingerprint)],
            ['Folder', code(detail.folder)],
          ],
          {class: 'facts wider'}));
}
