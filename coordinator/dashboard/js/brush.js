// A range of a box that is chosen by dragging over it. Fingers scroll the page instead.
import {h} from './dom.js';

const SHORTEST = 8;

// `onrange(left, right)` is called with pixels from the box's left side.
export function onDrag(box, onrange) {
  const brush = h('div', {class: 'brush', hidden: true});
  box.append(brush);
  let start = null;
  const span = (event) => {
    const here = event.clientX - box.getBoundingClientRect().left;
    return [Math.min(start, here), Math.max(start, here)];
  };
  const end = (event) => {
    if (start === null) return;
    const [left, right] = span(event);
    start = null;
    brush.hidden = true;
    if (event.type === 'pointerup' && right - left >= SHORTEST) onrange(left, right);
  };
  box.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch' || event.button !== 0) return;
    start = event.clientX - box.getBoundingClientRect().left;
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener('pointermove', (event) => {
    if (start !== null) draw(brush, span(event));
  });
  box.addEventListener('pointerup', end);
  box.addEventListener('pointercancel', end);
}

function draw(brush, [left, right]) {
  brush.hidden = right - left < SHORTEST;
  brush.style.left = `${left}px`;
  brush.style.width = `${right - left}px`;
}
