package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A JVM whose memory is used up by something else, and comes back. */
class NoMemoryTest {

    @Test
    void whatHasNoMemoryForAMomentGoesOnWhenItIsBack() throws Exception {
        List<String> places = new ArrayList<>();
        for (Class<?> type : List.of(BroadcastHub.class, LoggerFactory.class,
                LoggerFactory.getILoggerFactory().getClass())) {
            places.add(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
        }
        places.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m", "-XX:+UseSerialGC", "-cp", String.join(File.pathSeparator, places), Program.class.getName())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** What runs in that JVM. */
    static final class Program {

        private static final class Silent implements Transport {
            private final AtomicInteger pings = new AtomicInteger();
            private final AtomicInteger messages = new AtomicInteger();
            private volatile Registration registration;
            private volatile boolean takesAll = true;
            private volatile boolean paused;

            Silent register(BroadcastHub hub) {
                registration = AdapterHub.of(hub).register(this);
                if (pings.get() > 0) { // before the registration was known here
                    registration.pong();
                }
                return this;
            }

            @Override
            public boolean write(Batch batch) {
                messages.addAndGet(batch.size());
                return takesAll;
            }

            @Override
            public void ping() {
                pings.incrementAndGet();
                Registration known = registration;
                if (known != null) {
                    known.pong();
                }
            }

            @Override
            public void close(CloseReason reason) {
                registration.unregister(reason);
            }

            @Override
            public void abort() {
                registration.unregister(CloseReason.of(CloseReason.ABNORMAL));
            }

            @Override
            public void resume() {
                paused = false;
            }

            void speak(Message message) {
                if (!paused) {
                    boolean more = true;
                    paused = true; // before it can be resumed
                    try {
                        more = registration.received(message);
                    } finally {
                        if (more) {
                            paused = false;
                        }
                    }
                }
            }
        }

        private static final AtomicInteger CAME = new AtomicInteger();
        private static final AtomicInteger WENT = new AtomicInteger();
        private static final AtomicLong MISSED = new AtomicLong();
        private static BroadcastHub hub;
        private static Topics topics;

        private Program() {
        }

        /** {@return what is done while there is no memory} It is made while there is. */
        private static List<Runnable> actions(Silent talker, Silent slow) {
            Message message = Message.text("lost or not");
            BroadcastOptions some = BroadcastOptions.to(peer -> peer.id() % 3 > 0);
            CloseReason gone = CloseReason.of(CloseReason.GOING_AWAY);
            BroadcastHub topic = topics.hub("topic");
            BroadcastHub other = topics.hub("other");
            return List.of(
                    () -> hub.tryBroadcast(Message.text("lost or not")),
                    () -> talker.speak(message),
                    () -> hub.tryBroadcast(message, some),
                    () -> new Silent().register(hub).registration.unregister(gone),
                    () -> slow.registration.writable(),
                    () -> topic.tryBroadcast(message),
                    () -> new Silent().register(other).registration.unregister(gone));
        }

        private static void exhaust(List<Object> hoard, List<Runnable> actions) {
            long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            for (int size = 1 << 20; System.nanoTime() - until < 0; size = Math.max(16, size / 4)) {
                try {
                    while (true) {
                        hoard.add(new byte[size]);
                    }
                } catch (OutOfMemoryError full) {
                    for (int i = 0; i < actions.size(); i++) {
                        attempt(actions.get(i));
                    }
                    if (size == 16 && !hoard.isEmpty()) {
                        free(hoard);
                    }
                }
            }
        }

        /** Lets there be a little memory, so that what is done comes to an end at another place each time. */
        private static void free(List<Object> hoard) {
            int count = 1 + (int) (System.nanoTime() % 100);
            for (int i = 0; i < count && !hoard.isEmpty(); i++) {
                hoard.remove(hoard.size() - 1);
            }
        }

        private static void attempt(Runnable action) {
            try {
                action.run();
            } catch (OutOfMemoryError full) {
                // That is what is tried.
            }
        }

        /** Says all that there is to see. */
        private static void fail(String why) {
            System.out.println(why);
            Thread.getAllStackTraces().forEach((thread, trace) -> System.out.println(thread + " " + List.of(trace)));
            System.out.println("peers that came and went: " + CAME + ", " + WENT + "; missed: " + MISSED);
            System.out.println(new StateReport().add("the topics", topics).add("the hub", hub));
            System.exit(1);
        }

        private static void awaitEnd(String what, CompletionStage<Void> end) throws InterruptedException {
            CompletableFuture<Void> ended = end.toCompletableFuture();
            await("the end of " + what, ended::isDone);
            ended.join();
        }

        private static void await(String what, BooleanSupplier condition) throws InterruptedException {
            long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - until > 0) {
                    fail("not in 2 minutes: " + what);
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }

        public static void main(String[] arguments) throws Exception {
            hub = BroadcastHub.builder().shards(2).heartbeat(Duration.ofMillis(100))
                    .retention(Retention.of(64, 1 << 20)).overflow(OverflowPolicy.skip())
                    .stallTimeout(Duration.ofMinutes(10)).listener(new HubListener() {
                        @Override
                        public void registered(Peer peer) {
                            CAME.incrementAndGet();
                        }

                        @Override
                        public void unregistered(Peer peer, CloseReason reason) {
                            WENT.incrementAndGet();
                        }

                        @Override
                        public void overflowed(Peer peer, long count) {
                            MISSED.addAndGet(count);
                        }
                    }).build();
            topics = Topics.builder().idleTimeout(Duration.ofMillis(1)).maxTopics(2).build();
            List<Silent> peers = new ArrayList<>();
            for (int i = 0; i < 300; i++) { // more than a message is linked to in one step
                peers.add(new Silent().register(hub));
            }
            Silent slow = new Silent().register(hub);
            slow.takesAll = false;
            hub.broadcast("before");
            await("all have the first", () -> slow.messages.get() > 0
                    && peers.stream().allMatch(peer -> peer.messages.get() > 0));
            for (int i = 0; i < 100; i++) { // more than the log keeps: the slow one misses some
                hub.broadcast("while it is slow");
            }
            List<Object> hoard = new ArrayList<>((int) (Runtime.getRuntime().maxMemory() >> 4));
            exhaust(hoard, actions(peers.get(0), slow));
            hoard.clear();
            System.gc();
            slow.takesAll = true;
            slow.registration.writable();
            peers.add(slow);
            for (int i = 0; i < 200; i++) {
                hub.broadcast("after");
            }
            peers.add(new Silent().register(hub));
            hub.broadcast("to all");
            Map<Silent, Integer> pings = new HashMap<>();
            peers.forEach(peer -> pings.put(peer, peer.pings.get()));
            for (Silent peer : peers) {
                await("nothing is left for " + peer.registration.peer(),
                        () -> peer.registration.peer().lag() == 0 && peer.messages.get() > 0);
                await("it stays", () -> peer.registration.peer().isRegistered());
                await("it is pinged", () -> peer.pings.get() > pings.get(peer) + 2);
            }
            await("only those are left", () -> hub.peers().size() == peers.size());
            await("the listener is told of all that came and went", () -> CAME.get() - WENT.get() == peers.size());
            await("and of all that was missed", () -> MISSED.get() >= 36 && MISSED.get() == hub.stats().missed());
            await("no topic is left", () -> topics.names().isEmpty() && topics.stats().hubs().isEmpty());
            topics.hub("topic").broadcast("after");
            awaitEnd("the topics", topics.shutdown(Duration.ofSeconds(20)));
            awaitEnd("the hub", hub.shutdown(Duration.ofSeconds(20)));
            await("the listener is told of the end of all", () -> CAME.get() == WENT.get());
            System.out.println("alive");
            System.exit(0);
        }
    }
}
