// A bar chart of counts by a whole number: 0, 1, 2, ...
import {h} from './dom.js';
import {count} from './format.js';
import {axes, loadChartJs, onTheme, themeColours} from './plot_style.js';

export class Bars {
  constructor({title, of, signal}) {
    this.title = title;
    this.of = of;  // what the numbers below the bars are: "age"
    this.canvas = h('canvas', {role: 'img'});
    this.element =
        h('figure', {}, h('figcaption', {}, h('span', {class: 'name'}, title)),
          h('div', {class: 'plot'}, this.canvas));
    onTheme(() => this.#draw(), signal);
    signal.addEventListener('abort', () => this.chart?.destroy());
  }

  async show(counts) {
    this.counts = counts;
    const words = counts.map((n, i) => `${this.of} ${i}: ${count(n)}`).join(', ');
    this.canvas.setAttribute('aria-label', `${this.title}. ${words}.`);
    await loadChartJs();
    this.#draw();
  }

  #draw() {
    if (!this.counts || !globalThis.Chart || !this.canvas.isConnected) return;
    this.chart?.destroy();
    const colours = themeColours();
    const label = {display: true, text: this.of, color: colours.text};
    const scales =
        axes(colours, {type: 'category', title: label}, {type: 'linear', beginAtZero: true});
    scales.x.ticks = {color: colours.text};
    this.chart = new globalThis.Chart(this.canvas, {
      type: 'bar',
      data: {
        labels: this.counts.map((_, i) => String(i)),
        datasets: [{data: this.counts, backgroundColor: colours.series[0]}]
      },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        scales,
        plugins: {legend: {display: false}}
      },
    });
  }
}
