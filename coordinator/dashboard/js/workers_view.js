// Who computes.
import {api, get} from './api.js';
import {h, throttled} from './dom.js';
import {bytes, compact, count, duration} from './format.js';
import {live} from './live.js';
import {Table} from './table.js';

const LIMIT = 1000;
const SILENT_SECONDS = 15;
const REFRESH_MS = 4000;

const COLUMNS = [
  {title: 'Worker', text: (w) => w.name, sort: (w) => w.name, wide: true},
  {title: 'Device', text: (w) => w.device || 'cpu', sort: (w) => w.device},
  {title: 'Threads', text: (w) => count(w.threads), sort: (w) => w.threads, number: true},
  {title: 'Blocks', text: (w) => count(w.blocks), sort: (w) => w.blocks, number: true},
  {title: 'Units', text: (w) => count(w.units), sort: (w) => w.units, number: true},
  {
    title: 'Inner steps/s',
    text: (w) => compact(w.inner_steps_per_second),
    sort: (w) => w.inner_steps_per_second,
    number: true
  },
  {title: 'Memory', text: memory, sort: (w) => w.resident_bytes, number: true},
  {title: 'Answers', text: (w) => count(w.answers), sort: (w) => w.answers, number: true},
  {title: 'Heard', text: heard, node: heardNode, sort: (w) => w.seconds_since_heard, number: true},
  {
    title: 'Version',
    text: (w) =>
        w.version ? `${w.version.replace(/^paceline-worker /, '')}, protocol ${w.protocol}` : '–',
    sort: (w) => w.version
  },
  {title: 'Identity', text: (w) => w.identity || '–', sort: (w) => w.identity},
  {title: 'Address', text: addressOf, sort: addressOf},
  {title: 'Engines', text: (w) => (w.engines ?? []).join(', ') || '–'},
];

export function workersView({signal}) {
  const table = new Table({caption: 'Workers', key: (w) => String(w.id), columns: COLUMNS});
  const filter = h('input', {type: 'search', spellcheck: 'false', oninput: () => show()});
  const told = h('p', {class: 'muted'});
  let workers = [];
  let total = 0;

  function show() {
    const words = filter.value.toLowerCase();
    const wanted = workers.filter(
        (w) => [w.name, w.device, w.identity, w.peer, w.version].join(' ').toLowerCase().includes(
            words));
    table.show(wanted);
    table.element.hidden = wanted.length === 0;
    const speed = wanted.reduce((sum, w) => sum + w.inner_steps_per_second, 0);
    const silent = wanted.filter((w) => w.seconds_since_heard > SILENT_SECONDS).length;
    told.textContent = [
      `${count(wanted.length)} ${wanted.length === 1 ? 'worker' : 'workers'}`,
      `${compact(speed)} inner steps/s`,
      silent && `${silent} not heard for ${SILENT_SECONDS} s`,
      total > workers.length && `the first ${count(workers.length)} of ${count(total)}`,
    ].filter(Boolean).join(', ');
    nothing.hidden = workers.length > 0;
  }

  async function refresh() {
    ({workers, total} = await get(api('workers'), {limit: LIMIT}, signal));
    show();
  }

  const nothing =
      h('div', {class: 'empty', hidden: true}, h('h2', {}, 'No workers'),
        h('p', {},
          'Start them wherever there are processors or GPUs; they may come and go at any time:'),
        h('pre', {tabindex: '0'}, h('code', {}, 'paceline-worker --coordinator HOST:PORT')));
  const refreshSoon = throttled(() => refresh().catch(() => {}), REFRESH_MS, signal);
  live.addEventListener('workers', refreshSoon, {signal});
  live.addEventListener('cluster', refreshSoon, {signal});
  const element =
      h('div', {}, h('h1', {}, 'Workers'),
        h('form', {class: 'inline', role: 'search', onsubmit: (event) => event.preventDefault()},
          h('label', {}, 'Find ', filter), told),
        table.element, nothing);
  return {title: 'Workers', element, refresh};
}

// "ipv4:10.0.0.1:41001" in gRPC's words.
function addressOf(worker) {
  return worker.peer.replace(/^ipv[46]:/, '');
}

function memory(worker) {
  return worker.memory_bytes ? `${bytes(worker.resident_bytes)} of ${bytes(worker.memory_bytes)}` :
                               bytes(worker.resident_bytes);
}

function heard(worker) {
  const seconds = worker.seconds_since_heard;
  return seconds < 2 ? 'now' : `${duration(Math.round(seconds))} ago`;
}

function heardNode(worker) {
  const silent = worker.seconds_since_heard > SILENT_SECONDS;
  return h('span', silent ? {class: 'warned'} : {}, heard(worker));
}
