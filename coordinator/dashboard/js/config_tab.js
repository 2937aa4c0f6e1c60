// The config as it was submitted, and how it differs from another job's.
import {api, get} from './api.js';
import {otherJobs} from './compare_view.js';
import {address, h, link, say} from './dom.js';
import {jobChooser} from './job_parts.js';

const KINDS = {
  '+': 'added',
  '-': 'removed',
  ' ': 'same'
};

export function configTab({name, query, signal}) {
  const other = query.get('with');
  const text = h('pre', {tabindex: '0', class: 'code', 'aria-label': 'Config as submitted'});
  const diff = h('div');
  const copy = async () => {
    await navigator.clipboard.writeText(text.textContent);
    say('The config is copied.');
  };
  const chooser = jobChooser({
    label: 'Differences to',
    others: () => otherJobs([name]),
    onchoose: (chosen) => location.hash = address(['job', name, 'config'], {with: chosen}),
  });

  // It does not change.
  let isThere = false;
  async function refresh() {
    if (isThere) return;
    const {yaml} = await get(api('jobs', name, 'config'), {}, signal);
    text.textContent = yaml;
    if (other) {
      const {lines} = await get(api('jobs', name, 'diff'), {with: other}, signal);
      diff.replaceChildren(h('h2', {}, `From ${other} to ${name}`), linesOf(lines));
    }
    isThere = true;
  }
  const element =
      h('div', {},
        h('div', {class: 'controls'}, chooser,
          link(['submit'], {from: name}, 'Submit it again, with changes'),
          navigator.clipboard && h('button', {type: 'button', onclick: copy}, 'Copy')),
        diff, h('h2', {}, 'As submitted'), text);
  return {element, refresh};
}

function linesOf(lines) {
  if (!lines.some(({kind}) => kind !== ' ')) return h('p', {}, 'They are the same.');
  const one = ({kind, text}) =>
      h('span', {class: `line ${KINDS[kind] ?? 'same'}`}, `${kind} ${text}\n`);
  return h('pre', {tabindex: '0', class: 'code', 'aria-label': 'Differences'}, lines.map(one));
}
