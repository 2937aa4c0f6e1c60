// How a job is shown, wherever it is.
import {h, link} from './dom.js';
import {count, duration, percent, time} from './format.js';

export const AT_WORK = ['running', 'paused', 'queued'];
export const STATES = [...AT_WORK, 'succeeded', 'failed', 'cancelled'];

export function stateBadge(state) {
  return h('span', {class: 'state', 'data-state': state}, state);
}

export function jobLink(name) {
  return link(['job', name], {}, name);
}

export function progressBar(label, done, whole) {
  return h(
      'span', {class: 'progress'},
      h('progress', {max: Math.max(1, whole), value: Math.min(done, whole), 'aria-label': label}),
      h('span', {}, percent(done, whole)));
}

export function stepsOf(job) {
  return `${count(job.step)} / ${count(job.steps)}`;
}

// Time left of what goes on, the end of what has ended.
export function endOf(job) {
  if (job.ended_ms) return time(job.ended_ms);
  return job.state === 'running' && job.seconds_left != null ?
      `${duration(job.seconds_left)} left` :
      '–';
}

// A choice among the names of other jobs, which are fetched when it is first used.
export function jobChooser({label, others, onchoose}) {
  const id = `names-${label.replace(/\W+/g, '-').toLowerCase()}`;
  const names = h('datalist', {id});
  const input = h(
      'input', {name: 'other', list: id, autocomplete: 'off', spellcheck: 'false', required: true});
  const fetchNames = async () => {
    if (names.children.length) return;
    names.replaceChildren(...(await others()).map((name) => h('option', {value: name})));
  };
  const choose = (event) => {
    event.preventDefault();
    onchoose(input.value.trim());
    input.value = '';
  };
  input.addEventListener('focus', () => fetchNames().catch(() => {}));
  return h(
      'form', {class: 'inline', onsubmit: choose}, h('label', {}, label, ' ', input), names,
      h('button', {type: 'submit'}, 'Show'));
}
