// Elements. Text is set as text and never as markup: whatever a job is called, it is shown
// literally.

// h('a', {href: '#/', onclick: f}, 'text', element, null): null and false children are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value != null) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

// Terms and their values, [[term, text or element], ...]; a null value is left out with its term.
export function terms(pairs, attributes = {}) {
  return h(
      'dl', attributes,
      pairs.filter(([, value]) => value != null && value !== '')
          .map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))));
}

// A link of #/path?query; the parts are escaped.
export function link(path, query, ...children) {
  return h('a', {href: address(path, query)}, ...children);
}

export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== '' && value != null);
  const tail = given.length ? `?${new URLSearchParams(given)}` : '';
  return `#/${path.map(encodeURIComponent).join('/')}${tail}`;
}

// For those who do not see what changed.
export function say(text) {
  document.getElementById('said').textContent = text;
}

// Calls f at once, then at most every so many ms, and once more after the last call. Calls of an
// asynchronous f do not overlap; it handles its own failures.
export function throttled(f, milliseconds, signal) {
  let busy = false;
  let again = false;
  const run = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    await f();
    setTimeout(() => {
      busy = false;
      if (again && !signal?.aborted) run();
    }, milliseconds);
  };
  return run;
}
