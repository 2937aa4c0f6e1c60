// What happened in the job that a person would want to know, the newest first.
import {api, get} from './api.js';
import {h} from './dom.js';
import {time} from './format.js';
import {Table} from './table.js';

const LIMIT = 1000;

export function eventsTab({name, signal}) {
  const table = new Table({
    caption: 'Events',
    key: (event) => String(event.id),
    columns: [
      {title: 'When', text: (event) => time(event.unix_ms)},
      {title: 'Event', text: (event) => event.text, wide: true}
    ],
  });
  const nothing = h('p', {hidden: true}, 'Nothing happened yet.');
  const events = [];
  async function refresh() {
    let some;
    do {
      const after = events.at(-1)?.id ?? 0;
      some = (await get(api('jobs', name, 'events'), {after, limit: LIMIT}, signal)).events;
      events.push(...some);
    } while (some.length === LIMIT);
    table.show(events.toReversed());
    table.element.hidden = events.length === 0;
    nothing.hidden = events.length > 0;
  }
  return {element: h('div', {}, table.element, nothing), refresh};
}
