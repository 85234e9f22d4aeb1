"use strict";

/**
 * Messages per second over the last minute as bars, and the number of peers as lines, which have their own scale. The
 * newest second is on the right and still grows.
 */
class Plot {
  static #SECONDS = 60;

  #canvas;
  #keys;
  #rate;
  #slots = Array.from({ length: Plot.#SECONDS }, () => ({ count: 0 }));
  #second = Plot.#now();

  /** `keys` are the elements of the legend: each names its series in `data-of`, and shows the greatest value. */
  constructor(canvas, keys, rate) {
    this.#canvas = canvas;
    this.#keys = [...keys];
    this.#rate = rate;
    setInterval(() => this.#draw(), 1_000);
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  static #now() {
    return Math.floor(performance.now() / 1_000);
  }

  count() {
    this.#move();
    this.#slots.at(-1).count++;
  }

  /** Sets the number of peers from now on, here and on all nodes; undefined if not known. */
  peers(here, all) {
    this.#move();
    Object.assign(this.#slots.at(-1), { here, all });
    this.#draw();
  }

  #move() {
    const now = Plot.#now();
    for (const end = Math.min(now, this.#second + Plot.#SECONDS); this.#second < end; this.#second++) {
      this.#slots.shift();
      this.#slots.push({ ...this.#slots.at(-1), count: 0 });
    }
    this.#second = now;
  }

  /** The greatest value of a minute; undefined if none is known. */
  #most(of) {
    const known = this.#slots.map(slot => slot[of]).filter(value => value !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  }

  #draw() {
    this.#move();
    this.#tell();
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = window.devicePixelRatio;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    const context = this.#canvas.getContext("2d");
    const style = getComputedStyle(this.#canvas);
    context.scale(scale, scale);
    context.fillStyle = style.getPropertyValue("--line");
    context.fillRect(0, height - 1, width, 1);
    context.fillStyle = style.getPropertyValue("--accent");
    const step = width / Plot.#SECONDS;
    const most = this.#most("count");
    this.#slots.forEach(({ count }, i) => {
      const bar = count && Math.max(2, count / most * (height - 2));
      context.fillRect(i * step, height - bar, Math.max(1, step - 1), bar);
    });
    const peers = Math.max(1, this.#most("here") ?? 0, this.#most("all") ?? 0);
    for (const of of ["all", "here"]) {
      const line = this.#line(of, value => height - 2 - value / peers * (height - 4), step);
      context.setLineDash([]);
      context.strokeStyle = style.getPropertyValue("--panel"); // an outline: the line is visible in front of bars
      context.lineWidth = 5;
      context.stroke(line);
      context.setLineDash(of === "all" ? [4, 3] : []);
      context.strokeStyle = style.getPropertyValue("--peers");
      context.lineWidth = 2;
      context.stroke(line);
    }
  }

  #line(of, y, step) {
    const line = new Path2D();
    let drawn = false;
    this.#slots.forEach(({ [of]: value }, i) => {
      if (value !== undefined) {
        line[drawn ? "lineTo" : "moveTo"](i * step, y(value));
        line.lineTo((i + 1) * step, y(value));
      }
      drawn = value !== undefined;
    });
    return line;
  }

  /** The same in words. */
  #tell() {
    for (const key of this.#keys) {
      const most = this.#most(key.dataset.of);
      key.hidden = most === undefined;
      key.lastElementChild.textContent = most?.toLocaleString("en");
    }
    const last = this.#slots.at(-2).count;
    const { here } = this.#slots.at(-1);
    this.#rate.textContent = `${last.toLocaleString("en")}/s`;
    this.#canvas.setAttribute("aria-label", `Messages received: ${last} in the last second, `
        + `at most ${this.#most("count")} in one second of the last minute`
        + (here === undefined ? "" : `; peers: ${here} now, at most ${this.#most("here")}`));
  }
}
