"use strict";

/**
 * The number of peers, from `broadcast.json` of the server that serves the page. It is fetched while the page is
 * visible and connected to that server's hub; for another hub, or without that file, the number is unknown.
 */
class Peers {
  static #PAUSE = 2_000; // milliseconds until the next request
  static #LONG_PAUSE = 30_000; // if there was no number

  #words;
  #plot;
  #url = null;
  #timer = 0;

  constructor(words, plot) {
    this.#words = words;
    this.#plot = plot;
    document.addEventListener("visibilitychange", () => this.#ask());
  }

  /** Follows the hub that the page is connected to by `url`; none if it is null. */
  follow(url) {
    if (url !== this.#url) {
      this.#url = url;
      this.#ask();
    }
  }

  async #ask() {
    clearTimeout(this.#timer);
    const url = this.#url;
    if (url === null || document.hidden) {
      this.#show("–");
      return;
    }
    const told = await Target.told();
    if (url !== this.#url) {
      return;
    }
    const isKnown = Number.isInteger(told?.peers) && Target.isAt(url, told);
    if (isKnown) {
      this.#tell(told);
    } else {
      this.#show("unknown");
    }
    clearTimeout(this.#timer); // set by another call meanwhile
    this.#timer = setTimeout(() => this.#ask(), isKnown ? Peers.#PAUSE : Peers.#LONG_PAUSE);
  }

  #tell({ peers, allPeers, path }) {
    const all = Number.isInteger(allPeers) ? allPeers : undefined;
    const words = [peers.toLocaleString("en") + (all === undefined ? "" : " here")];
    if (all !== undefined) {
      words.push(`${all.toLocaleString("en")} on all nodes`);
    }
    if (path?.includes("{topic}")) {
      words.push("all topics");
    }
    this.#show(words.map(each => each.replaceAll(" ", "\u00a0")).join(", "), peers, all); // no line break within one
  }

  #show(words, here, all) {
    this.#words.textContent = words;
    this.#plot.peers(here, all);
  }
}
