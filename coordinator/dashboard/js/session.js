// Who is logged in here, and what that identity may do.
import {api, get, post, useCsrf} from './api.js';

let session = {identity: null, csrf: null, may: [], version: '', reading_open: false};

function take(answer) {
  session = answer;
  useCsrf(answer.csrf);
  document.dispatchEvent(new CustomEvent('session'));
  return session;
}

export const identity = () => session.identity;
export const version = () => session.version;
export const may = (what) => (session.may ?? []).includes(what);
export const mayLook = () => session.reading_open || may('view');

// Submitters rule their own jobs, administrators all. The coordinator decides: this only hides
// buttons that it would refuse.
export function mayRule(summary) {
  const mine = session.identity?.role === 'admin' || summary.submitter === session.identity?.name;
  return may('rule') && mine;
}

export const loadSession = async () => take(await get(api('session')));
export const login = async (token) => take(await post(api('login'), {token}));

export async function logout() {
  await post(api('logout'));
  return loadSession();
}
