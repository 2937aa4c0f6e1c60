// All jobs: the queue, what is done and what is left; search, pages, and several to compare.
import {api, get} from './api.js';
import {address, h, throttled} from './dom.js';
import {compact, count, number} from './format.js';
import {endOf, jobLink, progressBar, stateBadge, STATES, stepsOf} from './job_parts.js';
import {live} from './live.js';
import {Table} from './table.js';

const PAGE = 50;
const GROUPS = {
  running: 'Running',
  paused: 'Paused',
  queued: 'Queued, in the order of their turns',
};
const chosen = new Set();  // to compare; kept while pages are turned

export function jobsView({query, signal}) {
  const wanted = {
    state: query.get('state') ?? '',
    q: query.get('q') ?? '',
    page: Number(query.get('page')) || 1
  };
  const compare = h('a', {class: 'button', href: '#/compare'});
  const tellChosen = () => {
    compare.textContent = `Compare (${chosen.size})`;
    compare.href = address(['compare'], {jobs: [...chosen].join(',')});
    compare.hidden = chosen.size < 2;
  };
  const table = new Table({
    caption: 'Jobs',
    key: (job) => job.job,
    columns: columns(tellChosen),
    group: (job) => GROUPS[job.state] ?? 'Ended',
  });
  const pages = h('nav', {'aria-label': 'Pages', class: 'pages'});
  const nothing = h('div', {hidden: true});
  let jobs = [];

  async function refresh() {
    const {state, q, page} = wanted;
    const answer =
        await get(api('jobs'), {state, q, offset: (page - 1) * PAGE, limit: PAGE}, signal);
    jobs = answer.jobs;
    table.show(jobs);
    table.element.hidden = jobs.length === 0;
    nothing.hidden = jobs.length > 0;
    nothing.replaceChildren(
        state || q || page > 1 ? h('p', {}, 'No job is like that.') : emptyState());
    pages.replaceChildren(...pageLinks(wanted, answer.total, jobs.length));
  }

  const refreshSoon = throttled(() => refresh().catch(() => {}), 1000, signal);
  live.addEventListener('job', ({detail}) => {
    const i = jobs.findIndex((job) => job.job === detail.job);
    if (i < 0 || jobs[i].state !== detail.state || jobs[i].priority !== detail.priority) {
      refreshSoon();
      return;
    }
    jobs[i] = detail;
    table.show(jobs);
  }, {signal});
  live.addEventListener('gone', refreshSoon, {signal});

  tellChosen();
  const element =
      h('div', {}, h('div', {class: 'title'}, h('h1', {}, 'Jobs'), compare), filters(wanted),
        table.element, nothing, pages);
  return {title: 'Jobs', element, refresh};
}

function columns(tellChosen) {
  return [
    {title: 'Job', text: (job) => `${job.job}|${job.warning}`, node: nameCell, wide: true},
    {title: 'Compare', text: (job) => job.job, node: (job) => choice(job.job, tellChosen)},
    {title: 'State', text: (job) => job.state, node: (job) => stateBadge(job.state)},
    {
      title: 'Progress',
      text: stepsOf,
      node: (job) => progressBar(`Outer steps of ${job.job}`, job.step, job.steps)
    },
    {title: 'Outer steps', text: stepsOf, number: true},
    {title: 'Loss', text: (job) => number(job.recent_loss ?? job.loss), number: true},
    {
      title: 'Inner steps/s',
      text: (job) => job.inner_steps_per_second ? compact(job.inner_steps_per_second) : '–',
      number: true
    },
    {title: 'Time left, or end', text: endOf},
    {title: 'Priority', text: (job) => String(job.priority ?? 0), number: true},
    {title: 'By', text: (job) => job.submitter || '–'},
  ];
}

function nameCell(job) {
  if (!job.warning) return jobLink(job.job);
  return h(
      'span', {}, jobLink(job.job), ' ',
      h('span', {class: 'warned', title: job.warning}, 'warning'));
}

function choice(name, tellChosen) {
  const change = ({target}) => {
    target.checked ? chosen.add(name) : chosen.delete(name);
    tellChosen();
  };
  return h('input', {
    type: 'checkbox',
    'aria-label': `Compare ${name}`,
    checked: chosen.has(name),
    onchange: change
  });
}

function filters(wanted) {
  const go = (event) => {
    event.preventDefault();
    const {state, q} = Object.fromEntries(new FormData(form));
    location.hash = address([], {state, q});
  };
  const option = (value, text) => h('option', {value, selected: wanted.state === value}, text);
  const form =
      h('form', {class: 'inline', role: 'search', onsubmit: go},
        h('label', {}, 'State ',
          h('select', {name: 'state', onchange: () => form.requestSubmit()}, option('', 'all'),
            STATES.map((state) => option(state, state)))),
        h('label', {}, 'Name ',
          h('input', {type: 'search', name: 'q', value: wanted.q, spellcheck: 'false'})),
        h('button', {type: 'submit'}, 'Search'));
  return form;
}

function pageLinks({state, q, page}, total, shown) {
  const to = (n, text) =>
      h('a', {class: 'button', href: address([], {state, q, page: n > 1 ? n : ''})}, text);
  const first = (page - 1) * PAGE + 1;
  return [
    h('span', {}, shown ? `${count(first)}–${count(first + shown - 1)} of ${count(total)}` : ''),
    page > 1 && to(page - 1, 'Previous'),
    page * PAGE < total && to(page + 1, 'Next'),
  ].filter(Boolean);
}

function emptyState() {
  return h(
      'div', {class: 'empty'}, h('h2', {}, 'No jobs yet'),
      h('p', {}, 'Submit a config here, under ', h('a', {href: '#/submit'}, 'Submit'),
        ', or from a shell:'),
      h('pre', {tabindex: '0'},
        h('code', {}, 'paceline submit configs/quickstart.yaml\npaceline watch quickstart')),
      h('p', {}, 'Work is done by workers; start some where there are processors or GPUs:'),
      h('pre', {tabindex: '0'}, h('code', {}, 'paceline-worker --coordinator HOST:PORT')));
}
