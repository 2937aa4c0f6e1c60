// What stands around every view: cluster, connection, theme, identity, notices.
import {h, terms} from './dom.js';
import {bytes, compact, count, time} from './format.js';
import {live} from './live.js';
import {identity, logout, mayLook, version} from './session.js';
import {keepSetting, setting} from './settings.js';

const THEMES = ['auto', 'light', 'dark'];
const STATES = {
  connecting: 'connecting',
  live: 'live',
  lost: 'lost, trying again',
  off: 'off'
};
const at = (id) => document.getElementById(id);
const notices = new Map();

// One notice of each name; null takes it away.
export function notice(name, element) {
  notices.get(name)?.remove();
  notices.delete(name);
  if (!element) return;
  notices.set(name, element);
  at('notices').append(element);
}

// Marks the link of the main navigation that leads here.
export function showWhereabouts() {
  const path = location.hash.split('?')[0] || '#/';
  for (const anchor of document.querySelectorAll('nav[aria-label=Main] a')) {
    const target = anchor.getAttribute('href');
    const here = target === '#/' ? path === '#/' || /^#\/(job|compare)/.test(path) :
                                   path.startsWith(target.replace(/s$/, ''));
    here ? anchor.setAttribute('aria-current', 'page') : anchor.removeAttribute('aria-current');
  }
}

export function drawFrame() {
  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    at('main').focus();
  });
  at('theme').addEventListener('click', () => {
    turnTheme(THEMES[(THEMES.indexOf(setting('theme', 'auto')) + 1) % THEMES.length]);
  });
  turnTheme(setting('theme', 'auto'));
  live.addEventListener('state', drawConnection);
  live.addEventListener('hello', ({detail}) => checkVersion(detail.version));
  live.addEventListener('cluster', () => drawCluster(live.cluster));
  live.addEventListener('workers', ({detail}) => {
    if (live.cluster) drawCluster(Object.assign(live.cluster, detail));
  });
  live.addEventListener('job', () => lookSoon());
  document.addEventListener('session', drawIdentity);
}

function turnTheme(theme) {
  keepSetting('theme', theme);
  document.documentElement.dataset.theme = theme;
  at('theme').textContent = `Theme: ${theme}`;
  document.dispatchEvent(new CustomEvent('theme'));
}

function drawConnection() {
  at('connection').textContent = STATES[live.state];
  at('connection').dataset.state = live.state;
  document.body.classList.toggle('stale', live.state === 'lost');
  notice(
      'lost',
      live.state !== 'lost' ?
          null :
          h('p', {class: 'notice bad'}, 'The connection to the coordinator is lost, trying again. ',
            `What you see is of ${time(live.lostSince)}.`));
}

// A page of an older coordinator may not understand a newer one.
function checkVersion(now) {
  const old = version() && now !== version();
  const reload =
      h('button', {type: 'button', onclick: () => location.reload()}, 'Load the page anew');
  notice(
      'version',
      !old ? null :
             h('p', {class: 'notice warn'}, `The coordinator is now of version ${now}. `, reload));
}

// Jobs may have changed their states: the counts are fetched, at most once in a while.
let looking = null;
function lookSoon() {
  looking ??= setTimeout(async () => {
    looking = null;
    await live.look();
  }, 3000);
}

function drawCluster(cluster) {
  const jobs = cluster.jobs ?? {};
  at('cluster').replaceChildren(...terms([
                                  ['Running', count(jobs.running ?? 0)],
                                  ['Queued', count(jobs.queued ?? 0)],
                                  ['Workers', count(cluster.workers)],
                                  ['Inner steps/s', compact(cluster.inner_steps_per_second)],
                                  ['Disk free', bytes(cluster.disk_free_bytes)],
                                  ['Up since', time(cluster.started_ms)],
                                  ['Version', cluster.version],
                                ]).children);
  notice(
      'health',
      cluster.healthy !== false ?
          null :
          h('div', {class: 'notice warn'}, h('p', {}, 'The coordinator is not well:'),
            h('ul', {}, (cluster.reasons ?? []).map((reason) => h('li', {}, reason)))));
}

function drawIdentity() {
  const who = identity();
  at('cluster').hidden = !mayLook();
  if (!who) {
    at('identity').replaceChildren(h('a', {href: '#/login'}, 'Log in'));
    return;
  }
  const leave = async () => {
    await logout();
    document.dispatchEvent(new CustomEvent('logged'));
  };
  at('identity')
      .replaceChildren(
          h('a', {href: '#/login', title: 'What you may do'}, `${who.name} (${who.role})`), ' ',
          h('button', {type: 'button', class: 'quiet', onclick: leave}, 'Log out'));
}
