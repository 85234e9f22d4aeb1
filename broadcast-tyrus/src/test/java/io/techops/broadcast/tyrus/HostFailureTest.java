package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testkit.VirtualTimer;
import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What code of the host application does to the thread that it runs on, a selector's or a reader's, stays with it. */
class HostFailureTest {

    private static BroadcastHub hub(boolean blocking, MessagePolicy policy, MessageListener listener) {
        return BroadcastHub.builder().policy(blocking ? policy : MessagePolicy.nonBlocking(policy))
                .messageListener(listener)
                .timer(new VirtualTimer()) // what fails again and again is logged once, however long it takes
                .build();
    }

    private static MessageListener onBroadcast(boolean blocking, Runnable action) {
        return new MessageListener() {
            @Override
            public boolean mayBlock() {
                return blocking;
            }

            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                action.run();
            }
        };
    }

    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    private static MessagePolicy.Verdict fail(String how) {
        switch (how) {
            case "stack" -> endless(0);
            case "memory" -> throw new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory");
            case "class" -> throw new NoClassDefFoundError("Could not initialize class");
            case "thread" -> throw new ThreadDeath();
            default -> { }
        }
        return MessagePolicy.Verdict.ignore();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorInAPolicyEndsThatPeerAndNoThread(boolean blocking) throws Exception {
        MessagePolicy policy = (context, message) -> {
            String text = ((Message.Text) message).text();
            return text.equals("hello") ? MessagePolicy.Verdict.relay(message) : fail(text);
        };
        try (LogCatch log = new LogCatch();
                BroadcastServer server = Wire.PLAIN.server().hub(hub(blocking, policy, onBroadcast(blocking,
                        () -> { })))
                        .start();
                RawClient other = Wire.PLAIN.open(server)) {
            for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
                for (String how : List.of("stack", "memory", "class", "thread")) {
                    try (RawClient peer = Wire.PLAIN.open(server)) {
                        peer.sendText(how);
                        assertThat(peer.readClose().code()).isEqualTo(1011);
                        assertThat(peer.readsEnd()).isTrue();
                    }
                }
            }
            other.sendText("hello");
            assertThat(other.readText()).isEqualTo("hello");
            assertThat(log.warnings()).hasSize(1).first().asString().contains("StackOverflowError");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorInAListenerEndsNothing(boolean blocking) throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = Wire.PLAIN.server()
                .hub(hub(blocking, MessagePolicy.textOnly(), onBroadcast(blocking, () -> fail("stack")))).start()) {
            for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
                try (RawClient peer = Wire.PLAIN.open(server)) {
                    peer.sendText("hello");
                    assertThat(peer.readText()).isEqualTo("hello");
                }
            }
            await().untilAsserted(() -> assertThat(log.warnings()).isNotEmpty()); // the echo may be faster
            assertThat(log.warnings()).hasSize(1);
        }
    }

    /** What a policy found. */
    private record Found(boolean interrupted, int priority, boolean named, @Nullable ClassLoader loader) {

        static Found now() {
            Thread thread = Thread.currentThread();
            return new Found(thread.isInterrupted(), thread.getPriority(), thread.getName().equals("mine"),
                    thread.getContextClassLoader());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingOfItIsLeftOnTheThread(boolean blocking) throws Exception {
        List<Found> found = new CopyOnWriteArrayList<>();
        MessagePolicy policy = (context, message) -> {
            found.add(Found.now());
            Thread thread = Thread.currentThread();
            thread.setName("mine");
            thread.setPriority(Thread.MAX_PRIORITY);
            thread.setContextClassLoader(new URLClassLoader(new URL[0]));
            thread.interrupt();
            return MessagePolicy.Verdict.relay(message);
        };
        MessageListener listener = onBroadcast(blocking, () -> Thread.currentThread().interrupt());
        try (BroadcastServer server = Wire.PLAIN.server().hub(hub(blocking, policy, listener)).start();
                RawClient quiet = Wire.PLAIN.open(server)) {
            for (int i = 0; i < 20; i++) {
                try (RawClient peer = Wire.PLAIN.open(server)) {
                    peer.sendText("hello");
                    assertThat(peer.readText()).isEqualTo("hello");
                    assertThat(quiet.readText()).isEqualTo("hello");
                }
            }
        }
        assertThat(found).hasSize(20).allSatisfy(one -> {
            assertThat(one.interrupted()).isFalse();
            assertThat(one.named()).isFalse();
            assertThat(one.priority()).isEqualTo(Thread.NORM_PRIORITY);
            assertThat(one.loader()).isNotInstanceOf(URLClassLoader.class);
        });
    }

    /** The same turn goes on with the next message, reads on, and answers pings. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptIsGoneBeforeTheSameTurnGoesOn(boolean blocking) throws Exception {
        int count = 500;
        CountDownLatch allIsThere = new CountDownLatch(1);
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        MessagePolicy policy = (context, message) -> {
            if (Thread.interrupted()) {
                found.set("an interrupt");
            }
            if (allIsThere.getCount() > 0) {
                awaitQuietly(allIsThere);
            }
            Thread.currentThread().interrupt();
            return MessagePolicy.Verdict.relay(message);
        };
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) { // far more than one read of the channel takes
            burst.writeBytes(RawClient.frame(0x81, (i + "x".repeat(200)).getBytes(StandardCharsets.US_ASCII)));
            burst.writeBytes(RawClient.frame(0x89, Integer.toString(i).getBytes(StandardCharsets.US_ASCII)));
        }
        try (BroadcastServer server = Wire.PLAIN.server().hub(hub(blocking, policy, onBroadcast(blocking, () -> { })))
                .start(); RawClient peer = Wire.PLAIN.open(server)) {
            peer.send(burst.toByteArray());
            allIsThere.countDown();
            int pinged = -1; // not every ping is answered, but the last one is
            for (int texts = 0; texts < count || pinged < count - 1;) {
                RawClient.Frame next = peer.read();
                if (next.opcode() == RawClient.TEXT) {
                    assertThat(next.text()).startsWith(texts++ + "x");
                } else {
                    assertThat(next.opcode()).isEqualTo(10);
                    assertThat(Integer.parseInt(next.text())).isGreaterThan(pinged);
                    pinged = Integer.parseInt(next.text());
                }
            }
            assertThat(found).hasNullValue();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPolicyMayCloseTheServer(boolean blocking) throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        AtomicReference<@Nullable BroadcastServer> server = new AtomicReference<>();
        MessagePolicy policy = (context, message) -> {
            // For longer than the test waits: it does not wait for its own peer.
            server.get().close(TestRun.LIMIT.multipliedBy(2));
            closed.complete(null);
            return MessagePolicy.Verdict.relay(message);
        };
        server.set(Wire.PLAIN.server().hub(hub(blocking, policy, onBroadcast(blocking, () -> { }))).start());
        try (RawClient peer = Wire.PLAIN.open(server.get()); RawClient other = Wire.PLAIN.open(server.get())) {
            peer.sendText("the end");
            closed.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
            for (RawClient one : List.of(peer, other)) {
                assertThat(one.readClose().code()).isEqualTo(1001);
                one.sendClose(1001);
                assertThat(one.readsEnd()).isTrue();
            }
        }
        server.get().close(TestRun.LIMIT); // and this does wait
        if (Kernel.isThere()) { // which says goodbye by itself
            await().untilAsserted(() -> assertThat(Kernel.connectionsOf(server.get().port())).isEmpty());
        }
    }
}
