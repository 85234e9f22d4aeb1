package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When {@code broadcast.js} connects again, in a real browser with timers that the test drives. */
class BrowserBackoffIT {

    @RegisterExtension
    static final ScriptedClient CLIENT = new ScriptedClient();

    @Test
    void theWaitsAreARandomPartOfATimeThatDoublesUpToItsLimit() {
        assertThat(CLIENT.run("""
                start("/live", { resume: false });
                await turn();
                const all = [];
                for (let i = 0; i < 9; i++) {
                  random = i === 4 ? 0.25 : 0.5;
                  await sockets.at(-1).end(1006);
                  all.push(...waits());
                  await elapse();
                }
                return all;""").toString())
                .isEqualTo("[250,500,1000,2000,2000,8000,15000,15000,15000]");
    }

    @Test
    void onlyAConnectionThatLastsResetsTheWaits() {
        assertThat(CLIENT.run("""
                start("/live", { resume: false });
                await turn();
                const all = [];
                for (const lasts of [false, false, true, false]) {
                  sockets.at(-1).accept("");
                  if (lasts) {
                    await elapse();
                  }
                  await sockets.at(-1).end(1006);
                  all.push(...waits());
                  await elapse();
                }
                return all;""").toString())
                .isEqualTo("[250,500,250,500]");
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1012, 1013})
    void clientsThatWereClosedTogetherComeBackSpreadOut(int code) {
        assertThat(CLIENT.run("""
                const all = [];
                for (random of [0, 0.5, 0.999]) {
                  start("/live", { spread: 4000 });
                  await turn();
                  sockets.at(-1).accept("broadcast.v1", "e-1");
                  await sockets.at(-1).end(%d);
                  all.push(waits().pop());
                  timers.clear();
                }
                return all;""".formatted(code)).toString())
                .isEqualTo("[500,2500,4496]");
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1002, 1003, 1007, 1008, 1010, 3000, 3003, 4000, 4999})
    void itStaysClosedWhereTheServerIsDoneWithIt(int code) {
        assertThat(CLIENT.lines("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                await sockets[0].end(%d, "enough");
                dispatchEvent(new Event("online"));
                return [socket.state, events.at(-1), ...waits()];""".formatted(code)))
                .containsExactly("closed",
                        "close {\"code\":" + code + ",\"reason\":\"enough\",\"wasClean\":true}");
        assertThat(CLIENT.run("socket.connect(); await turn(); return sockets[1].url").asText())
                .endsWith("last_event_id=e-1");
    }

    @Test
    void aServerThatCannotBeReachedIsAskedForBothAndThenWaitedFor() {
        assertThat(CLIENT.run("""
                start("/live");
                await turn();
                await sockets[0].end(1006);
                await sockets[1].end(1006);
                await elapse();
                return [sockets.map(({ protocols }) => protocols.length), events.filter(e => e[0] === "c").length];""")
                .toString()).isEqualTo("[[1,0,1],1]");
    }

    @Test
    void anAttemptThatTakesTooLongIsGivenUp() {
        assertThat(CLIENT.run("""
                start("/live", { resume: false });
                await turn();
                const limit = waits();
                await elapse();
                return [limit, sockets[0].closed !== undefined];""").toString()).isEqualTo("[[10000],true]");
    }

    @Test
    void anAttemptThatTakesTooLongIsNotTakenForARefusalOfTheSubprotocol() {
        assertThat(CLIENT.lines("""
                start("/live");
                await turn();
                await elapse();
                await sockets[0].end(1006);
                const told = events.at(-1);
                await elapse();
                return [told, ...sockets.map(({ protocols }) => protocols.join())];"""))
                .containsExactly("close {\"code\":1006,\"reason\":\"No stream within the timeout.\",\"wasClean\":false,"
                        + "\"retryIn\":250}", "broadcast.v1", "broadcast.v1");
    }

    @Test
    void aStreamThatDoesNotBeginIsGivenUp() {
        assertThat(CLIENT.run("""
                start("/live");
                await turn();
                sockets[0].protocol = "broadcast.v1";
                sockets[0].readyState = 1;
                sockets[0].dispatchEvent(new Event("open"));
                await elapse();
                return [sockets[0].closed !== undefined, socket.state, ...waits()];""").toString())
                .isEqualTo("[true,\"waiting\",250]");
    }

    @Test
    void aTokenThatDoesNotComeIsAnAttemptThatTakesTooLong() {
        assertThat(CLIENT.run("""
                let calls = 0;
                start("/live", { token: () => ++calls === 1 ? new Promise(() => {}) : "second", timeout: 3000 });
                await turn();
                const limit = waits();
                await elapse();
                const { state } = socket;
                await elapse();
                return [limit, state, sockets.map(({ protocols }) => protocols.join())];""").toString())
                .isEqualTo("[[3000],\"waiting\",[\"broadcast.v1,bearer,second\"]]");
    }

    @Test
    void whoClosesItWhenItBeginsToConnectHasNoAttemptLeft() {
        assertThat(CLIENT.run("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                await sockets[0].end(1006);
                socket.addEventListener("state", ({ state }) => state === "connecting" && socket.close());
                await elapse();
                return [socket.state, sockets.length, waits().length];""").toString()).isEqualTo("[\"closed\",1,0]");
    }

    @Test
    void theNetworkThatReturnsEndsAWait() {
        assertThat(CLIENT.run("""
                start("/live", { resume: false });
                await turn();
                for (let i = 0; i < 8; i++) {
                  await sockets.at(-1).end(1006);
                  await elapse();
                }
                await sockets.at(-1).end(1006);
                const all = waits();
                dispatchEvent(new Event("online"));
                all.push(...waits());
                await elapse();
                await sockets.at(-1).end(1006);
                return [...all, ...waits()];""").toString()).isEqualTo("[15000,250,250]");
    }

    @Test
    void aTabThatIsLookedAtAgainEndsAWait() {
        assertThat(CLIENT.run("""
                start("/live", { resume: false, firstDelay: 8000 });
                await turn();
                await sockets[0].end(1006);
                let hidden = true;
                Object.defineProperty(document, "hidden", { get: () => hidden });
                const look = value => {
                  hidden = value;
                  random = 0.125;
                  document.dispatchEvent(new Event("visibilitychange"));
                  return waits()[0];
                };
                return [look(true), look(false)];""").toString()).isEqualTo("[4000,1000]");
    }

    @Test
    void aConnectionThatLivedThroughATimeWithoutANetworkIsReplaced() {
        assertThat(CLIENT.lines("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                dispatchEvent(new Event("online"));
                const untouched = sockets[0].closed === undefined;
                dispatchEvent(new Event("offline"));
                dispatchEvent(new Event("online"));
                sockets[0].receive("id: e-2\\n\\ntoo late");
                await sockets[0].end(1006);
                const told = events.filter(event => event.startsWith("close"));
                await elapse();
                return [untouched, sockets[0].closed !== undefined, messages.length, ...told, sockets[1].url.slice(-3)];
                """))
                .containsExactly("true", "true", "0",
                        "close {\"code\":1006,\"reason\":\"The network was away.\",\"wasClean\":false,\"retryIn\":250}",
                        "e-1");
    }
}
