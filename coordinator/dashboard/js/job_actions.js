// What may be done to a job by who is logged in. Every action is asked for twice.
import {api, post} from './api.js';
import {ask} from './dialog.js';
import {address, h, say} from './dom.js';
import {identity, mayRule} from './session.js';

const LIVING = ['running', 'paused', 'queued'];
const ACTIONS = [
  {
    verb: 'Pause',
    path: 'pause',
    done: 'paused',
    suits: (job) => ['running', 'queued'].includes(job.state),
    text: 'It keeps its θ and its place; workers finish their windows.',
  },
  {
    verb: 'Resume',
    path: 'resume',
    done: 'resumed',
    suits: (job) => job.state === 'paused',
    text: 'It goes on where it was.',
  },
  {
    verb: 'Cancel',
    path: 'cancel',
    done: 'cancelled',
    danger: true,
    suits: (job) => LIVING.includes(job.state),
    text: 'It ends for good. What it has learned so far can still be exported.',
  },
  {
    verb: 'Delete',
    path: 'delete',
    done: 'deleted',
    danger: true,
    suits: (job) => !LIVING.includes(job.state),
    typed: true,
    text: 'Its θ, curves, events, logs and checkpoints are gone for good.',
  },
];

// `changed` is called after every change. Without an identity: how to get one.
export function actionsOf(job, changed) {
  if (!identity()) {
    const then = location.hash;
    return h(
        'span', {class: 'actions muted'}, h('a', {href: address(['login'], {then})}, 'Log in'),
        ' to pause, resume or cancel');
  }
  if (!mayRule(job))
    return h(
        'span', {class: 'actions muted'}, `${job.submitter || 'an administrator'} rules this job`);
  const buttons = ACTIONS.filter((action) => action.suits(job))
                      .map(
                          (action) =>
                              h('button', {
                                type: 'button',
                                class: action.danger ? 'danger' : null,
                                onclick: () => act(action, job, changed)
                              },
                                action.verb));
  const priority =
      h('button', {type: 'button', onclick: () => changePriority(job, changed)}, 'Priority');
  return h('span', {class: 'actions'}, buttons, LIVING.includes(job.state) ? priority : null);
}

async function act({verb, path, done, danger, typed, text}, job, changed) {
  const name = h('input', {name: 'name', autocomplete: 'off', spellcheck: 'false', required: true});
  const answer = await ask({
    title: `${verb} ${job.job}?`,
    text,
    verb,
    danger,
    fields: typed ? [h('label', {}, 'Type its name to be sure ', name)] : [],
    action: async (values) => {
      if (typed && values.name !== job.job) throw new Error(`That is not ${job.job}.`);
      await post(api('jobs', job.job, path));
    },
  });
  if (!answer) return;
  say(`${job.job} is ${done}.`);
  if (path === 'delete')
    location.hash = address([]);
  else
    changed();
}

async function changePriority(job, changed) {
  const input = h('input', {
    type: 'number',
    name: 'priority',
    min: '-1000',
    max: '1000',
    step: '1',
    value: String(job.priority ?? 0),
    required: true
  });
  const answer = await ask({
    title: `Priority of ${job.job}`,
    text: 'Queued jobs begin by priority, the highest first. A job at work is not interrupted.',
    fields: [h('label', {}, 'Priority, −1000 to 1000 ', input)],
    verb: 'Set it',
    action: ({priority}) => post(api('jobs', job.job, 'priority'), {priority: Number(priority)}),
  });
  if (!answer) return;
  say(`${job.job} has priority ${answer.priority}.`);
  changed();
}
