package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Hosted.echo;
import static io.techops.broadcast.tyrus.Hosted.open;
import static io.techops.broadcast.tyrus.Hosted.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sessions of hosted endpoints end, and what they cannot do to others. */
class HostedEndTest {

    /** More than sockets take. */
    private static final int MUCH = 8 << 20;

    @BeforeEach
    void forget() {
        Hosted.forget();
        Obeying.forget();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientsCloseIsAnsweredAndTold(Wire wire) throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = echo(wire).start();
                RawClient raw = open(wire, server, "/echo"); RawClient empty = open(wire, server, "/echo")) {
            raw.send(ClientFrames.concat(ClientFrames.close(4001, "enough"), ClientFrames.frame(0x81, "not heard")));
            assertThat(raw.readClose().code()).isEqualTo(4001);
            assertThat(raw.readsEnd()).isTrue();
            assertThat(told()).extracting(one -> one.getCloseCode().getCode(), CloseReason::getReasonPhrase)
                    .containsExactly(4001, "enough");
            empty.send(ClientFrames.frame(0x88));
            assertThat(empty.readClose().payload()).isEmpty();
            assertThat(empty.socket().getInputStream().read()).as("the end, and no reset").isEqualTo(-1);
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.NO_STATUS_CODE);
            await().untilAsserted(() -> assertThat(Hosted.OPENED).noneMatch(Session::isOpen)); // Tyrus tells first
            assertThatThrownBy(() -> Hosted.OPENED.peek().getAsyncRemote()).isInstanceOf(IllegalStateException.class);
            assertThat(log.warnings()).isEmpty();
        }
        assertThat(Hosted.CLOSED).isEmpty();
        assertThat(Hosted.ERRORS).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void anEndpointsCloseReachesAClientThatIsStillSending(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().endpoint(Obeying.class).start();
                RawClient raw = open(wire, server, "/obeys")) {
            raw.sendText("close");
            raw.sendText("and more");
            RawClient.Frame close = raw.readClose();
            assertThat(close.code()).isEqualTo(4004);
            assertThat(close.phrase()).isEqualTo("as told");
            raw.sendClose(4004);
            assertThat(raw.readsEnd()).isTrue();
            assertThat(told().getCloseCode().getCode()).isEqualTo(4004);
        }
        assertThat(Hosted.CLOSED).isEmpty();
    }

    @Test
    void aClientThatDoesNotAnswerACloseIsCut() throws Exception {
        Wire.atOnce(wire -> {
            try (BroadcastServer server = wire.server().maxPeers(1).endpoint(Obeying.class).start();
                    RawClient raw = open(wire, server, "/obeys")) {
                raw.sendText("close");
                assertThat(raw.readClose().code()).isEqualTo(4004);
                assertThat(raw.readsEnd()).isTrue();
                await().ignoreException(IOException.class) // while its place is not free
                        .untilAsserted(() -> open(wire, server, "/obeys").close());
            }
        });
    }

    @Test
    void aClientThatClosesAndReadsOnlyWhenItsPlaceIsFreeGetsAllThatTheKernelHad() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).maxPeers(1).start();
                RawClient raw = Wire.PLAIN.connect(server, 4096).shakeHands("/echo")) {
            String text = "0123456789".repeat(20_000);
            Hosted.OPENED.take().getBasicRemote().sendText(text);
            raw.sendClose(4001);
            await().ignoreException(IOException.class) // while its place is not free
                    .untilAsserted(() -> open(Wire.PLAIN, server, "/echo").close());
            assertThat(raw.readText()).isEqualTo(text);
            assertThat(raw.readClose().code()).isEqualTo(4001);
            assertThat(raw.socket().getInputStream().read()).as("the end, and no reset").isEqualTo(-1);
        }
    }

    @Test
    void aClientThatSaysNothingMoreIsStillSentWhatWaits() throws Exception {
        // It has five seconds to read what is more than the kernel takes: its receive buffer is not a small one.
        try (BroadcastServer server = echo(Wire.PLAIN).maxPeers(1).start();
                RawClient slow = Wire.PLAIN.connect(server)) {
            slow.shakeHands("/echo");
            Hosted.OPENED.take().getAsyncRemote().sendBinary(ByteBuffer.wrap(new byte[MUCH]));
            slow.sendClose(1000);
            slow.socket().shutdownOutput();
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.NORMAL_CLOSURE);
            assertThat(slow.read().payload()).hasSize(MUCH);
            assertThat(slow.readClose().code()).isEqualTo(1000);
            await().ignoreException(IOException.class) // while its place is not free
                    .untilAsserted(() -> open(Wire.PLAIN, server, "/echo").close());
        }
    }

    @Test
    void aPongReplacesOneThatHasNotBegunToLeave() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(Obeying.class).start();
                RawClient slow = Wire.PLAIN.connect(server, 4096)) {
            slow.shakeHands("/obeys");
            Hosted.OPENED.take().getAsyncRemote().sendBinary(ByteBuffer.wrap(new byte[MUCH]));
            slow.send(ClientFrames.concat(ClientFrames.frame(0x89, "one"), ClientFrames.frame(0x89, "two"),
                    ClientFrames.frame(0x89, "three")));
            slow.sendText("and a text");
            await().until(() -> Obeying.HEARD.contains("and a text"));
            assertThat(slow.read().payload()).hasSize(MUCH);
            assertThat(slow.read().text()).isEqualTo("three");
            assertThat(slow.readText()).isEqualTo("and a text");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatVanishesIsTold(Wire wire) throws Exception {
        try (BroadcastServer server = echo(wire).maxPeers(1).start()) {
            open(wire, server, "/echo").reset();
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.CLOSED_ABNORMALLY);
            await().ignoreExceptions().untilAsserted(() -> open(wire, server, "/echo").close()); // its place is free
        }
    }

    @Test
    void sessionsCountAmongThePeersThatThereMayBe() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).maxPeers(1).start();
                RawClient raw = open(Wire.PLAIN, server, "/echo")) {
            assertThat(Wire.PLAIN.connect(server).ask(RawClient.handshake("/live"))).startsWith("HTTP/1.1 503 ");
            raw.sendText("in");
            assertThat(raw.readText()).isEqualTo("in");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatBreaksARuleEndsTheSession(Wire wire) throws Exception {
        try (BroadcastServer server = echo(wire).maxMessageBytes(200).start()) {
            endsWith(wire, server, 1002, new byte[] {(byte) 0x81, 1, 'a'});
            endsWith(wire, server, 1002, ClientFrames.frame(0xC1, "a"));
            endsWith(wire, server, 1002, ClientFrames.frame(0x80, "a"));
            endsWith(wire, server, 1002, ClientFrames.close(1005, ""));
            endsWith(wire, server, 1007, ClientFrames.frame(0x81, 0xC3, 0x28));
            endsWith(wire, server, 1009, ClientFrames.header(0x81, 2, 201));
            endsWith(wire, server, 1009, ClientFrames.concat(ClientFrames.frameOf(0x01, 150),
                    ClientFrames.header(0x80, 0, 51)));
        }
    }

    private static void endsWith(Wire wire, BroadcastServer server, int code, byte[] frames) throws Exception {
        try (RawClient raw = open(wire, server, "/echo")) {
            raw.send(frames);
            assertThat(raw.readClose().code()).isEqualTo(code);
            assertThat(told().getCloseCode().getCode()).isEqualTo(code);
        }
    }

    @Test
    void anEndpointThatThrowsIsToldAndTheSessionGoesOn() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(Obeying.class)
                .endpoint(Obeying.Failing.class).start();
                RawClient raw = open(Wire.PLAIN, server, "/obeys");
                RawClient failing = open(Wire.PLAIN, server, "/fails")) {
            raw.sendText("throw");
            raw.sendText("interrupt");
            assertThat(raw.readText()).isEqualTo("interrupt");
            raw.sendText("still here");
            assertThat(raw.readText()).isEqualTo("still here");
            failing.sendText("here too");
            assertThat(failing.readText()).isEqualTo("here too");
            assertThat(Hosted.ERRORS).hasSize(2).allMatch(IllegalStateException.class::isInstance);
        }
    }

    @Test
    void endpointsThatBlockDelayNoOne() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().path("/live").endpoint(Obeying.class)
                .start()) {
            for (int i = 0; i < 60; i++) {
                open(Wire.PLAIN, server, "/obeys").sendText("block");
            }
            try (RawClient raw = open(Wire.PLAIN, server, "/obeys"); RawClient peer = Wire.PLAIN.open(server)) {
                raw.sendText("not blocked");
                assertThat(raw.readText()).isEqualTo("not blocked");
                peer.sendText("nor the hub");
                assertThat(peer.readText()).isEqualTo("nor the hub");
            }
            Obeying.letGo();
        }
    }

    @Test
    void anIdleSessionIsClosed() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(Obeying.class).start();
                RawClient raw = open(Wire.PLAIN, server, "/obeys")) {
            Hosted.OPENED.take().setMaxIdleTimeout(200);
            assertThat(raw.readClose().code()).isEqualTo(1000);
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.CLOSED_ABNORMALLY);
        }
    }
}
