// The page's frame: what its address shows, who is logged in, and whether what is shown is still
// true.
import {ApiError} from './js/api.js';
import {compareView} from './js/compare_view.js';
import {h, say} from './js/dom.js';
import {evaluationsView, evaluationView} from './js/evaluation_views.js';
import {drawFrame, notice, showWhereabouts} from './js/frame.js';
import {jobView} from './js/job_view.js';
import {jobsView} from './js/jobs_view.js';
import {live} from './js/live.js';
import {loginView} from './js/login_view.js';
import {loadSession, mayLook} from './js/session.js';
import {submitView} from './js/submit_view.js';
import {workersView} from './js/workers_view.js';

// A view is made of {names, query, signal}: the names in its path, its query, and an AbortSignal
// that ends with it. It is {title, element, refresh}; refresh() fetches everything anew.
const ROUTES = [
  [/^\/?$/, jobsView],
  [/^\/job\/([^/]+)$/, jobView],
  [/^\/job\/([^/]+)\/(held-out|config|events)$/, jobView],
  [/^\/compare$/, compareView],
  [/^\/workers$/, workersView],
  [/^\/evaluations$/, evaluationsView],
  [/^\/evaluation\/([^/]+)$/, evaluationView],
  [/^\/submit$/, submitView],
  [/^\/login$/, loginView],
];

const AGAIN_MS = 2000;

const main = document.getElementById('main');
let current = null;
let leaving = new AbortController();

function routeOf(hash) {
  const [path, query] = hash.replace(/^#/, '').split('?');
  for (const [pattern, view] of ROUTES) {
    const found = pattern.exec(path);
    if (found) return {view, names: found.slice(1).map(decode), query: new URLSearchParams(query)};
  }
  return {view: noView, names: [], query: new URLSearchParams()};
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function noView() {
  const element =
      h('div', {}, h('h1', {}, 'There is no such page'), h('a', {href: '#/'}, 'All jobs'));
  return {title: 'No such page', element, refresh: async () => {}};
}

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const first = current === null;
  const route = routeOf(location.hash);
  const view = mayLook() || route.view === loginView ? route.view : loginView;
  current = view({...route, signal: leaving.signal});
  document.title = `${current.title} · Paceline`;
  main.replaceChildren(current.element);
  showWhereabouts();
  scrollTo(0, 0);
  if (!first) main.focus({preventScroll: true});
  await refresh();
}

async function refresh() {
  const view = current;
  main.setAttribute('aria-busy', 'true');
  try {
    await view.refresh();
    if (view === current) notice('refresh', null);
  } catch (failure) {
    if (failure.name !== 'AbortError' && view === current) await explain(failure);
    if (failure.status >= 500) setTimeout(() => view === current && refresh(), AGAIN_MS);
  }
  main.removeAttribute('aria-busy');
}

async function explain(failure) {
  if (!(failure instanceof ApiError)) throw failure;
  if (failure.status === 401) return begin();
  notice(
      'refresh',
      h('p', {class: 'notice bad', role: 'alert'}, failure.message, ' ',
        h('button', {type: 'button', onclick: refresh}, 'Try again')));
}

// Also when a session has ended or begun.
async function begin() {
  try {
    await loadSession();
    notice('refresh', null);
  } catch (failure) {
    setTimeout(begin, AGAIN_MS);
    return explain(failure);
  }
  mayLook() ? live.start() : live.stop();
  await show();
}

// A coordinator that was restarted has forgotten its sessions.
async function comeBack() {
  try {
    await loadSession();
  } catch {
    if (live.state === 'live') setTimeout(comeBack, AGAIN_MS);
    return;
  }
  say('The connection is back.');
  await (mayLook() ? refresh() : show());
}

live.addEventListener('back', comeBack);
// Of what a person started within a view: another range, another metric.
addEventListener('unhandledrejection', (event) => {
  const isOver = event.reason?.name === 'AbortError';
  if (!isOver && !(event.reason instanceof ApiError)) return;
  event.preventDefault();
  if (!isOver) explain(event.reason);
});
live.addEventListener('unauthenticated', begin);
addEventListener('hashchange', show);
document.addEventListener('logged', begin);

drawFrame();
begin();
