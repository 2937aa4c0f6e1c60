// Several jobs on one chart.
import {api, get} from './api.js';
import {address, h, throttled} from './dom.js';
import {number} from './format.js';
import {endOf, jobChooser, jobLink, progressBar, stateBadge, stepsOf} from './job_parts.js';
import {live} from './live.js';
import {LossPanel, Range} from './loss_panel.js';
import {Table} from './table.js';

const REFRESH_MS = 3000;

export function compareView({query, signal}) {
  const names = (query.get('jobs') ?? '').split(',').filter(Boolean);
  const go = (jobs) => location.hash = address(['compare'], {jobs: jobs.join(',')});
  const refreshSoon = throttled(() => refresh().catch(() => {}), REFRESH_MS, signal);
  const panel = new LossPanel({jobs: names, range: new Range(() => refresh()), signal});
  const without = (name) =>
      h('button', {
        type: 'button',
        class: 'quiet',
        onclick: () => go(names.filter((other) => other !== name)),
      },
        `Leave out ${name}`);
  const table =
      new Table({caption: 'The jobs compared', key: (job) => job.job, columns: columns(without)});

  async function refresh() {
    const details = await Promise.all(names.map((name) => get(api('jobs', name), {}, signal)));
    table.show(details.map((detail) => detail.summary));
    await panel.refresh();
  }

  live.addEventListener('job', ({detail}) => names.includes(detail.job) && refreshSoon(), {signal});
  const chooser = jobChooser({
    label: 'Another job',
    others: () => otherJobs(names),
    onchoose: (name) => go([...names, name]),
  });
  const element =
      h('div', {}, h('h1', {}, 'Compare'), chooser,
        names.length ? [panel.element, table.element] :
                       h('p', {}, 'Choose a job here, or several in the list of jobs.'));
  return {title: 'Compare', element, refresh};
}

function columns(without) {
  return [
    {title: 'Job', text: (job) => job.job, node: (job) => jobLink(job.job), wide: true},
    {title: 'State', text: (job) => job.state, node: (job) => stateBadge(job.state)},
    {
      title: 'Progress',
      text: stepsOf,
      node: (job) => progressBar(`Outer steps of ${job.job}`, job.step, job.steps)
    },
    {title: 'Outer steps', text: stepsOf, number: true},
    {title: 'Loss', text: (job) => number(job.recent_loss ?? job.loss), number: true},
    {title: 'Held-out progress', text: (job) => number(job.progress_of_best), number: true},
    {title: 'Time left, or end', text: endOf},
    {title: 'Leave out', text: (job) => job.job, node: (job) => without(job.job)},
  ];
}

export async function otherJobs(names) {
  const {jobs} = await get(api('jobs'), {limit: 200});
  return jobs.map((job) => job.job).filter((name) => !names.includes(name));
}
