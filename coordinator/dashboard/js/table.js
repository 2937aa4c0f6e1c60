// A table whose rows are kept by key: what did not change is not touched, so that keyboard and
// screen reader stay where they are while numbers move.
import {h} from './dom.js';

// Columns: {title, text: (item) => string, node?: (item) => Node shown instead of the text (made
// anew when the text changes), sort?: (item) => number or string, number?: bool, wide?: bool}.
export class Table {
  // `key`: (item) => string. `group`: (item) => heading of the rows that it stands among, or
  // absent.
  constructor({caption, columns, key, group = null, hiddenCaption = true}) {
    this.columns = columns;
    this.key = key;
    this.group = group;
    this.rows = new Map();
    this.sorted = null;  // {column, down}
    this.head = h('tr', {role: 'row'}, columns.map((column) => this.#title(column)));
    this.table =
        h('table', {role: 'table'}, h('caption', hiddenCaption ? {class: 'hidden'} : {}, caption),
          h('thead', {role: 'rowgroup'}, this.head));
    this.element = h(
        'div', {class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption}, this.table);
    this.bodies = new Map();
  }

  show(items) {
    this.items = items;
    const shown = this.sorted ? this.#inOrder(items) : items;
    const rows = new Map(shown.map((item) => [this.key(item), this.#row(item)]));
    for (const [key, row] of this.rows)
      if (!rows.has(key)) row.remove();
    this.rows = rows;
    const groups = Map.groupBy(shown, (item) => (this.sorted ? null : this.group?.(item)) ?? '');
    this.#place(groups);
  }

  #place(groups) {
    for (const [name, body] of this.bodies)
      if (!groups.has(name)) body.remove();
    const bodies = [...groups].map(([name, items]) => {
      const body = this.bodies.get(name) ?? this.#body(name);
      const heads = body.querySelectorAll('tr.group').length;
      inPlace(body, items.map((item) => this.rows.get(this.key(item))), heads);
      return [name, body];
    });
    this.bodies = new Map(bodies);
    inPlace(this.table, [...this.bodies.values()], 2);
  }

  #body(name) {
    const heading = h('th', {scope: 'rowgroup', colspan: this.columns.length, role: 'cell'}, name);
    return h('tbody', {role: 'rowgroup'}, name && h('tr', {class: 'group', role: 'row'}, heading));
  }

  #title(column) {
    const attributes = {scope: 'col', role: 'columnheader', class: column.number ? 'number' : null};
    if (!column.sort) return h('th', attributes, column.title);
    const button = h('button', {type: 'button', onclick: () => this.sortBy(column)}, column.title);
    return h('th', attributes, button);
  }

  sortBy(column) {
    const down = this.sorted?.column === column ? !this.sorted.down : Boolean(column.number);
    this.sorted = {column, down};
    [...this.head.children].forEach((cell, i) => {
      const here = this.columns[i] === column;
      here ? cell.setAttribute('aria-sort', down ? 'descending' : 'ascending') :
             cell.removeAttribute('aria-sort');
    });
    this.show(this.items);
  }

  #inOrder(items) {
    const {column, down} = this.sorted;
    const by = (a, b) => {
      const [x, y] = [column.sort(a), column.sort(b)];
      return typeof x === 'number' ? x - y : String(x).localeCompare(String(y));
    };
    const ascending = [...items].sort(by);
    return down ? ascending.reverse() : ascending;
  }

  #row(item) {
    const row = this.rows.get(this.key(item)) ?? h('tr', {role: 'row'}, this.columns.map(cellOf));
    this.columns.forEach((column, i) => fill(row.children[i], column, item));
    return row;
  }
}

function cellOf(column, i) {
  const attributes = {
    'class': [column.number && 'number', column.wide && 'wide'].filter(Boolean).join(' ') || null,
    'data-title': column.title,
    'role': i === 0 ? 'rowheader' : 'cell',
  };
  return i === 0 ? h('th', {...attributes, scope: 'row'}) : h('td', attributes);
}

function fill(cell, column, item) {
  const text = String(column.text(item));
  if (cell.shownText === text) return;
  cell.shownText = text;
  cell.replaceChildren(column.node ? column.node(item) : text);
}

// Moves only those children that are not where they belong, after the first `skip`.
function inPlace(parent, children, skip) {
  children.forEach((child, i) => {
    const there = parent.children[skip + i];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
}
