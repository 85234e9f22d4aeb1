"use strict";

if (location.search === "?scripted") {
  window.random = 0.5;
  Math.random = () => window.random;

  /** The timers that were set and not cleared, in milliseconds; `elapse` runs the only one. */
  window.timers = new Map();
  let timer = 0;
  window.setTimeout = (task, millis) => {
    timers.set(++timer, { task, millis });
    return timer;
  };
  window.clearTimeout = id => timers.delete(id);
  window.waits = () => [...timers.values()].map(({ millis }) => millis);
  window.elapse = () => {
    const [[id, { task }]] = timers;
    timers.delete(id);
    task();
    return turn();
  };

  /** A turn of the event loop, after which what was awaited has gone on. */
  window.turn = () => new Promise(resolve => {
    const channel = new MessageChannel();
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(0);
  });

  window.sockets = [];
  window.WebSocket = class extends EventTarget {
    readyState = 0;
    protocol = "";
    sent = [];

    constructor(url, protocols) {
      super();
      Object.assign(this, { url: String(url), protocols: [...protocols] });
      window.sockets.push(this);
    }

    /** The server accepts, having selected `protocol`; a numbered stream has begun after `id`. */
    accept(protocol, id, recovered = false) {
      this.readyState = 1;
      this.protocol = protocol;
      this.dispatchEvent(new Event("open"));
      if (protocol === "broadcast.v1") {
        this.receive(`event: open\nid: ${id}\nrecovered: ${recovered}\n\n`);
      }
    }

    receive(data) {
      this.dispatchEvent(new MessageEvent("message", { data }));
    }

    /** The connection ends. */
    end(code, reason = "") {
      this.readyState = 3;
      this.dispatchEvent(new CloseEvent("close", { code, reason, wasClean: code !== 1006 }));
      return turn();
    }

    send(data) {
      this.sent.push(data);
    }

    close(code, reason) {
      this.readyState = 2;
      this.closed = { code, reason };
    }
  };
}
