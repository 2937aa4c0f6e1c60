// What of the page a person with a keyboard, a screen reader or weak eyes could not use: a list of
// sentences, empty if there is nothing. Evaluated in the page by the tests.
() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)].filter(
      (element) => element.checkVisibility());
  const shown = (element) => element.outerHTML.slice(0, 120);
  const named = (element) => element.getAttribute('aria-label') ||
      element.labels?.[0]?.textContent || element.textContent.trim() ||
      element.querySelector('img')?.alt || element.title;
  const complain = (elements, what) =>
      elements.forEach((element) => faults.push(`${what}: ${shown(element)}`));

  complain(
      all('a, button, input, select, textarea, progress').filter((one) => !named(one)), 'no name');
  complain(all('img').filter((image) => !image.hasAttribute('alt')), 'no alt');
  complain(all('canvas').filter((canvas) => !canvas.getAttribute('aria-label')), 'no words');
  complain(all('table').filter((table) => !table.caption), 'no caption');
  complain(all('th').filter((cell) => !cell.scope), 'no scope');
  complain(all('a').filter((anchor) => !anchor.getAttribute('href')), 'no target');
  complain(all('[tabindex]').filter((one) => one.tabIndex > 0), 'an order of its own');
  complain(
      all('[aria-describedby], [aria-labelledby]').filter((one) => {
        const id = one.getAttribute('aria-describedby') ?? one.getAttribute('aria-labelledby');
        return !document.getElementById(id);
      }),
      'described by nothing');

  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push(`id twice: ${id}`));
  const levels = all('h1, h2, h3, h4').map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push(`headings: ${levels}`);
  levels.forEach((level, i) => {
    if (i > 0 && level > levels[i - 1] + 1) faults.push(`a level is left out: ${levels}`);
  });
  if (!document.documentElement.lang) faults.push('no language');
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the page is ${wide} pixels wider than the window`);

  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const texts = all('body *').filter(
      (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  for (const element of texts) {
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden') continue;
    const ratio = contrast(light(style.color), light(ground(element)));
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(1)}: ${shown(element)}`);
  }
  return faults;
}
