// Moves a filter's window over the input that `data-slide` holds and fills the output cell by cell.
// Given by Gradio: element, the component's root, and watch, which tells when its HTML is new.
const SECONDS = 15, SLOWEST = 1.5, FASTEST = 120, MOST_NUMBERS = 125, WIDE = 640, GAP = 60;
const AGAINST = "#c98a3b", FOR = "#43b3a8";
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const part = (selector) => element.querySelector(selector);
const control = (name) => part(`[data-do=${name}]`);
let data = null, cell = 0, peek = null, playing = false, before = 0, owed = 0, hit = () => null;

const told = (value) =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(4))).replace("-", "−");
const signed = (value) => (value < 0 ? `(${told(value)})` : told(value));
const most = (values) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim();

// Places along each axis of an index into `side` ** rank values, the last axis running fastest.
function place(index, side) {
  const at = [];
  for (let axis = 0; axis < data.rank; axis++) {
    at.unshift(index % side);
    index = Math.floor(index / side);
  }
  return at;
}
// An input's value by its places with the padding counted in; null for a zero of the padding.
function seen(at) {
  let index = 0;
  for (const each of at) {
    const inside = each - data.before;
    if (inside < 0 || inside >= data.size) return null;
    index = index * data.size + inside;
  }
  return data.input[index];
}
const corner = (index) => place(index, data.length).map((each) => each * data.stride);
function products(index) {
  const first = corner(index);
  return data.kernel.map((weight, tap) => {
    const at = place(tap, data.taps).map((each, axis) => first[axis] + each * data.dilation);
    const value = seen(at);
    return {value: value ?? 0, weight, padding: value === null, at};
  });
}

function speed() {
  const usual = Math.min(Math.max(data.output.length / SECONDS, SLOWEST), FASTEST);
  return usual * 2 ** Number(control("speed").value);
}
function go(to) {
  cell = Math.min(Math.max(to, 0), data.output.length - 1);
  show();
}
function play(on) {
  playing = on;
  const button = control("play");
  button.textContent = on ? "❚❚" : "▶";
  button.setAttribute("aria-label", said(on ? "pause" : "play"));
  // A reader is told of single steps, not of every frame.
  part(".sum").setAttribute("aria-live", on ? "off" : "polite");
  before = performance.now();
  owed = 0;
  if (on) requestAnimationFrame(frame);
}
function frame(now) {
  if (!playing || !data || !element.isConnected) return;
  // Hidden with its tab, it waits.
  if (part("canvas").offsetParent) owed += (Math.min(now - before, 250) / 1000) * speed();
  before = now;
  const steps = Math.floor(owed);
  if (steps) {
    owed -= steps;
    go(cell + steps);
    if (cell === data.output.length - 1) play(false);
  }
  if (playing) requestAnimationFrame(frame);
}

// A text in the page's language, with its {} filled in one after the other.
function said(name, ...values) {
  return data.words[name].replaceAll("{}", () => values.shift());
}

function show() {
  if (!data) return;
  const index = peek ?? cell;
  control("scrub").value = cell + 1;
  part("output").textContent =
    said("count", (cell + 1).toLocaleString("en"), data.output.length.toLocaleString("en"));
  const terms = products(index);
  const where = place(index, data.length).map((each) => each + 1).join(", ");
  const sum = data.rank === 1 && terms.length <= 7
    ? terms.map(({value, weight}) => `${signed(value)}·${signed(weight)}`).join(" + ")
    : said("sum", terms.length.toLocaleString("en"));
  part(".sum").innerHTML =
    `<span>${said("cell", where)}</span> = ${sum} = <b>${told(data.output[index])}</b>`;
  numbers(terms);
  draw(index, terms);
}
function numbers(terms) {
  if (terms.length > MOST_NUMBERS) {
    part(".products").innerHTML = "";
    return;
  }
  const each = data.rank === 1 ? terms.length : data.taps ** 2;
  let grids = "";
  for (let first = 0; first < terms.length; first += each) {
    const cells = terms.slice(first, first + each).map(({value, weight, padding}) => {
      const kind = padding ? "padding" : weight > 0 ? "for" : weight < 0 ? "against" : "none";
      return `<span class="${kind}"><b>${told(value)}</b><i>× ${told(weight)}</i></span>`;
    });
    const title = data.rank === 3 ? `<em>${said("slice", first / each + 1)}</em>` : "";
    grids += `<div class="grid${data.rank === 1 ? " line" : ""}" style="--taps:${data.taps}">` +
      `${title}${cells.join("")}</div>`;
  }
  part(".products").innerHTML = grids;
}

