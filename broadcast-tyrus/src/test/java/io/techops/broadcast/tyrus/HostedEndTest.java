package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sessions of hosted endpoints end, and what they cannot do to others. */
public class HostedEndTest {

    private static final CountDownLatch[] GATE = new CountDownLatch[1];
    private static final Queue<String> HEARD = new ConcurrentLinkedQueue<>();
    /** More than sockets take. */
    private static final int MUCH = 8 << 20;

    /** For JUnit. */
    public HostedEndTest() {
    }

    @BeforeEach
    void forget() {
        Hosted.forget();
        HEARD.clear();
        GATE[0] = new CountDownLatch(1);
    }

    private static BroadcastServer.Builder echo(Wire wire) {
        return wire.server().path("/live").endpoint(Hosted.Echo.class);
    }

    private static RawClient open(Wire wire, BroadcastServer server, String path) throws Exception {
        return wire.connect(server).shakeHands(path);
    }

    private static CloseReason told() throws InterruptedException {
        return Hosted.CLOSED.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Does what its clients say. */
    @ServerEndpoint("/obeys")
    public static class Obeying {

        /** For the container. */
        public Obeying() {
        }

        /** A session opens. */
        @OnOpen
        public void open(Session session) {
            Hosted.OPENED.add(session);
        }

        /** A command comes. */
        @OnMessage
        public String obey(Session session, String command) throws Exception {
            HEARD.add(command);
            switch (command) {
                case "close" -> session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4004), "as told"));
                case "throw" -> throw new IllegalStateException("on purpose");
                case "block" -> GATE[0].await();
                case "interrupt" -> {
                    Thread.currentThread().interrupt();
                    return command;
                }
                default -> {
                    return command;
                }
            }
            return null;
        }

        /** A session has closed. */
        @OnClose
        public void close(CloseReason reason) {
            Hosted.CLOSED.add(reason);
        }

        /** Something went wrong. */
        @OnError
        public void error(Throwable thrown) {
            Hosted.ERRORS.add(thrown);
        }
    }

    /** Cannot be opened. */
    @ServerEndpoint("/fails")
    public static class Failing extends Obeying {

        /** For the container. */
        public Failing() {
        }

        /** Fails. */
        @Override
        @OnOpen
        public void open(Session session) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        @OnError
        public void error(Throwable thrown) {
            super.error(thrown);
        }

        @Override
        @OnMessage
        public String obey(Session session, String command) throws Exception {
            return super.obey(session, command);
        }
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
            await().until(() -> HEARD.contains("and a text"));
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
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(Obeying.class).endpoint(Failing.class).start();
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
            GATE[0].countDown();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void theServersEndIsToldToBothSides(Wire wire) throws Exception {
        try (BroadcastServer server = echo(wire).start(); RawClient one = open(wire, server, "/echo");
                RawClient two = open(wire, server, "/echo")) {
            await().until(() -> Hosted.OPENED.size() == 2);
            Thread closing = new Thread(server::close);
            closing.start();
            assertThat(one.readClose().code()).isEqualTo(1001);
            assertThat(two.readClose().code()).isEqualTo(1001);
            one.sendClose(1001);
            one.socket().close();
            two.sendClose(1001);
            two.socket().close();
            closing.join(TestRun.LIMIT.toMillis());
            assertThat(closing.isAlive()).isFalse();
        }
        assertThat(Hosted.CLOSED).extracting(CloseReason::getCloseCode)
                .containsExactly(CloseReason.CloseCodes.GOING_AWAY, CloseReason.CloseCodes.GOING_AWAY);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("broadcast-endpoint") || name.startsWith("tyrus")));
    }

    @Test
    void theServersEndWaitsForNoClientAndForNoEndpointLongerThanItsLimit() throws Exception {
        BroadcastServer server = Wire.PLAIN.server().endpoint(Obeying.class).start();
        try (RawClient silent = open(Wire.PLAIN, server, "/obeys");
                RawClient blocked = open(Wire.PLAIN, server, "/obeys")) {
            blocked.sendText("block");
            silent.sendText("ready");
            assertThat(silent.readText()).isEqualTo("ready");
            server.close(Duration.ZERO);
            assertThat(told()).isNotNull();
            assertThat(told()).isNotNull();
        }
    }

    @Test
    void theServersEndWaitsForAClientWithinItsLimit() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).start(); RawClient raw = open(Wire.PLAIN, server, "/echo")) {
            Hosted.OPENED.take();
            Future<?> closed = CompletableFuture.runAsync(() -> server.close(Duration.ofMinutes(10)));
            assertThat(raw.readClose().code()).isEqualTo(1001);
            assertThatThrownBy(() -> closed.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            raw.sendClose(1001);
            raw.socket().close();
            closed.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
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

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aSessionThatDoesNotReadIsAbortedWhenTooMuchWaits(Wire wire) throws Exception {
        try (BroadcastServer server = echo(wire).start(); RawClient stalled = wire.connect(server, 4096)) {
            stalled.shakeHands("/echo");
            Session session = Hosted.OPENED.take();
            String text = "x".repeat(64 << 10);
            BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
            int sent = 0;
            while (session.isOpen() && sent < 1_000) {
                try {
                    session.getAsyncRemote().sendText(text, results::add);
                    sent++;
                } catch (RuntimeException e) {
                    break; // closed meanwhile: of the session it is an IllegalStateException, of its socket another one
                }
            }
            assertThat(sent).isLessThan(1_000);
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.CLOSED_ABNORMALLY);
            int all = sent;
            await().untilAsserted(() -> assertThat(results).hasSize(all));
            assertThat(results).anyMatch(SendResult::isOK).anyMatch(result -> !result.isOK());
        }
    }

    @Test
    void messagesThatAreLongerThanWhatMayWaitAreSentAllTheSame() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).start(); RawClient slow = Wire.PLAIN.connect(server, 4096)) {
            slow.shakeHands("/echo");
            Session session = Hosted.OPENED.take();
            byte[] bytes = new byte[6 << 20];
            session.getAsyncRemote().sendBinary(ByteBuffer.wrap(bytes));
            session.getAsyncRemote().sendBinary(ByteBuffer.wrap(bytes));
            assertThat(slow.read().payload()).hasSize(bytes.length);
            assertThat(slow.read().payload()).hasSize(bytes.length);
        }
    }

    @Test
    void aBlockingSendToASessionThatDoesNotReadEnds() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).start(); RawClient stalled = Wire.PLAIN.connect(server, 4096)) {
            stalled.shakeHands("/echo");
            Session session = Hosted.OPENED.take();
            String text = "x".repeat(64 << 10);
            assertThatThrownBy(() -> {
                for (int i = 0; i < 1_000; i++) {
                    session.getBasicRemote().sendText(text);
                }
            }).isInstanceOfAny(IOException.class, IllegalStateException.class);
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.CLOSED_ABNORMALLY);
        }
    }

    @Test
    void aSendTimeoutIsKeptAndTheSessionGoesOn() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).start(); RawClient slow = Wire.PLAIN.connect(server, 4096)) {
            slow.shakeHands("/echo");
            Session session = Hosted.OPENED.take();
            byte[] bytes = new byte[8 << 20];
            Future<Void> first = session.getAsyncRemote().sendBinary(ByteBuffer.wrap(bytes));
            session.getAsyncRemote().setSendTimeout(100);
            Future<Void> second = session.getAsyncRemote().sendText("too late");
            assertThatThrownBy(() -> second.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class).hasCauseInstanceOf(TimeoutException.class);
            assertThat(slow.read().payload()).hasSize(bytes.length);
            first.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
            slow.sendText("goes on");
            assertThat(slow.readText()).isEqualTo("goes on");
        }
    }

    @Test
    void handlersOfSendsHoldNoLockAndAreCalledInOrder() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).start(); RawClient one = open(Wire.PLAIN, server, "/echo");
                RawClient two = open(Wire.PLAIN, server, "/echo")) {
            Session first = Hosted.OPENED.take();
            Session second = Hosted.OPENED.take();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            relay(first, second, 2_000, failure);
            relay(second, first, 2_000, failure);
            for (int i = 0; i < 2_000; i++) {
                assertThat(one.readText()).isNotNull();
                assertThat(two.readText()).isNotNull();
            }
            assertThat(failure.get()).isNull();
        }
    }

    private static void relay(Session to, Session next, int left, AtomicReference<Throwable> failure) {
        to.getAsyncRemote().sendText("left " + left, result -> {
            if (!result.isOK()) {
                failure.set(result.getException());
            } else if (left > 1) {
                relay(next, to, left - 1, failure);
            }
        });
    }
}
