// One job: what it is and how far, its actions, and the tab that the address names.
import {api, get} from './api.js';
import {configTab} from './config_tab.js';
import {curvesTab} from './curves_tab.js';
import {address, h, link, throttled} from './dom.js';
import {eventsTab} from './events_tab.js';
import {heldOutTab} from './held_out_tab.js';
import {JobHead} from './job_head.js';
import {live} from './live.js';

const REFRESH_MS = 4000;
const TABS = {
  '': ['Curves', curvesTab],
  'held-out': ['Held out', heldOutTab],
  config: ['Config', configTab],
  events: ['Events', eventsTab]
};

export function jobView({names: [name, tabName = ''], query, signal}) {
  const [title, makeTab] = TABS[tabName];
  const head = new JobHead(name, () => refresh());
  const tab = makeTab({name, query, signal});
  let detail = null;

  async function refresh() {
    detail = await get(api('jobs', name), {}, signal);
    head.show(detail);
    await tab.refresh(detail);
  }

  const refreshSoon = throttled(() => refresh().catch(() => {}), REFRESH_MS, signal);
  live.addEventListener('job', ({detail: summary}) => {
    if (summary.job !== name || !detail) return;
    detail.summary = summary;
    head.show(detail);
    refreshSoon();
  }, {signal});
  live.addEventListener('gone', ({detail: {job}}) => {
    if (job === name) head.showGone();
  }, {signal});

  const element =
      h('div', {}, link([], {}, 'All jobs'), head.element, tabsOf(name, tabName),
        h('section', {'aria-label': title}, tab.element));
  return {title: name, element, refresh};
}

function tabsOf(name, current) {
  const one = ([tab, [title]]) =>
      h('a', {
        'href': address(tab ? ['job', name, tab] : ['job', name]),
        'aria-current': tab === current ? 'page' : null,
      },
        title);
  return h('nav', {class: 'tabs', 'aria-label': 'Of this job'}, Object.entries(TABS).map(one));
}
