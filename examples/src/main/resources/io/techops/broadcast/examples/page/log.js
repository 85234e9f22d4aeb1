"use strict";

/**
 * The lines on the page, oldest first: the newest `most` of them.
 *
 * Lines are gathered and put on the page together, so that a flood of messages costs one layout a frame and not one a
 * message. The view follows the newest line as long as the reader is at the end of it; a reader who has scrolled up
 * stays where they are. Whatever a line says is set as text, never as markup.
 */
class Log {
  static #FRAME_MILLIS = 16;
  static #LONGEST_TEXT = 2_000;

  #view;
  #toNewest;
  #most;
  #waiting = [];
  #following = true;
  #timer = 0;

  /** `view` is the scrolling element; `toNewest` the button that brings the reader back to the end of it. */
  constructor(view, toNewest, most) {
    this.#view = view;
    this.#toNewest = toNewest;
    this.#most = most;
    view.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    toNewest.addEventListener("click", () => this.#follow());
    new ResizeObserver(() => this.#settle()).observe(view);
  }

  /** Adds a line: a `kind` for its look, our own words for `what`, and the text of a message, if there is one. */
  add(kind, what, text = "") {
    this.#waiting.push({ kind, what, text, at: new Date() });
    if (this.#waiting.length > this.#most) {
      this.#waiting.shift();
    }
    this.#timer ||= setTimeout(() => this.#flush(), Log.#FRAME_MILLIS);
  }

  #flush() {
    this.#timer = 0;
    const view = this.#view;
    view.append(...this.#waiting.map(Log.#line));
    this.#waiting = [];
    const before = view.scrollHeight;
    for (let surplus = view.childElementCount - this.#most; surplus > 0; surplus--) {
      view.firstElementChild.remove();
    }
    if (!this.#following) {
      view.scrollTop -= before - view.scrollHeight;
    }
    this.#settle();
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
    this.#following = true;
    this.#view.focus();
    this.#settle();
  }

  static #line({ kind, what, text, at }) {
    const time = document.createElement("time");
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleTimeString("en-GB");
    const label = document.createElement("span");
    label.className = "what";
    label.textContent = what;
    const message = document.createElement("bdi"); // a message in a right-to-left script does not turn our words around
    message.textContent = text.length <= Log.#LONGEST_TEXT
        ? text
        : `${text.slice(0, Log.#LONGEST_TEXT)}… (${text.length} characters)`;
    const words = document.createElement("span");
    words.className = "text";
    words.append(label, message);
    const line = document.createElement("div");
    line.className = `line ${kind}`;
    line.append(time, " ", words);
    return line;
  }
}
