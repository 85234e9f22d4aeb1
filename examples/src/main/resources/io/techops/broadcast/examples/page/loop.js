"use strict";

/** Sends the time, in seconds, again and again; waits while there is no connection. */
class Loop {
  static #MOST_BUFFERED_BYTES = 1 << 20;

  #delay;
  #button;
  #connection;
  #send;
  #say;
  #running = false;
  #paused = false;
  #held = false;
  #timer = 0;

  /** `connection` returns the socket or null; `send` sends a text; `say` adds a line to the log. */
  constructor(delay, button, { connection, send, say }) {
    this.#delay = delay;
    this.#button = button;
    this.#connection = connection;
    this.#send = send;
    this.#say = say;
  }

  toggle() {
    this.#running = !this.#running;
    this.#delay.readOnly = this.#running;
    this.#button.textContent = this.#running ? "Stop loop" : "Start loop";
    this.#button.classList.toggle("running", this.#running);
    clearTimeout(this.#timer);
    if (!this.#running) {
      return;
    }
    this.#paused = false;
    this.#held = false;
    if (this.#connection()?.state === "open") {
      this.#beat();
    } else {
      this.#say("bad", "Not connected.");
      this.pause();
    }
  }

  #beat() {
    const connection = this.#connection();
    if (connection?.state !== "open") {
      return; // its end pauses the loop
    }
    if (connection.bufferedAmount <= Loop.#MOST_BUFFERED_BYTES) {
      this.#held = false;
      this.#send((Date.now() / 1000).toFixed(3));
    } else if (!this.#held) {
      this.#held = true;
      this.#say("note", "The loop holds: the connection does not take more at the moment.");
    }
    this.#timer = setTimeout(() => this.#beat(), this.#delay.valueAsNumber);
  }

  pause() {
    if (this.#running && !this.#paused) {
      this.#paused = true;
      clearTimeout(this.#timer);
      this.#say("note", "The loop is paused until there is a connection.");
    }
  }

  resume() {
    if (this.#running) {
      this.#paused = false;
      this.#say("note", "The loop goes on.");
      this.#beat();
    }
  }
}
