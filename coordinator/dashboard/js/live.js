// The coordinator's events as they happen, and whether it is still there.
//
// Of `live`, an EventTarget: hello, job, gone, evaluation, workers (with the data as `detail`);
// `state` when live.state changes; `back` when a lost connection is there again: what is shown is
// then out of date.
import {api, ApiError, get} from './api.js';

const KINDS = ['job', 'gone', 'evaluation', 'workers'];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
const LOOK_MS = 10000;

class Live extends EventTarget {
  state = 'connecting';  // or 'live', 'lost', 'off'
  lostSince = null;
  cluster = null;  // the newest answer of /api/v1/cluster
  #source = null;
  #wait = FIRST_WAIT_MS;
  #timer = null;

  start() {
    this.stop();
    this.#open();
    this.look();
  }

  stop() {
    this.#source?.close();
    clearTimeout(this.#timer);
    this.#source = null;
  }

  // A connection that died without a word is found by asking.
  async look() {
    try {
      this.cluster = await get(api('cluster'));
      this.#tell('cluster');
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) this.#tell('unauthenticated');
      if (failure.status === 0 && this.#source) this.#lose();
    }
  }

  #open() {
    const source = new EventSource(api('events'));
    this.#source = source;
    source.addEventListener('hello', (event) => this.#greet(JSON.parse(event.data)));
    source.onerror = () => this.#lose();
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => this.#tell(kind, JSON.parse(event.data)));
    }
  }

  #greet(hello) {
    const wasLost = this.lostSince !== null;
    this.lostSince = null;
    this.#wait = FIRST_WAIT_MS;
    this.#turn('live');
    this.#tell('hello', hello);
    if (wasLost) {
      this.look();
      this.#tell('back');
    }
  }

  #lose() {
    this.stop();
    this.lostSince ??= Date.now();
    this.#turn('lost');
    this.#timer = setTimeout(() => {
      this.#open();
      this.look();
    }, this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
  }

  #turn(state) {
    this.state = state;
    this.#tell('state');
  }

  #tell(kind, detail = null) {
    this.dispatchEvent(new CustomEvent(kind, {detail}));
  }
}

export const live = new Live();

setInterval(() => {
  if (live.state === 'live' && !document.hidden) live.look();
}, LOOK_MS);
