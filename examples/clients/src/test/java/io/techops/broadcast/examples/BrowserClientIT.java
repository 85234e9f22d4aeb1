package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code broadcast.js} in a real browser, with a WebSocket and timers that the test drives: no server, no waiting. */
class BrowserClientIT {

    private static BroadcastServer pages;
    private static Browser browser;

    private Browser.Tab tab;

    @BeforeEach
    void open() {
        if (browser == null) { // one for all tests; where there is none, each of them says so
            browser = Browser.start();
            pages = ClientPage.server(0).start();
        }
        tab = ClientPage.open(browser, pages, "?scripted");
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
            pages.close();
        }
    }

    /** {@return what the script returns, which may await} */
    private JsonNode run(String script) {
        return tab.value("(async () => {" + script + "})()");
    }

    private List<String> lines(String script) {
        List<String> lines = new ArrayList<>();
        run(script).forEach(line -> lines.add(line.isTextual() ? line.asText() : line.toString()));
        return lines;
    }

    @Test
    void itOffersTheNumberedStreamBesideTheApplicationsSubprotocolsAndTheToken() {
        assertThat(lines("""
                start("http://example.org/live?room=a%20b#part", { protocols: ["chat"], token: "abc", replay: 5 });
                await turn();
                return [sockets[0].url, sockets[0].binaryType, ...sockets[0].protocols];"""))
                .containsExactly("ws://example.org/live?room=a%20b&replay=5", "arraybuffer",
                        "broadcast.v1", "chat", "bearer", "abc");
    }

    @Test
    void anAddressIsRelativeToThePage() {
        assertThat(run("start('/live', { resume: false }); await turn(); return [sockets[0].url, sockets[0].protocols]")
                .toString()).isEqualTo("[\"ws://127.0.0.1:" + pages.pagePort() + "/live\",[]]");
        assertThat(run("try { start('http://') } catch (error) { return error.name }").asText()).isEqualTo("TypeError");
    }

    @Test
    void framesAreTakenApartAndTheirPayloadIsUntouched() {
        assertThat(lines("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-7");
                const text = text => sockets[0].receive(text);
                text("id: e-8\\nkey: a: b\\n\\n\\n\\nhello\\n\\n");
                text("id: e-9\\n\\n");
                text("event: direct\\n\\nfor you: alone");
                text("id: e-12\\nevent: gap\\nreason: overflow\\nmissed: 2\\n\\n");
                text("id: e-13\\nevent: gap\\nreason: evicted\\n\\n");
                text("later: header\\nid: e-14\\n\\nnew");
                text("event: later\\n\\nnot known");
                sockets[0].receive(Uint8Array.of(...new TextEncoder().encode("id: e-15\\n\\n"), 10, 10, 0, 255).buffer);
                return [...events.slice(1), socket.lastEventId];"""))
                .containsExactly(
                        "open {\"id\":\"e-7\",\"recovered\":false,\"numbered\":true}",
                        "message {\"data\":\"\\n\\nhello\\n\\n\",\"id\":\"e-8\",\"key\":\"a: b\",\"direct\":false}",
                        "message {\"data\":\"\",\"id\":\"e-9\",\"direct\":false}",
                        "message {\"data\":\"for you: alone\",\"direct\":true}",
                        "gap {\"id\":\"e-12\",\"reason\":\"overflow\",\"missed\":2}",
                        "gap {\"id\":\"e-13\",\"reason\":\"evicted\"}",
                        "message {\"data\":\"new\",\"id\":\"e-14\",\"direct\":false}",
                        "message {\"data\":[10,10,0,255],\"id\":\"e-15\",\"direct\":false}",
                        "e-15");
    }

    @Test
    void itGoesOnAfterTheLastMessageThatWasDelivered() {
        assertThat(lines("""
                start("/live?room=1", { replay: "latest" });
                await turn();
                sockets[0].accept("broadcast.v1", "e-7");
                sockets[0].receive("id: e-8\\n\\nhello");
                await sockets[0].end(1006);
                await elapse();
                sockets[1].accept("broadcast.v1", "e-8", true);
                return [new URL(sockets[1].url).search, events.at(-1)];"""))
                .containsExactly("?room=1&replay=latest&last_event_id=e-8",
                        "open {\"id\":\"e-8\",\"recovered\":true,\"numbered\":true}");
        assertThat(run("start('/live', { lastEventId: 'e-3' }); await turn(); return sockets.at(-1).url").asText())
                .endsWith("/live?last_event_id=e-3");
    }

    @Test
    void theWaitsAreARandomPartOfATimeThatDoublesUpToItsLimit() {
        assertThat(run("""
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
        assertThat(run("""
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
        assertThat(run("""
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
        assertThat(lines("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                await sockets[0].end(%d, "enough");
                dispatchEvent(new Event("online"));
                return [socket.state, events.at(-1), ...waits()];""".formatted(code)))
                .containsExactly("closed",
                        "close {\"code\":" + code + ",\"reason\":\"enough\",\"wasClean\":true}");
        assertThat(run("socket.connect(); await turn(); return sockets[1].url").asText()).endsWith("last_event_id=e-1");
    }

    @Test
    void aServerThatRefusesTheSubprotocolIsAskedForAPlainConnectionAtOnce() {
        assertThat(lines("""
                start("/live", { protocols: ["chat"], replay: 3 });
                await turn();
                await sockets[0].end(1006);
                sockets[1].accept("chat");
                sockets[1].receive("id: 1\\n\\nplain");
                await sockets[1].end(1006);
                await elapse();
                return [...events.filter(event => !event.startsWith("state")), new URL(sockets[1].url).search,
                    ...sockets[1].protocols, sockets[2].protocols[0], waits().length];"""))
                .containsExactly("open {\"recovered\":false,\"numbered\":false}",
                        "message {\"data\":\"id: 1\\n\\nplain\",\"direct\":false}",
                        "close {\"code\":1006,\"reason\":\"\",\"wasClean\":false,\"retryIn\":250}",
                        "?replay=3", "chat", "broadcast.v1", "1");
    }

    @Test
    void aServerThatCannotBeReachedIsAskedForBothAndThenWaitedFor() {
        assertThat(run("""
                start("/live");
                await turn();
                await sockets[0].end(1006);
                await sockets[1].end(1006);
                await elapse();
                return [sockets.map(({ protocols }) => protocols.length), events.filter(e => e[0] === "c").length];""")
                .toString()).isEqualTo("[[1,0,1],1]");
    }

    @Test
    void aClientThatHasAPositionNeverGoesBackToPlain() {
        assertThat(run("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                await sockets[0].end(1006);
                await elapse();
                await sockets[1].end(1006);
                return [socket.state, sockets.length];""").toString()).isEqualTo("[\"waiting\",2]");
    }

    @Test
    void whatEndsBeforeTheStreamHasBegunIsNotTakenForARefusalOfTheSubprotocol() {
        assertThat(run("""
                start("/live");
                await turn();
                sockets[0].protocol = "broadcast.v1";
                sockets[0].dispatchEvent(new Event("open"));
                await sockets[0].end(1013);
                return [socket.state, sockets.length, socket.send("x")];""").toString())
                .isEqualTo("[\"waiting\",1,false]");
    }

    @Test
    void whatIsSentIsHandedOverOnceOrNotAtAll() {
        assertThat(run("""
                start("/live");
                await turn();
                const results = [socket.send("too early")];
                sockets[0].accept("broadcast.v1", "e-1");
                results.push(socket.send("now"));
                sockets[0].readyState = 2;
                results.push(socket.send("closing"));
                await sockets[0].end(1006);
                results.push(socket.send("too late"));
                await elapse();
                sockets[1].accept("broadcast.v1", "e-1", true);
                return [results, sockets[0].sent, sockets[1].sent];""").toString())
                .isEqualTo("[[false,true,false,false],[\"now\"],[]]");
    }

    @Test
    void theTokenIsAskedForAnewAndItsFailureIsThatOfTheAttempt() {
        assertThat(lines("""
                let calls = 0;
                const token = async () => {
                  if (++calls === 2) {
                    throw new Error("no login");
                  }
                  return "t" + calls;
                };
                start("/live", { token });
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                await sockets[0].end(1006);
                await elapse();
                const failed = events.at(-1);
                await elapse();
                return [failed, ...sockets.map(({ protocols }) => protocols.join())];"""))
                .containsExactly(
                        "close {\"code\":1006,\"reason\":\"Error: no login\",\"wasClean\":false,\"retryIn\":500}",
                        "broadcast.v1,bearer,t1", "broadcast.v1,bearer,t3");
    }

    @Test
    void anAttemptThatTakesTooLongIsGivenUp() {
        assertThat(run("""
                start("/live", { resume: false });
                await turn();
                const limit = waits();
                await elapse();
                return [limit, sockets[0].closed !== undefined];""").toString()).isEqualTo("[[10000],true]");
    }

    @Test
    void theNetworkThatReturnsEndsAWait() {
        assertThat(run("""
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
        assertThat(run("""
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
        assertThat(lines("""
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

    @Test
    void itIsClosedUntilItIsConnectedAgain() {
        assertThat(lines("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                socket.close(1000, "bye");
                const { state } = socket;
                await sockets[0].end(1000, "bye");
                dispatchEvent(new Event("online"));
                const waiting = waits().length;
                socket.connect();
                socket.connect();
                await turn();
                return [sockets[0].closed.code, state, events.at(-2), waiting, sockets.length, socket.state];"""))
                .containsExactly("1000", "closed", "close {\"code\":1000,\"reason\":\"bye\",\"wasClean\":true}",
                        "0", "2", "connecting");
    }

    @Test
    void itCanBeClosedWhileItWaitsOrAsksForTheToken() {
        assertThat(run("""
                start("/live", { resume: false });
                await turn();
                await sockets[0].end(1006);
                socket.close();
                const waiting = waits().length;
                let give;
                start("/live", { token: () => new Promise(resolve => { give = resolve; }) });
                await turn();
                socket.close();
                give("token");
                await turn();
                return [waiting, sockets.length, socket.state];""").toString()).isEqualTo("[0,1,\"closed\"]");
    }

    @Test
    void whatAnAbandonedConnectionStillReportsIsIgnored() {
        assertThat(run("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                socket.close();
                socket.connect();
                await turn();
                sockets[1].accept("broadcast.v1", "e-2");
                sockets[0].receive("id: e-9\\n\\nold");
                await sockets[0].end(1000);
                return [socket.state, socket.lastEventId, messages.length];""").toString())
                .isEqualTo("[\"open\",\"e-2\",0]");
    }
}
