"use strict";

/* The page itself: the address, the form, the loop, and the words. */
(() => {
  const MOST_LINES = 1_000;
  const CODES = new Map([
    [1000, "normal"], [1001, "going away"], [1002, "protocol error"], [1003, "unsupported data"],
    [1005, "none given"], [1006, "no close frame"], [1007, "invalid data"], [1008, "policy violation"],
    [1009, "message too big"], [1011, "server error"], [1012, "service restart"], [1013, "try again later"],
  ]);

  const $ = id => document.getElementById(id);
  const fromFile = location.protocol === "file:";
  const log = new Log($("log"), $("newest"), MOST_LINES);
  let connection = null;
  let sent = 0;
  let received = 0;

  /** The service's address: this page's host, port 5000, or what `?port=` and `?path=` say. */
  function address() {
    const query = new URLSearchParams(location.search);
    const port = query.get("port") ?? "5000";
    if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
      throw new RangeError(`The port in this page's address must be 1 to 65535: ${port}`);
    }
    const path = query.get("path") ?? "";
    if (!/^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*$/.test(path)) {
      throw new RangeError(`The path in this page's address must start with / and be a plain URL path: ${path}`);
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return `${scheme}://${location.hostname || "localhost"}:${Number(port)}${path}`;
  }

  function show(state, words) {
    $("state").dataset.state = state;
    $("state").textContent = words;
    const button = $("connect");
    if (state !== "waiting" && document.activeElement === button) {
      $("message").focus();
    }
    button.hidden = state !== "waiting";
  }

  function count() {
    $("counts").textContent = `${sent.toLocaleString("en")} sent, ${received.toLocaleString("en")} received`;
  }

  function send(text) {
    if (connection === null || !connection.send(text)) {
      log.add("bad", "Not connected.");
      return;
    }
    sent++;
    count();
    log.add("sent", "Sent: ", text);
  }

  /** What the page tells of the life of its connection to `url`. */
  function narrator(url) {
    let tried = false;
    return {
      connecting() {
        show("connecting", `Connecting to ${url}`);
      },
      opened() {
        tried = true;
        show("open", `Connected to ${url}`);
        log.add("good", `Connected to ${url}`);
        loop.resume();
      },
      received(data) {
        received++;
        count();
        if (typeof data === "string") {
          log.add("received", "Got echo: ", data);
        } else {
          log.add("received", "Got binary: ", `${data.byteLength} bytes`);
        }
      },
      closed(event, wasOpen) {
        const code = CODES.has(event.code) ? `${event.code} (${CODES.get(event.code)})` : event.code;
        log.add(event.wasClean ? "note" : "bad",
            `Connection closed: ${event.wasClean ? "clean" : "not clean"}, code ${code}, `
            + (event.reason ? "reason: " : "no reason"), event.reason);
        if (!wasOpen && !tried) {
          log.add("note", hint(url));
        }
        tried = true;
        loop.pause();
      },
      waiting(millis) {
        const words = `reconnecting in ${(millis / 1000).toFixed(1)} s`;
        show("waiting", `Not connected, ${words}`);
        log.add("note", `${words[0].toUpperCase()}${words.slice(1)}.`);
      },
    };
  }

  /** A browser does not tell a page why a WebSocket failed; these are the two causes worth a look. */
  function hint(url) {
    const option = `--allow-origin ${fromFile ? "null" : location.origin}`;
    return `Hint: is the service running at ${url}? If it is, it may have refused this page's origin (HTTP 403): `
        + `start it with ${option}`;
  }

  /** Sends the time, in seconds, again and again; waits while there is no connection. */
  const loop = {
    running: false,
    paused: false,
    held: false,
    timer: 0,

    toggle() {
      this.running = !this.running;
      $("delay").readOnly = this.running;
      $("loop-toggle").textContent = this.running ? "Stop loop" : "Start loop";
      $("loop-toggle").classList.toggle("running", this.running);
      clearTimeout(this.timer);
      if (!this.running) {
        return;
      }
      this.paused = false;
      this.held = false;
      if (connection !== null && connection.isOpen) {
        this.beat();
      } else {
        log.add("bad", "Not connected.");
        this.pause();
      }
    },

    beat() {
      if (!connection.isOpen) {
        return; // it is closing; its end pauses the loop
      }
      if (!connection.isCongested) {
        this.held = false;
        send((Date.now() / 1000).toFixed(3));
      } else if (!this.held) {
        this.held = true;
        log.add("note", "The loop holds: the connection does not take more at the moment.");
      }
      this.timer = setTimeout(() => this.beat(), $("delay").valueAsNumber);
    },

    pause() {
      if (this.running && !this.paused) {
        this.paused = true;
        clearTimeout(this.timer);
        log.add("note", "The loop is paused until there is a connection.");
      }
    },

    resume() {
      if (this.running) {
        this.paused = false;
        log.add("note", "The loop goes on.");
        this.beat();
      }
    },
  };

  function start() {
    $("file-notice").hidden = !fromFile;
    if (!("WebSocket" in window)) {
      show("closed", "This browser has no WebSocket");
      log.add("bad", "This browser has no WebSocket: it cannot connect.");
      return;
    }
    try {
      const url = address();
      connection = new Connection(url, narrator(url));
      connection.connect();
    } catch (error) { // a bad ?port= or ?path=, or an address that this browser does not connect to
      connection = null;
      show("closed", "Not connected");
      log.add("bad", error.message);
    }
  }

  $("composer").addEventListener("submit", event => {
    event.preventDefault();
    send($("message").value);
    if (document.activeElement === $("message")) {
      $("message").select();
    }
  });
  $("loop").addEventListener("submit", event => {
    event.preventDefault();
    loop.toggle();
  });
  $("connect").addEventListener("click", () => connection.connect());
  window.addEventListener("online", () => connection?.connect());

  start();
})();
