package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code broadcast.js} in a real browser, with a WebSocket and timers that the test drives: no server, no waiting. */
class BrowserClientIT {

    @RegisterExtension
    static final ScriptedClient CLIENT = new ScriptedClient();

    @Test
    void itOffersTheNumberedStreamBesideTheApplicationsSubprotocolsAndTheToken() {
        assertThat(CLIENT.lines("""
                start("http://example.org/live?room=a%20b#part", { protocols: ["chat"], token: "abc", replay: 5 });
                await turn();
                return [sockets[0].url, sockets[0].binaryType, ...sockets[0].protocols];"""))
                .containsExactly("ws://example.org/live?room=a%20b&replay=5", "arraybuffer",
                        "broadcast.v1", "chat", "bearer", "abc");
    }

    @Test
    void anAddressIsRelativeToThePage() {
        assertThat(CLIENT.run("""
                start("/live", { resume: false });
                await turn();
                return [sockets[0].url, sockets[0].protocols];""").toString())
                .isEqualTo("[\"ws://127.0.0.1:" + CLIENT.pagePort() + "/live\",[]]");
        assertThat(CLIENT.run("try { start('http://') } catch (error) { return error.name }").asText())
                .isEqualTo("TypeError");
    }

    @Test
    void framesAreTakenApartAndTheirPayloadIsUntouched() {
        assertThat(CLIENT.lines("""
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
    void aKeyMayHaveWhatEndsALineInAScript() {
        assertThat(CLIENT.run("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-7");
                let key;
                socket.addEventListener("message", event => { key = event.key; });
                sockets[0].receive("id: e-8\\nkey: a: \\u2028b\\u2029\\n\\nhello");
                return key;""").asText()).isEqualTo("a: \u2028b\u2029");
    }

    @Test
    void whatIsNoPositionIsRefusedAtOnceAndNotByTheServerForEver() {
        assertThat(CLIENT.lines("""
                const refused = [];
                for (const lastEventId of ["undefined", "e-", "E-1", "e-1 ", "e-1\\n", 7]) {
                  try {
                    start("/live", { lastEventId });
                  } catch (error) {
                    refused.push(error.name);
                  }
                }
                for (const lastEventId of [null, undefined, "", "e-0"]) {
                  start("/live", { lastEventId });
                }
                await turn();
                return [...refused, sockets.length];"""))
                .containsExactly("TypeError", "TypeError", "TypeError", "TypeError", "TypeError", "TypeError", "4");
    }

    @Test
    void itGoesOnAfterTheLastMessageThatWasDelivered() {
        assertThat(CLIENT.lines("""
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
        assertThat(CLIENT.run("""
                start("/live", { lastEventId: "e-3" });
                await turn();
                return sockets.at(-1).url;""").asText())
                .endsWith("/live?last_event_id=e-3");
    }

    @Test
    void aConnectionThatEndsBeforeTheGapThatItBeginsWithIsResumedForTheGap() {
        assertThat(CLIENT.lines("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-7");
                sockets[0].receive("id: e-8\\n\\nhello");
                await sockets[0].end(1006);
                await elapse();
                sockets[1].accept("broadcast.v1", "f-20");
                const before = socket.lastEventId;
                await sockets[1].end(1006);
                await elapse();
                sockets[2].accept("broadcast.v1", "f-20");
                sockets[2].receive("event: gap\\nid: f-20\\nreason: epoch\\n\\n");
                return [before, new URL(sockets[2].url).search, socket.lastEventId];"""))
                .containsExactly("e-8", "?last_event_id=e-8", "f-20");
    }

    @Test
    void aServerThatRefusesTheSubprotocolTwiceWhereItAcceptsAPlainConnectionGetsThat() {
        assertThat(CLIENT.lines("""
                start("/live", { protocols: ["chat"], replay: 3 });
                await turn();
                await sockets[0].end(1006);
                sockets[1].accept("chat");
                await turn();
                await sockets[2].end(1006);
                sockets[3].accept("chat");
                sockets[1].receive("of the trial");
                sockets[3].receive("id: 1\\n\\nplain");
                await sockets[3].end(1006);
                await elapse();
                await sockets[4].end(1006);
                sockets[5].accept("chat");
                return [...events.filter(event => !event.startsWith("state")), sockets[1].closed !== undefined,
                    new URL(sockets[3].url).search, ...sockets.map(({ protocols }) => protocols.join()),
                    waits().length];"""))
                .containsExactly("open {\"recovered\":false,\"numbered\":false}",
                        "message {\"data\":\"id: 1\\n\\nplain\",\"direct\":false}",
                        "close {\"code\":1006,\"reason\":\"\",\"wasClean\":false,\"retryIn\":250}",
                        "open {\"recovered\":false,\"numbered\":false}", "true", "?replay=3",
                        "broadcast.v1,chat", "chat", "broadcast.v1,chat", "chat", "broadcast.v1,chat", "chat", "1");
    }

    @Test
    void aServerThatWasAwayForAMomentIsNotTakenForOneThatRefusesTheSubprotocol() {
        assertThat(CLIENT.lines("""
                start("/live");
                await turn();
                await sockets[0].end(1006);
                sockets[1].accept("");
                await turn();
                sockets[2].accept("broadcast.v1", "e-7");
                return [...events, sockets[1].closed !== undefined];"""))
                .containsExactly("state {\"state\":\"open\"}",
                        "open {\"id\":\"e-7\",\"recovered\":false,\"numbered\":true}", "true");
    }

    @Test
    void aClientThatHasAPositionNeverGoesBackToPlain() {
        assertThat(CLIENT.run("""
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
        assertThat(CLIENT.run("""
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
        assertThat(CLIENT.run("""
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
        assertThat(CLIENT.lines("""
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
    void itIsClosedUntilItIsConnectedAgain() {
        assertThat(CLIENT.lines("""
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
        assertThat(CLIENT.run("""
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
        assertThat(CLIENT.run("""
                start("/live");
                await turn();
                sockets[0].accept("broadcast.v1", "e-1");
                socket.close();
                socket.connect();
                await turn();
                sockets[1].accept("broadcast.v1", "e-2");
                sockets[1].receive("event: gap\\nid: e-2\\nreason: evicted\\n\\n");
                sockets[0].receive("id: e-9\\n\\nold");
                await sockets[0].end(1000);
                return [socket.state, socket.lastEventId, messages.length];""").toString())
                .isEqualTo("[\"open\",\"e-2\",0]");
    }
}