function draw(index, terms) {
  const canvas = part("canvas"), width = canvas.clientWidth;
  if (!width) return;
  const pen = canvas.getContext("2d");
  const ink = {
    ink: colour("--ink"), soft: colour("--soft"), line: colour("--line"),
    for: colour("--accent"), paper: colour("--background-fill-primary"),
  };
  const picture = [line, plane, deck][data.rank - 1](width, index, terms, ink);
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.style.height = `${picture.height}px`;
  pen.scale(scale, scale);
  pen.lineJoin = "round";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  picture.paint(pen);
  hit = picture.hit;
}
function shade(pen, ink, value, top) {
  pen.fillStyle = value < 0 ? AGAINST : ink.for;
  pen.globalAlpha = value ? 0.1 + (0.9 * Math.abs(value)) / top : 0.04;
}
function path(pen, points, close) {
  pen.beginPath();
  points.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  if (close) pen.closePath();
}
const square = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
function fan(pen, ink, from, to) {
  pen.strokeStyle = ink.for;
  pen.globalAlpha = 0.45;
  pen.lineWidth = 1;
  from.forEach((point, place) => {
    path(pen, [point, to[place]]);
    pen.stroke();
  });
  pen.globalAlpha = 1;
}

// A signal above, the filter's weights below it, and the answers under their windows.
function line(width, index, terms, ink) {
  const total = data.size + data.before + data.after;
  const step = Math.min(width / total, 72), left = (width - step * total) / 2;
  const reach = (data.taps - 1) * data.dilation + 1;
  const tall = {input: 130, filter: 52, gap: 56, output: 120};
  const tops = {input: 34, filter: 190, output: 190 + tall.filter + tall.gap};
  const height = tops.output + tall.output + 26;
  const x = (at) => left + (at + 0.5) * step;
  const y = (value, values, zone) => {
    const low = Math.min(0, ...values), high = Math.max(0, ...values, low + 1e-9);
    return tops[zone] + ((high - value) / (high - low)) * tall[zone];
  };
  const middle = (cell) => left + (cell * data.stride + reach / 2) * step;
  const dot = Math.min(Math.max(step / 9, 2), 5);
  const said = (pen, value, px, py, up) => pen.fillText(told(value), px, py + (up ? -13 : 14));
  const paint = (pen) => {
    pen.font = `${step < 36 ? 10 : 12}px system-ui, sans-serif`;
    const [start] = corner(index);
    pen.fillStyle = ink.for;
    pen.globalAlpha = 0.12;
    pen.beginPath();
    pen.roundRect(left + start * step, 8, reach * step, tops.filter + tall.filter - 8, 10);
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = ink.for;
    pen.lineWidth = 1.5;
    pen.stroke();
    for (const [zone, values] of [["input", data.input], ["output", data.output]]) {
      pen.strokeStyle = ink.line;
      pen.lineWidth = 1;
      path(pen, [[left, y(0, values, zone)], [left + total * step, y(0, values, zone)]]);
      pen.stroke();
    }
    const spots = Array.from({length: total}, (_, at) => [x(at), y(seen([at]) ?? 0, data.input, "input")]);
    pen.strokeStyle = ink.ink;
    pen.lineWidth = 2;
    path(pen, spots.slice(data.before, data.before + data.size));
    pen.stroke();
    spots.forEach(([px, py], at) => {
      const value = seen([at]);
      pen.beginPath();
      pen.arc(px, py, dot, 0, 7);
      pen.fillStyle = value === null ? ink.paper : ink.ink;
      pen.strokeStyle = value === null ? ink.soft : ink.ink;
      pen.lineWidth = 1;
      pen.fill();
      pen.stroke();
      pen.fillStyle = ink.soft;
      if (step >= 24) said(pen, value ?? 0, px, py, (value ?? 0) >= 0);
    });
    const heavy = most(data.kernel), base = tops.filter + tall.filter / 2;
    const end = [middle(index), y(data.output[index], data.output, "output")];
    terms.forEach(({weight, at}) => {
      const long = (weight / heavy) * (tall.filter / 2 - 8), side = weight < 0 ? AGAINST : ink.for;
      const px = x(at[0]), wide = Math.max(Math.min(step * 0.5, 26), 2);
      pen.fillStyle = pen.strokeStyle = weight ? side : ink.soft;
      pen.fillRect(px - wide / 2, base - Math.max(long, 0), wide, Math.max(Math.abs(long), 1.5));
      pen.globalAlpha = weight ? 0.25 + (0.5 * Math.abs(weight)) / heavy : 0.15;
      pen.lineWidth = 1.2;
      pen.beginPath();
      pen.moveTo(px, tops.filter + tall.filter);
      pen.bezierCurveTo(px, tops.output, end[0], tops.filter + tall.filter, ...end);
      pen.stroke();
      pen.globalAlpha = 1;
    });
    const filled = data.output.slice(0, cell + 1).map((value, at) => [middle(at), y(value, data.output, "output")]);
    pen.strokeStyle = ink.for;
    pen.lineWidth = 2;
    path(pen, filled);
    pen.stroke();
    const room = step * data.stride;
    data.output.forEach((value, at) => {
      const done = at <= cell, py = done ? filled[at][1] : y(0, data.output, "output");
      pen.beginPath();
      pen.arc(middle(at), py, at === index ? dot + 2 : dot, 0, 7);
      pen.fillStyle = done ? (value < 0 ? AGAINST : ink.for) : ink.paper;
      pen.strokeStyle = done ? pen.fillStyle : ink.line;
      pen.fill();
      pen.stroke();
      pen.fillStyle = at === index ? ink.ink : ink.soft;
      // The answer under the window stands below it, where no line comes in.
      const above = value >= 0 && at !== index;
      if (done && (room >= 30 || at === index)) said(pen, value, middle(at), py, above);
    });
  };
  const found = (px, py) => {
    const at = Math.round(((px - left) / step - reach / 2) / data.stride);
    return py > tops.filter && at >= 0 && at < data.length ? at : null;
  };
  return {height, paint, hit: found};
}

