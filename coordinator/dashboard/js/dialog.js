// Modal questions: <dialog> keeps the keyboard in and gives it back.
import {h} from './dom.js';

// Resolves to the form's values, {} for none, or null where the answer is no. `fields` are elements
// of the form; where `action` fails, its message is shown and the dialog stays.
export function ask({title, text, fields = [], verb, danger = false, action}) {
  return new Promise((resolve) => {
    const fault = h('p', {class: 'fault', role: 'alert'});
    const yes = h('button', {type: 'submit', class: danger ? 'danger' : 'primary'}, verb);
    const form =
        h('form', {}, h('h2', {id: 'asked'}, title), h('p', {}, text), fields, fault,
          h('div', {class: 'buttons'},
            h('button', {type: 'button', onclick: () => dialog.close()}, 'Leave it'), yes));
    const dialog = h('dialog', {'aria-labelledby': 'asked'}, form);
    let answer = null;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      yes.disabled = true;
      const values = Object.fromEntries(new FormData(form));
      try {
        await action(values);
        answer = values;
        dialog.close();
      } catch (failure) {
        fault.textContent = failure.message;
      }
      yes.disabled = false;
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
