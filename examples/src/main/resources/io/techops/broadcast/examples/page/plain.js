"use strict";

/**
 * The connection of the page if `broadcast.js` cannot be loaded, for example in a page opened from a file: a plain
 * WebSocket with the same events and methods. It does not reconnect by itself, and does not resume.
 */
class PlainSocket extends EventTarget {
  state = "closed";
  lastEventId = "";
  numbered = false;

  #url;
  #protocols;
  #socket;

  constructor(url, { protocols = [], token, replay } = {}) {
    super();
    const target = new URL(url);
    if (replay) {
      target.searchParams.set("replay", replay);
    }
    this.#url = target.pathname === "/" && !target.search ? target.origin : target.href;
    this.#protocols = [...protocols, ...token ? ["bearer", token] : []];
    this.connect();
  }

  get bufferedAmount() {
    return this.#socket.bufferedAmount;
  }

  connect() {
    const socket = this.#socket = new WebSocket(this.#url, this.#protocols);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      this.#become("open");
      this.#emit("open", { recovered: false, numbered: false });
    });
    socket.addEventListener("message", ({ data }) => this.#emit("message", { data, direct: false }));
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      this.#become("closed");
      this.#emit("close", { code, reason, wasClean });
    });
    this.#become("connecting");
  }

  send(data) {
    const open = this.state === "open" && this.#socket.readyState === WebSocket.OPEN;
    if (open) {
      this.#socket.send(data);
    }
    return open;
  }

  close() {
    this.#socket.close();
  }

  #become(state) {
    this.state = state;
    this.#emit("state", { state });
  }

  #emit(type, detail) {
    this.dispatchEvent(Object.assign(new Event(type), detail));
  }
}
