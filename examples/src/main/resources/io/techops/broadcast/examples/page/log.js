"use strict";

/**
 * The lines on the page, oldest first: the newest `most` lines, and of those at most 16 MiB.
 *
 * Lines are gathered and put on the page together, so that a flood of messages costs one layout for each frame and not
 * one for each message. The view follows the newest line while it is scrolled to the end; otherwise it stays where it
 * is. During a pause lines are kept, and the view does not change. The content of a line is set as text, never as
 * markup.
 */
class Log {
  static #FRAME_MILLIS = 16;
  static #MOST_BYTES = 16 << 20;

  #view;
  #toNewest;
  #most;
  #changed;
  #lines = [];
  #bytes = 0;
  #waiting = [];
  #filter = "";
  #pretty = false;
  #paused = false;
  #unseen = 0;
  #following = true;
  #timer = 0;

  /**
   * `view` is the scrolling element; `toNewest` the button that brings the reader back to the end of it; `changed` is
   * told how many lines are not shown because of a pause.
   */
  constructor(view, toNewest, most, changed) {
    this.#view = view;
    this.#toNewest = toNewest;
    this.#most = most;
    this.#changed = changed;
    view.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    toNewest.addEventListener("click", () => this.#follow());
    new ResizeObserver(() => this.#settle()).observe(view);
  }

  add(line) {
    this.#waiting.push(new Line(line));
    if (this.#waiting.length > 2 * this.#most) {
      this.#waiting = this.#waiting.slice(-this.#most);
    }
    this.#timer ||= setTimeout(() => this.#flush(), Log.#FRAME_MILLIS);
  }

  /** Shows only lines that contain `text`, in any case. */
  filter(text) {
    this.#filter = text.toLowerCase();
    this.#showAll();
  }

  set pretty(pretty) {
    this.#pretty = pretty;
    this.#showAll();
  }

  set paused(paused) {
    this.#paused = paused;
    this.#unseen = 0;
    this.#changed(0);
    if (!paused) {
      this.#showAll();
    }
  }

  clear() {
    this.#lines = [];
    this.#waiting = [];
    this.#bytes = 0;
    this.#unseen = 0;
    this.#changed(0);
    this.#view.replaceChildren();
    this.#follow();
  }

  /** The lines that the filter lets through, also those that came during a pause. */
  get lines() {
    return [...this.#lines, ...this.#waiting].filter(line => line.matches(this.#filter));
  }

  #flush() {
    this.#timer = 0;
    const lines = this.#waiting.slice(-this.#most);
    this.#waiting = [];
    this.#lines.push(...lines);
    this.#bytes += lines.reduce((sum, line) => sum + line.size, 0);
    let surplus = 0;
    while (this.#lines.length - surplus > this.#most || this.#bytes > Log.#MOST_BYTES
        && this.#lines.length - surplus > 1) {
      this.#bytes -= this.#lines[surplus++].size;
    }
    const old = this.#lines.splice(0, surplus);
    if (this.#paused) {
      this.#unseen += lines.length;
      this.#changed(this.#unseen);
      return;
    }
    const kept = lines.slice(Math.max(0, lines.length - this.#lines.length));
    this.#view.append(...kept.filter(line => line.matches(this.#filter)).map(line => line.render(this.#pretty)));
    const before = this.#view.scrollHeight;
    old.forEach(line => line.node?.remove());
    if (!this.#following) {
      this.#view.scrollTop -= before - this.#view.scrollHeight;
    }
    this.#settle();
  }

  #showAll() {
    this.#view.replaceChildren(...this.#lines.filter(line => {
      line.node = undefined;
      return line.matches(this.#filter);
    }).map(line => line.render(this.#pretty)));
    this.#follow();
  }

  #settle() {
    if (this.#following) {
      this.#view.scrollTop = this.#view.scrollHeight;
    }
    this.#toNewest.hidden = this.#following;
  }

  #scrolled() {
    const view = this.#view;
    const lineHeight = 24;
    this.#following = view.scrollHeight - view.scrollTop - view.clientHeight < lineHeight;
    this.#toNewest.hidden = this.#following;
  }

  #follow() {
    const hadFocus = document.activeElement === this.#toNewest;
    this.#following = true;
    this.#settle();
    if (hadFocus) {
      this.#view.focus();
    }
  }
}