// Two grids, beside each other or, on a narrow screen, below.
function plane(width, index, terms, ink) {
  const total = data.size + data.before + data.after, wide = width >= WIDE;
  const side = wide
    ? Math.min((width - GAP) / (total + data.length), 470 / total, 40)
    : Math.min(width / Math.max(total, data.length), 40);
  const whole = side * total, small = side * data.length;
  const left = wide ? (width - whole - GAP - small) / 2 : (width - whole) / 2;
  const right = wide ? left + whole + GAP : (width - small) / 2;
  const low = wide ? 1 + Math.max(0, whole - small) / 2 : whole + GAP / 1.5;
  const height = (wide ? Math.max(whole, small) : low + small) + 3;
  const top = most(data.output), heavy = most(data.kernel), inner = Math.max(side - 1, 1);
  const fits = (pen, value, px, py, size) => {
    pen.font = `${Math.floor(side * size)}px system-ui, sans-serif`;
    const text = told(value);
    if (side >= 22 && pen.measureText(text).width < side - 1)
      pen.fillText(text, px + side / 2, py + side / 2 + 0.5);
  };
  const paint = (pen) => {
    const tints = new Map(terms.map(({weight, at}) => [at.join(), weight / heavy]));
    for (let row = 0; row < total; row++)
      for (let column = 0; column < total; column++) {
        const value = seen([row, column]), px = left + column * side, py = 1 + row * side;
        const tint = tints.get(`${row},${column}`) ?? 0, share = 0.55 * Math.abs(tint);
        pen.globalAlpha = value === null ? 0.45 : 1;
        pen.fillStyle = value === null ? ink.line : `rgb(${value}, ${value}, ${value})`;
        pen.fillRect(px, py, inner, inner);
        pen.fillStyle = tint < 0 ? AGAINST : FOR;
        pen.globalAlpha = share;
        pen.fillRect(px, py, inner, inner);
        pen.globalAlpha = value === null ? 0.7 : 1;
        const light = (value ?? 0) * (1 - share) + (tint < 0 ? 145 : 150) * share;
        pen.fillStyle = value === null ? ink.soft : light > 118 ? "#1b1917" : "#fbfaf8";
        fits(pen, value ?? 0, px, py, 0.36);
        if (data.dilation > 1 && tints.has(`${row},${column}`)) {
          pen.strokeStyle = tint < 0 ? AGAINST : ink.for;
          pen.lineWidth = 1.5;
          pen.strokeRect(px, py, inner, inner);
        }
      }
    const reach = ((data.taps - 1) * data.dilation + 1) * side;
    const [row, column] = corner(index), [down, along] = place(index, data.length);
    const window = square(left + column * side, 1 + row * side, reach - 1);
    const target = square(right + along * side, low + down * side, inner);
    for (let at = 0; at < data.output.length; at++) {
      const [r, c] = place(at, data.length), px = right + c * side, py = low + r * side;
      if (at > cell) {
        pen.strokeStyle = ink.line;
        pen.globalAlpha = 0.8;
        pen.lineWidth = 1;
        pen.strokeRect(px + 0.5, py + 0.5, inner - 1, inner - 1);
        continue;
      }
      shade(pen, ink, data.output[at], top);
      pen.fillRect(px, py, inner, inner);
      const strong = pen.globalAlpha > 0.62;
      pen.globalAlpha = 1;
      pen.fillStyle = strong ? (data.output[at] < 0 ? "#1b1917" : ink.paper) : ink.ink;
      fits(pen, data.output[at], px, py, 0.34);
    }
    fan(pen, ink, window, target);
    pen.strokeStyle = ink.for;
    pen.lineWidth = 2.5;
    path(pen, window, true);
    pen.stroke();
    pen.strokeStyle = ink.ink;
    pen.lineWidth = 2;
    path(pen, target, true);
    pen.stroke();
  };
  const found = (px, py) => {
    const c = Math.floor((px - right) / side), r = Math.floor((py - low) / side);
    return Math.min(c, r) < 0 || Math.max(c, r) >= data.length ? null : r * data.length + c;
  };
  return {height, paint, hit: found};
}

