"use strict";

/** Messages a second over the last minute, as bars; the newest second is on the right and still grows. */
class Rate {
  static #SECONDS = 60;

  #canvas;
  #words;
  #counts = new Array(Rate.#SECONDS).fill(0);
  #second = Rate.#now();

  constructor(canvas, words) {
    this.#canvas = canvas;
    this.#words = words;
    setInterval(() => this.#draw(), 1_000);
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  static #now() {
    return Math.floor(performance.now() / 1_000);
  }

  count() {
    this.#move();
    this.#counts[Rate.#SECONDS - 1]++;
  }

  #move() {
    const now = Rate.#now();
    for (const end = Math.min(now, this.#second + Rate.#SECONDS); this.#second < end; this.#second++) {
      this.#counts.shift();
      this.#counts.push(0);
    }
    this.#second = now;
  }

  #draw() {
    this.#move();
    const last = this.#counts.at(-2);
    const most = Math.max(...this.#counts);
    this.#words.textContent = `${last.toLocaleString("en")}/s`;
    this.#canvas.setAttribute("aria-label", `Messages received: ${last} in the last second, `
        + `at most ${most} in one second of the last minute`);
    this.#canvas.title = `At most ${most.toLocaleString("en")} in one second of the last minute`;
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
    const step = width / Rate.#SECONDS;
    this.#counts.forEach((count, i) => {
      const bar = count && Math.max(2, count / most * (height - 2));
      context.fillRect(i * step, height - bar, Math.max(1, step - 1), bar);
    });
  }
}
