/*
 * The stream of a Broadcast hub in a browser: a WebSocket that reconnects after every loss, and resumes exactly where
 * it was or reports what is missing. One file, no dependencies, no build step:
 *
 *   import { BroadcastSocket } from "/broadcast.js";
 *
 *   const live = new BroadcastSocket("/live");
 *   live.addEventListener("message", ({ data }) => show(data));
 *   live.addEventListener("gap", () => reload());
 *
 * It offers the subprotocol broadcast.v1, with which every message comes with its position. Each connection is one
 * attempt, and events of older attempts are ignored: two connections never deliver at the same time. A message to send
 * is handed to one connection once, or not at all. All options and events are in broadcast.d.ts.
 */

const NUMBERED = "broadcast.v1";

/** After these close codes the socket stays closed: the server would refuse this client again, or needs it no more. */
const FINAL = [1000, 1002, 1003, 1007, 1008, 1010, 3000, 3003];

/** With these codes a server closes many clients (going away, restart, overload), which must not all return at once. */
const SPREAD = [1001, 1012, 1013];

/** A connection that lasts this long, in milliseconds, resets the waits: one that is closed earlier has failed. */
const GOOD = 5_000;

export class BroadcastSocket extends EventTarget {
  /** "connecting", "open", "waiting" (for the next attempt) or "closed". Read only, like the next two. */
  state = "closed";

  /** The position of the last message that was delivered, "" before there is one. */
  lastEventId;

  /** The subprotocol that the server has selected. */
  protocol = "";

  #url;
  #options;
  #attempt;
  #socket;
  #timer;
  #retries = 0;
  #suspect;

  /** Whether the last connection that the server accepted was one that did not offer the numbered stream. */
  #plain;

  /**
   * Connects to `url`, which may be relative to the page and begin with http. Throws a TypeError if it is no URL, or if
   * `lastEventId` is not a position: the server would refuse each attempt.
   */
  constructor(url, options) {
    super();
    this.#url = new URL(url, self.location.href);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    this.#url.hash = "";
    this.#options = { resume: true, firstDelay: 500, maxDelay: 30_000, spread: 5_000, timeout: 10_000, ...options };
    this.lastEventId = this.#options.lastEventId ?? "";
    if (!/^([0-9a-z]+-\d+)?$/.test(this.lastEventId)) {
      throw new TypeError(`lastEventId must be a position: ${this.lastEventId}`);
    }
    this.connect();
  }

  /** Whether messages have positions on this connection. Without, nothing is resumed, and no gap is reported. */
  get numbered() {
    return this.protocol === NUMBERED;
  }

  /** How many bytes of sent messages are still in the browser. */
  get bufferedAmount() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Connects now, also after `close`. Does nothing if the socket is open or connecting. */
  connect() {
    if (this.state === "closed" || this.state === "waiting") {
      this.#listen("addEventListener");
      this.#dial(this.#options.resume);
    }
  }

  /** Hands `data` to the connection and returns true, or returns false if none is open: nothing is queued. */
  send(data) {
    const open = this.state === "open" && this.#socket.readyState === 1;
    if (open) {
      this.#socket.send(data);
    }
    return open;
  }

  /** Closes until `connect` is called. */
  close(code = 1000, reason) {
    if (this.#socket) {
      this.#socket.close(code, reason);
    } else {
      this.#attempt = null;
    }
    this.#become("closed");
  }

