package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On which threads peers are read. */
class ReadingStrategyTest {

    private static final String SELECTOR = "broadcast-selector";
    private static final String READER = "broadcast-reader";

    private final Queue<String> threads = new ConcurrentLinkedQueue<>();

    private MessagePolicy spy() {
        return (context, message) -> {
            threads.add(Thread.currentThread().getName());
            return MessagePolicy.Verdict.relay(message);
        };
    }

    private void say(Wire wire, BroadcastHub.Builder hub, String... texts) throws Exception {
        try (BroadcastServer server = wire.start(hub); RawClient peer = wire.open(server)) {
            for (String text : texts) {
                peer.sendText(text);
                assertThat(peer.readText()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatMayBlockIsAskedOnAReadingThread(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().policy(spy()), "one", "two");
        await().untilAsserted(() -> assertThat(threads).hasSize(2)); // the echo may be faster
        assertThat(threads).allSatisfy(name -> assertThat(name).startsWith(READER));
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatDoesNotBlockIsAskedWhereTheSelectorIs(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().policy(MessagePolicy.textOnly().andThen(MessagePolicy.nonBlocking(spy()))),
                "one", "two");
        await().untilAsserted(() -> assertThat(threads).hasSize(2)); // the echo may be faster
        assertThat(threads).allSatisfy(name -> assertThat(name).startsWith(SELECTOR));
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatMayBlockIsToldOnAReadingThread(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().messageListener(new MessageListener() {
            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                threads.add(Thread.currentThread().getName());
            }
        }), "one", "two");
        await().untilAsserted(() -> assertThat(threads).hasSize(2)); // the echo may be faster
        assertThat(threads).allSatisfy(name -> assertThat(name).startsWith(READER));
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatDoesNotBlockIsToldWhereTheSelectorIs(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().messageListener(MessageListener.nonBlocking(new MessageListener() {
            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                threads.add(Thread.currentThread().getName());
            }
        })), "one", "two");
        await().untilAsserted(() -> assertThat(threads).hasSize(2)); // the echo may be faster
        assertThat(threads).allSatisfy(name -> assertThat(name).startsWith(SELECTOR));
    }

    /** The first task of a hub is to tell its listener of the first peer: the thread that registers hands it over. */
    private void assertRegisteredBy(String thread, BroadcastHub.Builder hub, byte[]... pieces) throws Exception {
        ExecutorService executor = Executors.newCachedThreadPool();
        hub.listener(new HubListener() { }).executor(task -> {
            threads.add(Thread.currentThread().getName());
            executor.execute(task);
        });
        try (BroadcastServer server = Wire.PLAIN.server().hub(hub.build()).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            for (byte[] piece : pieces) {
                peer.send(piece);
            }
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(threads.peek()).startsWith(thread);
            peer.sendText("hello");
            assertThat(peer.readText()).isEqualTo("hello");
        } finally {
            executor.shutdown();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void aPlainHandshakeIsAnsweredWhereTheSelectorIs() throws Exception {
        assertRegisteredBy(SELECTOR, BroadcastHub.builder(), bytes(RawClient.handshake("/")));
    }

    @Test
    void aPlainHandshakeWithAHubThatMayBlockIsAnsweredOnAReadingThread() throws Exception {
        assertRegisteredBy(READER, BroadcastHub.builder().policy(MessagePolicy.textOnly().andThen(
                (context, message) -> MessagePolicy.Verdict.relay(message))), bytes(RawClient.handshake("/")));
    }

    @Test
    void aHandshakeWithAnEncodedPathIsAnsweredThereAsWell() throws Exception {
        assertRegisteredBy(SELECTOR, BroadcastHub.builder(), bytes(RawClient.handshake("/%41")));
    }
}
