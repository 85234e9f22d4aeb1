"use strict";

/**
 * Where the page connects to, and how: the fields of its form. Their initial values come from the page's own address
 * (`?port=` and `?path=`), else from `broadcast.json` of the server that serves the page, else they are port 5000 of
 * the page's host.
 */
class Target {
  static #TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

  #form;

  constructor(form) {
    this.#form = form;
  }

  /** The initial address. Throws a RangeError if the page's own address has a bad one. */
  static async address() {
    const query = new URLSearchParams(location.search);
    const port = query.get("port");
    const path = query.get("path");
    if (port !== null && (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) {
      throw new RangeError(`The port in this page's address must be 1 to 65535: ${port}`);
    }
    if (path !== null && !/^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*$/.test(path)) {
      throw new RangeError(`The path in this page's address must start with / and be a plain URL path: ${path}`);
    }
    const told = port === null && path === null ? await Target.told() : undefined;
    return Target.#server(told ? told.port : port ?? undefined) + (path ?? told?.path ?? "");
  }

  /** The server's `broadcast.json`; null if there is none, or the page is not from a server. */
  static async told() {
    if (location.protocol === "file:") {
      return null;
    }
    try {
      const answer = await fetch("broadcast.json", { cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // another kind of server, or none any more
    }
  }

  /** Whether `url` is that of the hub, or of a topic, in the server's `broadcast.json`. */
  static isAt(url, { port, path }) {
    const { host, pathname } = new URL(url);
    const [before, after] = (path ?? "{topic}").split("{topic}"); // any path if none is given
    return host === new URL(Target.#server(port)).host
        && (after === undefined ? pathname === before : pathname.startsWith(before) && pathname.endsWith(after));
  }

  /** The address of the server on a port of the page's host; null is the port of the page itself. */
  static #server(port = 5000) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return `${scheme}://${port === null ? location.host : `${location.hostname || "localhost"}:${Number(port)}`}`;
  }

  #field(name) {
    return this.#form.elements[name].value.trim();
  }

  get url() {
    return this.#field("address");
  }

  set url(url) {
    this.#form.elements.address.value = url;
  }

  /** The content of the fields, for a comparison. */
  get text() {
    return JSON.stringify([this.url, this.#options()]);
  }

  #options() {
    const { elements } = this.#form;
    return {
      protocols: this.#field("protocols").split(/[\s,]+/).filter(name => name !== ""),
      token: elements.token.value,
      replay: this.#field("replay"),
      resume: elements.resume.checked,
    };
  }

  /** The options of a connection. Throws a RangeError that names an invalid field. */
  options() {
    const { protocols, token, replay, resume } = this.#options();
    let url;
    try {
      url = new URL(this.url);
    } catch {
      // reported below
    }
    if (!/^(?:ws|http)s?:$/.test(url?.protocol) || url.hash) {
      throw new RangeError(`The address must be a URL like ws://localhost:5000/path: ${this.url}`);
    }
    if (/[{}]/.test(this.url)) {
      throw new RangeError("Put the name of a topic into the address, in place of what is in braces.");
    }
    for (const name of protocols) {
      if (!Target.#TOKEN.test(name)) {
        throw new RangeError(`A subprotocol is letters, digits and some signs: ${name}`);
      }
    }
    if (token !== "" && !Target.#TOKEN.test(token)) {
      throw new RangeError("The token is sent as a subprotocol: letters, digits and signs like - . _ ~");
    }
    if (replay !== "" && replay !== "latest" && !/^[0-9]{1,9}$/.test(replay)) {
      throw new RangeError(`Replay must be a number of messages, or latest: ${replay}`);
    }
    return { protocols, token, replay, resume };
  }
}