// Two decks of slices, the last one in front; what stands before the window is drawn as outlines.
function deck(width, index, terms, ink) {
  const ALONG = 0.62, UP = 0.4;
  const total = data.size + data.before + data.after, wide = width >= WIDE;
  const across = (count) => count + (count - 1) * ALONG, tall = (count) => count + (count - 1) * UP;
  const side = wide
    ? Math.min((width - GAP - 4) / (across(total) + across(data.length)), 440 / tall(total), 24)
    : Math.min((width - 4) / across(Math.max(total, data.length)), 24);
  const whole = across(total) * side, small = across(data.length) * side;
  const left = wide ? (width - whole - GAP - small) / 2 : (width - whole) / 2;
  const right = wide ? left + whole + GAP : (width - small) / 2;
  const low = wide
    ? 2 + Math.max(0, (tall(total) - tall(data.length)) * side) / 2
    : 2 + tall(total) * side + GAP / 2;
  const height = 4 + (wide ? Math.max(tall(total), tall(data.length)) * side : low + tall(data.length) * side);
  const spot = (x, y, count, z) => [
    x + (count - 1 - z) * ALONG * side,
    y + z * UP * side,
  ];
  // A slice; the zeros around it are as clear as air.
  const card = (pen, x, y, count, solid, first = 0, real = count) => {
    if (solid) {
      pen.globalAlpha = 0.9;
      pen.fillStyle = ink.paper;
      pen.fillRect(x + first * side, y + first * side, real * side, real * side);
    }
    pen.globalAlpha = solid ? 1 : 0.55;
    pen.strokeStyle = ink.line;
    pen.lineWidth = 1;
    pen.strokeRect(x, y, count * side, count * side);
  };
  const bright = most(data.input), top = most(data.output), heavy = most(data.kernel);
  const reach = (data.taps - 1) * data.dilation + 1;
  const [deep, row, column] = corner(index), [z, r, c] = place(index, data.length);
  const [frontX, frontY] = spot(right, low, data.length, z);
  const paint = (pen) => {
    const face = (depth) => {
      const [x, y] = spot(left, 2, total, depth);
      return square(x + column * side, y + row * side, reach * side);
    };
    const taps = {};
    for (const term of terms) (taps[term.at[0]] ??= []).push(term);
    for (let depth = 0; depth < total; depth++) {
      const [x, y] = spot(left, 2, total, depth);
      const over = depth > deep + reach - 1;
      const inside = depth >= data.before && depth < data.before + data.size;
      card(pen, x, y, total, inside && !over, data.before, data.size);
      if (over) continue;
      pen.fillStyle = ink.ink;
      for (let i = 0; i < total; i++)
        for (let j = 0; j < total; j++) {
          const value = seen([depth, i, j]);
          if (!value) continue;
          pen.globalAlpha = (0.85 * value) / bright;
          pen.fillRect(x + j * side, y + i * side, side - 0.5, side - 0.5);
        }
      for (const {weight, at} of taps[depth] ?? []) {
        pen.fillStyle = weight < 0 ? AGAINST : ink.for;
        pen.globalAlpha = 0.1 + (0.4 * Math.abs(weight)) / heavy;
        pen.fillRect(x + at[2] * side, y + at[1] * side, side - 0.5, side - 0.5);
      }
      if (taps[depth]) {
        pen.globalAlpha = 0.8;
        pen.strokeStyle = ink.for;
        pen.lineWidth = depth === deep + reach - 1 ? 2.5 : 1.2;
        path(pen, face(depth), true);
        pen.stroke();
      }
    }
    fan(pen, ink, face(deep), face(deep + reach - 1));
    for (let depth = 0; depth < data.length; depth++) {
      const [x, y] = spot(right, low, data.length, depth);
      card(pen, x, y, data.length, depth <= z);
      if (depth > z) continue;
      for (let at = 0; at < data.length ** 2; at++) {
        const number = depth * data.length ** 2 + at;
        if (number > cell) break;
        shade(pen, ink, data.output[number], top);
        pen.fillRect(
          x + (at % data.length) * side, y + Math.floor(at / data.length) * side,
          side - 0.5, side - 0.5,
        );
      }
    }
    const target = square(frontX + c * side, frontY + r * side, side - 0.5);
    fan(pen, ink, face(deep + reach - 1), target);
    pen.strokeStyle = ink.ink;
    pen.lineWidth = 2;
    path(pen, target, true);
    pen.stroke();
  };
  const found = (px, py) => {
    const j = Math.floor((px - frontX) / side), i = Math.floor((py - frontY) / side);
    if (Math.min(i, j) < 0 || Math.max(i, j) >= data.length) return null;
    return (z * data.length + i) * data.length + j;
  };
  return {height, paint, hit: found};
}

