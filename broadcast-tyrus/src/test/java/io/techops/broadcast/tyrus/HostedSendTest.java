package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Hosted.echo;
import static io.techops.broadcast.tyrus.Hosted.open;
import static io.techops.broadcast.tyrus.Hosted.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
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

/** What hosted endpoints send, and how much of it waits for a client that does not read. */
class HostedSendTest {

    /** Messages of 64 KiB, twice as many as sockets take and may wait for them on any machine. */
    private static final int MANY = 1_000;

    @BeforeEach
    void forget() {
        Hosted.forget();
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
            while (session.isOpen() && sent < MANY) { // it may be open for a while after the abort
                try {
                    session.getAsyncRemote().sendText(text, results::add);
                    sent++;
                } catch (RuntimeException e) {
                    break; // closed meanwhile: of the session it is an IllegalStateException, of its socket another one
                }
            }
            assertThat(told().getCloseCode()).isEqualTo(CloseReason.CloseCodes.CLOSED_ABNORMALLY);
            int all = sent;
            await().untilAsserted(() -> assertThat(results).hasSize(all));
            assertThat(results).anyMatch(SendResult::isOK).anyMatch(result -> !result.isOK());
            assertThat(results.stream().filter(SendResult::isOK).count()).as("taken").isLessThan(MANY / 2);
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
                for (int i = 0; i < MANY; i++) {
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
