package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Hosted.echo;
import static io.techops.broadcast.tyrus.Hosted.open;
import static io.techops.broadcast.tyrus.Hosted.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testing.TestThreads;
import jakarta.websocket.CloseReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What sessions of hosted endpoints, and their clients, are told of the end of the server. */
class HostedShutdownTest {

    @BeforeEach
    void forget() {
        Hosted.forget();
        Obeying.forget();
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
            Obeying.letGo();
        }
    }

    @Test
    void theServersEndWaitsForAClientWithinItsLimit() throws Exception {
        try (BroadcastServer server = echo(Wire.PLAIN).start(); RawClient raw = open(Wire.PLAIN, server, "/echo")) {
            Hosted.OPENED.take();
            Future<?> closed = CompletableFuture.runAsync(() -> server.close(Duration.ofMinutes(10)), TestThreads.NEW);
            assertThat(raw.readClose().code()).isEqualTo(1001);
            assertThatThrownBy(() -> closed.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            raw.sendClose(1001);
            raw.socket().close();
            closed.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
