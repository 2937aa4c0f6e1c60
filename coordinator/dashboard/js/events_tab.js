// What happened in the job that a person would want to know, the newest first.
import {api, get} from './api.js';
import {h} from './dom.js';
import {time} from './format.js';
import {Table} from './table.js';

const LIMIT = 1000;

export function eventsTab({name, signal}) {
  const table = new Table({
    caption: 'Events',
    key: (event) => `${event.unix_ms} ${event.place}`,
    columns: [
      {title: 'When', text: (event) => time(event.unix_ms)},
      {title: 'Event', text: (event) => event.text, wide: true}
    ],
  });
  const nothing = h('p', {hidden: true}, 'Nothing happened yet.');
  async function refresh() {
    const {events} = await get(api('jobs', name, 'events'), {limit: LIMIT}, signal);
    table.show(events.map((event, place) => ({...event, place})).reverse());
    table.element.hidden = events.length === 0;
    nothing.hidden = events.length > 0;
  }
  return {element: h('div', {}, table.element, nothing), refresh};
}
