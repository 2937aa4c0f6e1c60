// A config, its faults where they are, and its submission.
import {api, get, post} from './api.js';
import {address, h, link, say, throttled} from './dom.js';
import {Editor} from './editor.js';
import {may} from './session.js';

const CHECK_MS = 600;

export function submitView({query, signal}) {
  const state = h('p', {class: 'muted', role: 'status'});
  const fault = h('p', {class: 'fault', role: 'alert'});
  const checkSoon = throttled(() => check(), CHECK_MS, signal);
  const editor = new Editor({label: 'Config of the job, YAML', oninput: changed});
  const priority =
      h('input',
        {type: 'number', name: 'priority', min: '-1000', max: '1000', step: '1', value: '0'});

  function changed() {
    fault.textContent = '';
    if (may('submit')) checkSoon();
  }

  async function check() {
    const text = editor.text;
    if (!text.trim()) {
      editor.mark([]);
      state.textContent = '';
      return;
    }
    try {
      const {faults, name} = await post(api('check'), text);
      if (text !== editor.text) return;
      editor.mark(faults);
      state.textContent = faults.length ?
          `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.` :
          `${name}: no faults.`;
    } catch (failure) {
      complain(failure);
    }
  }

  async function submit(event) {
    event.preventDefault();
    fault.textContent = '';
    try {
      const {job} = await post(`${api('jobs')}?priority=${Number(priority.value)}`, editor.text);
      say(`${job} is submitted.`);
      location.hash = address(['job', job]);
    } catch (failure) {
      complain(failure);
    }
  }

  function complain(failure) {
    if (failure.faults?.length) editor.mark(failure.faults);
    fault.textContent = failure.message;
  }

  async function refresh() {
    const from = query.get('from');
    if (!from || editor.text) return;
    editor.text = (await get(api('jobs', from, 'config'), {}, signal)).yaml;
    if (may('submit')) await check();
  }

  const file = h('input', {
    type: 'file',
    accept: '.yaml,.yml',
    onchange: async () => {
      editor.text = await file.files[0].text();
      if (may('submit')) await check();
    }
  });
  const form =
      h('form', {class: 'stack', onsubmit: submit},
        h('div', {class: 'controls'}, h('label', {}, 'From a file ', file)), editor.element, state,
        fault,
        h('div', {class: 'controls'}, h('label', {}, 'Priority ', priority),
          h('button', {type: 'button', onclick: check, disabled: !may('submit')}, 'Check'),
          h('button', {type: 'submit', class: 'primary', disabled: !may('submit')}, 'Submit')));
  const element =
      h('div', {}, h('h1', {}, 'Submit a job'),
        may('submit') ?
            null :
            h('p', {class: 'notice warn'}, link(['login'], {then: location.hash}, 'Log in'),
              ' with a token that may submit: without one nothing is checked or submitted.'),
        form);
  return {title: 'Submit', element, refresh};
}
