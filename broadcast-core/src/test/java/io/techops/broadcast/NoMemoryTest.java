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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A JVM whose memory is used up by something else, and comes back. */
class NoMemoryTest {

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
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

            Silent register(BroadcastHub hub) {
                registration = AdapterHub.of(hub).register(this);
                return this;
            }

            @Override
            public boolean write(Batch batch) {
                messages.addAndGet(batch.size());
                return true;
            }

            @Override
            public void ping() {
                pings.incrementAndGet();
                registration.pong();
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
                // It is never paused.
            }
        }

        private Program() {
        }

        private static void exhaust(List<Object> hoard, BroadcastHub hub, Silent talker) {
            Runnable broadcast = () -> hub.tryBroadcast(Message.text("lost or not")); // later there is no memory for it
            Runnable talk = () -> talker.registration.received(Message.text("lost or not"));
            long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            for (int size = 1 << 20; System.nanoTime() - until < 0; size = Math.max(16, size / 4)) {
                try {
                    while (true) {
                        hoard.add(new byte[size]);
                    }
                } catch (OutOfMemoryError full) {
                    attempt(broadcast);
                    attempt(talk);
                }
            }
        }

        private static void attempt(Runnable action) {
            try {
                action.run();
            } catch (OutOfMemoryError full) {
                // That is what is tried.
            }
        }

        private static void await(String what, BooleanSupplier condition) throws InterruptedException {
            long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - until > 0) {
                    System.out.println("not in 30 s: " + what);
                    Thread.getAllStackTraces().forEach((thread, trace) -> System.out.println(thread + " "
                            + List.of(trace)));
                    System.exit(1);
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }

        public static void main(String[] arguments) throws Exception {
            AtomicInteger told = new AtomicInteger();
            BroadcastHub hub = BroadcastHub.builder().shards(2).heartbeat(Duration.ofMillis(100))
                    .retention(Retention.of(64, 1 << 20)).listener(new HubListener() {
                        @Override
                        public void registered(Peer peer) {
                            told.incrementAndGet();
                        }
                    }).build();
            List<Silent> peers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                peers.add(new Silent().register(hub));
            }
            hub.broadcast("before");
            await("all have the first", () -> peers.stream().allMatch(peer -> peer.messages.get() > 0));
            List<Object> hoard = new ArrayList<>(8_000_000);
            exhaust(hoard, hub, peers.get(0));
            hoard.clear();
            System.gc();
            for (int i = 0; i < 200; i++) {
                hub.broadcast("after");
            }
            peers.add(new Silent().register(hub));
            hub.broadcast("to all");
            for (Silent peer : peers) {
                await("nothing is left for " + peer.registration.peer(),
                        () -> peer.registration.peer().lag() == 0 && peer.messages.get() > 0);
                await("it stays", () -> peer.registration.peer().isRegistered());
                int pings = peer.pings.get();
                await("it is pinged", () -> peer.pings.get() > pings + 2);
            }
            await("the listener is told", () -> told.get() == 9);
            hub.close(Duration.ofSeconds(20));
            await("the hub has ended", () -> hub.peers().isEmpty());
            System.out.println("alive");
            System.exit(0);
        }
    }
}