const DO = {
  play: () => {
    if (!playing && cell === data.output.length - 1) go(0);
    play(!playing);
  },
  back: () => (play(false), go(cell - 1)),
  on: () => (play(false), go(cell + 1)),
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (data && button) DO[button.dataset.do]();
});
element.addEventListener("input", (event) => {
  if (!data || event.target.dataset.do !== "scrub") return;
  play(false);
  go(Number(event.target.value) - 1);
});
element.addEventListener("pointermove", (event) => {
  if (!data) return;
  const canvas = part("canvas"), box = canvas.getBoundingClientRect();
  const over = event.target === canvas ? hit(event.clientX - box.left, event.clientY - box.top) : null;
  canvas.style.cursor = over === null ? "" : "crosshair";
  if (over === peek) return;
  peek = over;
  show();
});
element.addEventListener("pointerleave", () => {
  if (peek === null) return;
  peek = null;
  show();
});
element.addEventListener("pointerdown", (event) => {
  if (!data || event.target !== part("canvas")) return;
  const box = event.target.getBoundingClientRect();
  const over = hit(event.clientX - box.left, event.clientY - box.top);
  if (over === null) return;
  play(false);
  go(over);
});
new ResizeObserver(show).observe(element);
new MutationObserver(show).observe(document.body, {attributeFilter: ["class"]});

function begin() {
  const slide = part("[data-slide]");
  data = slide ? JSON.parse(slide.dataset.slide) : null;
  cell = 0;
  peek = null;
  playing = false;
  if (!data) return;
  show();
  play(!still.matches);
}
watch("value", begin);
begin();
