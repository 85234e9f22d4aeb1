"use strict";

/**
 * A WebSocket that comes back.
 *
 * After a close it waits and connects again: 0.5 s at first, twice as long after each failure, 30 s at most. Half of
 * each wait is random, so that the pages of a service that was restarted do not all return in the same instant. Only a
 * connection that lasted counts as good and resets the wait: a service that accepts and then closes at once is not
 * hammered.
 *
 * The listener is told `connecting()`, then `opened()`, or nothing if that failed, then `closed(event, wasOpen)`,
 * then `waiting(millis)`; and `received(data)` while it is open.
 */
class Connection {
  static #FIRST_WAIT_MILLIS = 500;
  static #LONGEST_WAIT_MILLIS = 30_000;
  static #GOOD_AFTER_MILLIS = 5_000;
  static #HANDSHAKE_MILLIS = 10_000;
  static #MOST_BUFFERED_BYTES = 1 << 20;

  #url;
  #listener;
  #socket = null;
  #failures = 0;
  #timer = 0;

  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
  }

  get isOpen() {
    return this.#socket !== null && this.#socket.readyState === WebSocket.OPEN;
  }

  /** Whether so much is still unsent that more would only pile up in this browser. */
  get isCongested() {
    return this.isOpen && this.#socket.bufferedAmount > Connection.#MOST_BUFFERED_BYTES;
  }

  /** Connects now, without waiting any longer; does nothing if there is a connection, or one in the making. */
  connect() {
    if (this.#socket !== null) {
      return;
    }
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
    const handshake = setTimeout(() => socket.close(), Connection.#HANDSHAKE_MILLIS);
    let openedAt = null;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      clearTimeout(handshake);
      openedAt = performance.now();
      this.#listener.opened();
    });
    socket.addEventListener("message", event => this.#listener.received(event.data));
    socket.addEventListener("close", event => {
      clearTimeout(handshake);
      this.#socket = null;
      if (openedAt !== null && performance.now() - openedAt >= Connection.#GOOD_AFTER_MILLIS) {
        this.#failures = 0;
      }
      this.#listener.closed(event, openedAt !== null);
      this.#comeBack();
    });
    this.#socket = socket;
    this.#listener.connecting();
  }

  /** Sends `text`, and says whether there was an open connection to send it on. */
  send(text) {
    if (!this.isOpen) {
      return false;
    }
    this.#socket.send(text);
    return true;
  }

  #comeBack() {
    const longest = Math.min(Connection.#LONGEST_WAIT_MILLIS, Connection.#FIRST_WAIT_MILLIS * 2 ** this.#failures);
    const millis = longest / 2 + Math.random() * longest / 2;
    this.#failures++;
    this.#timer = setTimeout(() => this.connect(), millis);
    this.#listener.waiting(millis);
  }
}
