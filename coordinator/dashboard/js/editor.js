// A text field for YAML with numbered lines, in which faults stand at the lines that they are of.
import {h} from './dom.js';

export class Editor {
  // `oninput(text)` after every change.
  constructor({label, oninput}) {
    this.back = h('div', {class: 'lines', 'aria-hidden': 'true'});
    this.area = h('textarea', {
      'wrap': 'off',
      'spellcheck': 'false',
      'autocomplete': 'off',
      'autocapitalize': 'off',
      'aria-label': label,
      'aria-describedby': 'faults',
      'rows': '24',
    });
    this.faults = [];
    this.area.addEventListener('input', () => {
      this.#draw();
      oninput(this.text);
    });
    this.area.addEventListener('scroll', () => {
      this.back.scrollTop = this.area.scrollTop;
      this.back.scrollLeft = this.area.scrollLeft;
    });
    this.list = h('ol', {id: 'faults', class: 'faults', 'aria-live': 'polite'});
    this.element = h('div', {}, h('div', {class: 'editor'}, this.back, this.area), this.list);
    this.#draw();
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.mark([]);
  }

  // [{line, column, message}], from 1; line 0 or none: of the whole.
  mark(faults) {
    this.faults = faults;
    faults.length ? this.area.setAttribute('aria-invalid', 'true') :
                    this.area.removeAttribute('aria-invalid');
    this.list.replaceChildren(...faults.map(
        (fault) =>
            h('li', {},
              fault.line ?
                  [
                    h('button', {type: 'button', class: 'quiet', onclick: () => this.go(fault)},
                      placeOf(fault)),
                    ' ', fault.message
                  ] :
                  fault.message)));
    this.#draw();
  }

  go({line, column}) {
    const before = this.text.split('\n').slice(0, line - 1).join('\n').length;
    const start = before + (line > 1 ? 1 : 0);
    const end = this.text.indexOf('\n', start);
    this.area.focus();
    this.area.setSelectionRange(
        start + Math.max(0, (column ?? 1) - 1), end < 0 ? this.text.length : end);
  }

  // The lines behind the text: the same text, unseen, so that a message stands where its line ends.
  #draw() {
    const faulty = Map.groupBy(this.faults, ({line}) => line);
    this.back.replaceChildren(...this.text.split('\n').map((text, i) => {
      const here = faulty.get(i + 1) ?? [];
      return h(
          'div', here.length ? {class: 'faulty'} : {}, h('span', {class: 'unseen'}, text || ' '),
          here.length ? h('span', {class: 'remark'}, here.map(({message}) => message).join('; ')) :
                        null);
    }));
    this.back.scrollTop = this.area.scrollTop;
  }
}

function placeOf({line, column}) {
  return column ? `line ${line}, column ${column}:` : `line ${line}:`;
}
