'use strict';
// Colours that stay apart for the colour-blind, by Okabe and Ito; an impl has the same one in all charts.
const palette = ['#0072b2', '#e69f00', '#56b4e9', '#009e73', '#d55e00', '#cc79a7', '#999999', '#b8a90a'];
const impls = [];
function colour(name) {
  if (!impls.includes(name)) impls.push(name);
  return palette[impls.indexOf(name) % palette.length];
}
const style = getComputedStyle(document.documentElement);
Chart.defaults.color = style.getPropertyValue('--text').trim();
Chart.defaults.borderColor = style.getPropertyValue('--line').trim();
Chart.defaults.font.family = 'system-ui, sans-serif';
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
// Only powers of ten are named on an axis of numbers of tasks.
const powers = n => (Number.isInteger(Math.log10(n)) ? n.toLocaleString('en') : '');
const title = text => ({ display: true, text });

// The value of each bar stands behind it.
const values = {
  id: 'values',
  afterDatasetsDraw(chart) {
    const pen = chart.ctx;
    pen.save();
    pen.fillStyle = Chart.defaults.color;
    pen.font = '12px system-ui, sans-serif';
    pen.textBaseline = 'middle';
    chart.data.datasets.forEach((set, i) => chart.getDatasetMeta(i).data.forEach((bar, j) => {
      if (set.data[j] !== null) pen.fillText(short.format(set.data[j]), bar.x + 4, bar.y);
    }));
    pen.restore();
  },
};

const makers = {
  bars: c => ({
    type: 'bar',
    data: {
      labels: c.steps,
      datasets: c.series.map((s, i) => ({
        label: s.name, data: s.values, borderWidth: 1,
        borderColor: c.steps.map(colour),
        backgroundColor: c.steps.map(step => colour(step) + (c.series.length > 1 && i === 1 ? '66' : 'ff')),
      })),
    },
    options: {
      indexAxis: 'y',
      layout: { padding: { right: 60 } },
      scales: { x: { beginAtZero: true, title: title(c.axis) } },
      plugins: {
        legend: { display: false },
        title: title(c.series.length > 1 ? 'upper bar: minimum, lower and lighter bar: median' : c.axis),
      },
    },
    plugins: [values],
  }),
  scale: c => ({
    type: 'line',
    data: { datasets: c.series.map(s => ({ label: s.name, data: s.points, borderColor: colour(s.name), backgroundColor: colour(s.name) })) },
    options: {
      scales: {
        x: { type: 'logarithmic', title: title('number of tasks'), ticks: { callback: powers } },
        y: { type: 'logarithmic', title: title(c.axis) },
      },
    },
  }),
  percentiles: c => ({
    type: 'line',
    data: {
      labels: c.steps,
      datasets: c.series.map(s => ({ label: s.name, data: s.values, spanGaps: true, borderColor: colour(s.name), backgroundColor: colour(s.name) })),
    },
    options: { scales: { y: { type: 'logarithmic', title: title(c.axis) } }, plugins: { title: title('latency by percentile') } },
  }),
};

// Lines differ by the shape of their points too, not only by colour.
const shapes = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross'];
for (const c of charts) {
  const config = makers[c.kind](c);
  if (config.type === 'line') config.data.datasets.forEach((set, i) => Object.assign(set, { pointStyle: shapes[i % shapes.length], pointRadius: 5 }));
  const canvas = document.getElementById(c.id);
  canvas.parentElement.style.height = c.kind === 'bars' ? `${c.steps.length * c.series.length * 22 + 90}px` : '340px';
  new Chart(canvas, config);
}
