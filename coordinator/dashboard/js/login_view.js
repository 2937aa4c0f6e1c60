// By a token; and what the identity that is logged in may do.
import {address, h, say, terms} from './dom.js';
import {time} from './format.js';
import {identity, login, may, mayLook} from './session.js';

export function loginView({query}) {
  const who = identity();
  const element =
      h('div', {class: 'narrow'}, h('h1', {}, who ? 'Logged in' : 'Log in'),
        who ? about(who) : form(query.get('then')));
  return {title: 'Log in', element, refresh: async () => {}};
}

function form(then) {
  const fault = h('p', {class: 'fault', role: 'alert', id: 'login-fault'});
  const token = h('input', {
    type: 'password',
    name: 'token',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'login-fault',
    'aria-label': 'Token',
  });
  const enter = async (event) => {
    event.preventDefault();
    fault.textContent = '';
    try {
      const {identity: {name}} = await login(token.value.trim());
      say(`Logged in as ${name}.`);
      location.hash = then ?? wanted();
      document.dispatchEvent(new CustomEvent('logged'));
    } catch (failure) {
      fault.textContent = failure.message;
      token.select();
    }
  };
  return h(
      'form', {class: 'card stack', onsubmit: enter},
      h('p', {},
        mayLook() ? 'To submit, pause, resume or cancel jobs, show a token.' :
                    'This coordinator is shown to those who have a token.'),
      h('label', {}, 'Token ', token), fault,
      h('button', {type: 'submit', class: 'primary'}, 'Log in'),
      h('p', {class: 'muted'}, 'An administrator issues one: ',
        h('code', {}, 'paceline tokens issue NAME --role submitter')));
}

// The view that was asked for, in whose place this one may stand.
function wanted() {
  return location.hash.startsWith('#/login') ? address([]) : location.hash;
}

const RIGHTS = {
  view: 'look',
  submit: 'submit jobs',
  rule: 'pause, resume, cancel and delete jobs',
  admin: 'administrate'
};

function about(who) {
  return h(
      'div', {class: 'card'},
      terms(
          [
            ['Name', who.name],
            ['Role', who.role],
            ['Shown by', who.shown_by],
            ['Until', who.expires_ms ? time(who.expires_ms) : 'no end'],
            ['Jobs', who.job_prefix ? `names that begin with ${who.job_prefix}` : 'all names'],
            ['May', Object.keys(RIGHTS).filter(may).map((right) => RIGHTS[right]).join('; ')],
          ],
          {class: 'facts'}));
}
