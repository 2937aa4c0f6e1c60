// Requests to the coordinator. Every failure is an ApiError whose message can be shown as it is.

const TIMEOUT_MS = 15000;
const METRICS_AT_ONCE = 16;
let csrf = null;

export class ApiError extends Error {
  constructor(status, message, faults = []) {
    super(message);
    this.status = status;  // 0: nobody answered
    this.faults = faults;  // [{line, column, message}] of a config
  }
}

// The word that goes with every change, of the session that was loaded last.
export function useCsrf(word) {
  csrf = word;
}

// `signal` ends it early, with an AbortError.
export function get(path, query = {}, signal = undefined) {
  const given = Object.entries(query).filter(([, value]) => value !== '' && value != null);
  return send(given.length ? `${path}?${new URLSearchParams(given)}` : path, {}, signal);
}

// Several metrics of a job, as many to a request as the coordinator takes.
export async function getSeries(job, metrics, query, signal) {
  const parts = [];
  for (let i = 0; i < metrics.length; i += METRICS_AT_ONCE) {
    const some = metrics.slice(i, i + METRICS_AT_ONCE).join(',');
    parts.push(get(api('jobs', job, 'series'), {metrics: some, ...query}, signal));
  }
  const answers = await Promise.all(parts);
  return {...answers[0], series: Object.assign({}, ...answers.map(({series}) => series))};
}

// A string is sent as YAML, anything else as JSON.
export function post(path, body = undefined) {
  const isText = typeof body === 'string';
  const headers = {'Content-Type': isText ? 'application/yaml' : 'application/json'};
  if (csrf) headers['X-Paceline-CSRF'] = csrf;
  return send(path, {method: 'POST', headers, body: isText ? body : JSON.stringify(body ?? {})});
}

// Names are parts of paths: api('jobs', name, 'pause').
export function api(...parts) {
  return `/api/v1/${parts.map(encodeURIComponent).join('/')}`;
}

async function send(path, options, signal) {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let answer;
  try {
    answer =
        await fetch(path, {...options, signal: signal ? AbortSignal.any([signal, limit]) : limit});
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ApiError(0, 'The coordinator does not answer.');
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  const told = body?.error?.message;
  throw new ApiError(
      answer.status, told || `The coordinator answered ${answer.status}.`, body?.faults ?? []);
}
