"use strict";

/**
 * Recognises the messages that this page sent itself. A broadcast does not name its sender, so a message counts as an
 * echo if it has exactly the content of a message that was sent on this connection within the last 30 seconds and has
 * not come back yet; each sent message is matched once.
 */
class Echoes {
  static #MOST = 1_000;
  static #MOST_MILLIS = 30_000;
  static #MOST_TIMES = 100;

  #sent = [];
  #times = [];

  sent(text) {
    this.#sent.push({ text, at: performance.now() });
    if (this.#sent.length > Echoes.#MOST) {
      this.#sent.shift();
    }
  }

  /** How many milliseconds ago `text` was sent, if it is an echo; else undefined. */
  match(text) {
    const now = performance.now();
    while (this.#sent.length > 0 && now - this.#sent[0].at > Echoes.#MOST_MILLIS) {
      this.#sent.shift();
    }
    const index = this.#sent.findIndex(message => message.text === text);
    if (index < 0) {
      return undefined;
    }
    const [{ at }] = this.#sent.splice(index, 1);
    this.#times.push(now - at);
    if (this.#times.length > Echoes.#MOST_TIMES) {
      this.#times.shift();
    }
    return now - at;
  }

  /** The median of the newest round trips, in milliseconds; undefined before there is one. */
  get median() {
    return [...this.#times].sort((a, b) => a - b)[Math.floor(this.#times.length / 2)];
  }

  /** The connection has ended: messages that have not come back will not. */
  clear() {
    this.#sent = [];
  }
}
