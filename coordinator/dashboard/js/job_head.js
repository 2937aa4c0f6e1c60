// What a job is and how far, above all of its tabs. What the keyboard may stand on is not drawn
// anew while it stays the same.
import {h, terms} from './dom.js';
import {compact, count, number, percent, time} from './format.js';
import {actionsOf} from './job_actions.js';
import {endOf, progressBar, stateBadge, stepsOf} from './job_parts.js';
import {identity} from './session.js';

export class JobHead {
  // `changed` is called after an action.
  constructor(name, changed) {
    this.name = name;
    this.changed = changed;
    this.title = h('div', {class: 'title'}, h('h1', {}, name));
    this.rest = h('div');
    this.more = h('div');
    const details = h('details', {}, h('summary', {}, 'More'), this.more);
    this.element = h('div', {}, this.title, this.rest, details);
  }

  show(detail) {
    const job = detail.summary;
    const drawn = JSON.stringify([job.state, job.priority, job.submitter, identity()]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      const badge = stateBadge(job.state);
      this.title.replaceChildren(h('h1', {}, job.job), badge, actionsOf(job, this.changed));
    }
    document.title = `${percent(job.step, job.steps)} ${job.job} · Paceline`;
    this.rest.replaceChildren(...restOf(detail));
    this.more.replaceChildren(terms(seldomWanted(detail), {class: 'facts wider'}));
  }

  showGone() {
    this.title.replaceChildren(h('h1', {}, this.name));
    this.rest.replaceChildren(h('p', {class: 'notice bad'}, 'This job was deleted.'));
  }
}

function restOf(detail) {
  const job = detail.summary;
  const tone = job.state === 'failed' ? 'notice bad' : 'notice';
  return [
    progressBar(`Outer steps of ${job.job}`, job.step, job.steps),
    job.warning && h('p', {class: 'notice warn'}, job.warning),
    job.message && h('p', {class: tone}, job.message),
    terms(facts(detail), {class: 'facts'}),
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

function seldomWanted(detail) {
  const code = (text) => text && h('code', {}, text);
  const refusal =
      ({refusal: name, count: n}) => [`Refused: ${name.replaceAll('_', ' ')}`, count(n)];
  return [
    ['Parameters of θ', count(detail.parameters)],
    ...(detail.refusals ?? []).map(refusal),
    ['θ', code(detail.theta_hash)],
    ['Fingerprint', code(detail.fingerprint)],
    ['Folder', code(detail.folder)],
  ];
}
