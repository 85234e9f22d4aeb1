package io.techops.broadcast.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.testing.Tls;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

class BroadcastServerExtensionTest {

    /** The example of the package's documentation. */
    @Nested
    class ChatTest {

        @RegisterExtension
        final BroadcastServerExtension live = BroadcastServerExtension.builder()
                .hub(hub -> hub.retention(Retention.of(100, 1 << 20)))
                .server(server -> server.path("/live"))
                .build();

        @Test
        void everyoneHearsEveryone(SocketClient alice, SocketClient bob) {
            alice.send("hello");
            assertThat(bob.nextText()).isEqualTo("hello");
        }

        @Test
        void whoComesBackGoesOnWhereItWas() {
            SocketClient alice = live.client().numbered().connect();
            live.hub().broadcast("one");
            alice.next();
            alice.disconnect();
            live.hub().broadcast("two");
            SocketClient again = live.client().after(Objects.requireNonNull(alice.position())).connect();
            assertThat(again.opened().isRecovered()).isTrue();
            assertThat(again.nextText()).isEqualTo("two");
            assertThat(live.uri().getPath()).isEqualTo("/live");
        }
    }

    @Nested
    @ExtendWith(BroadcastServerExtension.class)
    class WithParameters {

        private BroadcastHub before = BroadcastHub.create();

        @BeforeEach
        void takeNote(BroadcastHub hub) {
            before.close();
            before = hub;
        }

        @Test
        void allMethodsOfATestHaveTheSameHub(BroadcastServer server, BroadcastHub hub, SocketClient client) {
            assertThat(hub).isSameAs(before).isSameAs(server.hub());
            assertThat(hub.peers()).hasSize(1);
            assertThat(server.uri().getHost()).isEqualTo("127.0.0.1");
            assertThat(client.isClosed()).isFalse();
        }

        @AfterEach
        void theServerStillRuns(BroadcastHub hub, SocketClient another) {
            hub.broadcast("still here");
            assertThat(another.nextText()).isEqualTo("still here");
        }
    }

    @Nested
    class WithTopics {

        @RegisterExtension
        final BroadcastServerExtension live =
                BroadcastServerExtension.builder().topics(topics -> topics.maxTopics(2)).build();

        @Test
        void clientsConnectToATopic(Topics topics) {
            assertThat(topics).isSameAs(live.topics());
            SocketClient news = live.connect("news");
            live.topics().hub("news").broadcast("hello");
            assertThat(news.nextText()).isEqualTo("hello");
            assertThat(topics.names()).containsExactly("news");
        }

        @Test
        void thereIsNoHubForAllOfThem() {
            assertThatThrownBy(live::connect).isInstanceOf(IllegalStateException.class).hasMessageContaining("topics");
            assertThatThrownBy(live::hub).isInstanceOf(IllegalStateException.class).hasMessageContaining("topics");
        }
    }

    @Nested
    class Settings {

        @RegisterExtension
        final BroadcastServerExtension closed = BroadcastServerExtension.builder()
                .server(server -> server.handshakePolicy(request -> Decision.refuse(401, "a token is needed"))).build();

        @RegisterExtension
        final BroadcastServerExtension secret = BroadcastServerExtension.builder()
                .server(server -> server.tls(Tls.context())).build();

        @Test
        void aRefusedHandshakeTellsItsStatus() {
            assertThatThrownBy(closed::connect).isInstanceOfSatisfying(HandshakeRefusedException.class,
                            refused -> assertThat(refused.status()).isEqualTo(401))
                    .hasMessage("the handshake was answered with HTTP status 401: " + closed.uri());
        }

        @Test
        void aClientOfATlsServerTrustsItsKey() {
            HttpClient trusting = HttpClient.newBuilder().sslContext(Tls.context()).build();
            SocketClient alice = secret.client().http(trusting).connect();
            alice.send("hello");
            assertThat(alice.nextText()).isEqualTo("hello");
            assertThatThrownBy(secret::connect).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("no connection to wss://");
        }

        @Test
        void aClientSeesHowItIsClosed() {
            SocketClient alice = secret.client().http(HttpClient.newBuilder().sslContext(Tls.context()).build())
                    .connect();
            secret.hub().peers().iterator().next().close(CloseReason.of(4_001, "signed in elsewhere"));
            assertThat(alice.closed()).isEqualTo(CloseReason.of(4_001, "signed in elsewhere"));
            assertThatThrownBy(() -> alice.close(CloseReason.of(CloseReason.MESSAGE_TOO_BIG)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1000, 1001, 1008, 1011");
        }
    }
}