  /** Makes one attempt, which offers the numbered stream or not. A token function is called at each attempt. */
  async #dial(numbered) {
    const { protocols = [], token, replay, timeout, resume } = this.#options;
    const attempt = this.#attempt = {};
    const isCurrent = () => attempt === this.#attempt;
    this.#socket = null;
    this.protocol = "";
    this.#after(timeout, () => this.#lost("No stream within the timeout."));
    this.#become("connecting");
    try {
      const bearer = await (token?.call ? token() : token);
      if (!isCurrent()) {
        return;
      }
      const url = new URL(this.#url);
      const ask = (name, value) => {
        if (value) {
          url.search += `${url.search && "&"}${name}=${encodeURIComponent(value)}`;
        }
      };
      ask("replay", replay);
      ask("last_event_id", numbered && this.lastEventId);
      const offered = [...numbered ? [NUMBERED] : [], ...protocols, ...bearer ? ["bearer", bearer] : []];
      const socket = this.#socket = new WebSocket(url, offered);
      socket.binaryType = "arraybuffer";
      const on = (type, react) => socket.addEventListener(type, event => isCurrent() && react(event));
      on("open", () => {
        const isDoubtful = resume && !numbered && !this.#plain;
        this.#plain = !numbered;
        if (isDoubtful) { // the attempt before may have failed for another reason than the subprotocol
          socket.close();
          this.#dial(true);
          return;
        }
        this.protocol = socket.protocol;
        if (!this.numbered) {
          this.#opened({ recovered: false });
        }
      });
      on("message", ({ data }) => this.numbered ? this.#frame(data) : this.#emit("message", { data, direct: false }));
      on("close", event => {
        if (numbered && this.state === "connecting" && !this.protocol && !this.lastEventId) {
          this.#dial(false); // browsers fail the handshake when the server selects none of the subprotocols
        } else {
          this.#ended(event);
        }
      });
    } catch (error) {
      if (isCurrent()) {
        this.#lost(String(error));
      }
    }
  }

  /** Parses a frame: headers, an empty line, the payload. */
  #frame(data) {
    const bytes = typeof data !== "string" && new Uint8Array(data);
    const end = bytes ? bytes.findIndex((byte, i) => byte === 10 && bytes[i + 1] === 10) : data.indexOf("\n\n");
    const head = bytes ? new TextDecoder().decode(bytes.subarray(0, end)) : data.slice(0, end);
    const headers = head.split("\n").map(line => line.split(/: (.*)/s));
    const { id, key, event, recovered, reason, missed } = Object.fromEntries(headers);
    if (!this.lastEventId || recovered !== "false") { // otherwise a gap follows, which must not be missed
      this.lastEventId = id ?? this.lastEventId;
    }
    if (event === "open") {
      this.#opened({ id, recovered: recovered === "true" });
    } else if (event === "gap") {
      this.#emit(event, { id, reason, missed: missed && +missed });
    } else if (!event || event === "direct") {
      this.#emit("message", { data: data.slice(end + 2), id, key, direct: !!event });
    }
  }

  #opened(detail) {
    this.#after(GOOD, () => this.#retries = 0);
    this.#become("open");
    this.#emit("open", { ...detail, numbered: this.numbered });
  }

  /** Gives up the attempt. Its connection may be dead, and its events are ignored from now on. */
  #lost(reason) {
    this.#socket?.close();
    this.#ended({ code: 1006, reason, wasClean: false });
  }

  #ended({ code, reason, wasClean }) {
    const { firstDelay, maxDelay, spread } = this.#options;
    const most = Math.min(maxDelay, firstDelay * 2 ** this.#retries++);
    let retryIn;
    this.#attempt = this.#socket = null;
    if (this.state === "closed" || FINAL.includes(code) || code >= 4000) {
      this.#become("closed");
    } else {
      retryIn = SPREAD.includes(code) ? firstDelay + Math.random() * Math.max(spread, most) : Math.random() * most;
      this.#wait(retryIn);
    }
    this.#emit("close", { code, reason, wasClean, retryIn });
  }

  #wait(millis) {
    this.#after(millis, () => this.connect());
    this.#become("waiting");
  }

  /** The network has gone or come back, or the tab is visible again: ends a long wait early. */
  #wake = ({ type }) => {
    if (type === "offline") {
      this.#suspect = this.#attempt;
      return;
    }
    if (type === "online") {
      this.#retries = 0;
      if (this.#attempt && this.#attempt === this.#suspect) {
        // The connection from before may be dead, and the browser may report that only after minutes.
        this.#lost("The network was away.");
      }
    } else if (document.hidden) {
      return;
    }
    if (this.state === "waiting") {
      this.#wait(Math.random() * this.#options.firstDelay);
    }
  };

  #listen(change) {
    self[change]("online", this.#wake);
    self[change]("offline", this.#wake);
    self.document?.[change]("visibilitychange", this.#wake);
  }

  #after(millis, task) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(task, millis);
  }

  #become(state) {
    if (state === "closed") {
      clearTimeout(this.#timer);
      this.#listen("removeEventListener");
    }
    if (state !== this.state) {
      this.state = state;
      this.#emit("state", { state });
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(Object.assign(new Event(type), detail));
  }
}
