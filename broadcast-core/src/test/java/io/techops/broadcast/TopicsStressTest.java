package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Peers come and go, and so do the topics under them: no peer is lost. */
class TopicsStressTest {

    private static final int THREADS = 6;
    private static final int VISITS = 400;
    private static final List<String> NAMES = List.of("a", "b", "c");
    /** More than any machine needs to tell the listener what is left; what ends early does not wait for it. */
    private static final Duration LONG = Duration.ofMinutes(2);

    /** Counts what each peer was told, and objects to an unregistration without, or before, its registration. */
    private static final class Census implements HubListener {
        private final Map<Peer, AtomicInteger> states = new ConcurrentHashMap<>();
        private final AtomicInteger registered = new AtomicInteger();
        private final AtomicInteger unregistered = new AtomicInteger();
        private final AtomicInteger wrong = new AtomicInteger();

        @Override
        public void registered(Peer peer) {
            registered.incrementAndGet();
            if (states.putIfAbsent(peer, new AtomicInteger(1)) != null) {
                wrong.incrementAndGet();
            }
        }

        @Override
        public void unregistered(Peer peer, CloseReason reason) {
            unregistered.incrementAndGet();
            AtomicInteger state = states.get(peer);
            if (state == null || !state.compareAndSet(1, 2)) {
                wrong.incrementAndGet();
            }
        }
    }

    private final Census census = new Census();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);

    private static void awaitText(FakeTransport peer, String text) {
        while (!peer.texts().contains(text)) {
            Thread.yield();
        }
    }

    /** Comes, says something and lets the host say something, waits until it has heard both, and leaves. */
    private void visit(Topics topics, String visitor) {
        String name = NAMES.get(ThreadLocalRandom.current().nextInt(NAMES.size()));
        BroadcastHub hub = topics.hub(name);
        FakeTransport peer = new FakeTransport().answerClose().register(hub);
        hub.broadcast(visitor + " is here");
        peer.send(visitor);
        awaitText(peer, visitor + " is here");
        awaitText(peer, visitor);
        assertThat(peer.isOpen()).isTrue();
        assertThat(peer.violations()).isEmpty();
        peer.leave(CloseReason.of(CloseReason.NORMAL));
    }

    /** After every tenth visit the visitors meet when every topic has gone. */
    private List<Future<?>> visitors(Topics topics) {
        CyclicBarrier allGone = new CyclicBarrier(THREADS, () -> {
            while (!topics.names().isEmpty()) {
                Thread.yield();
            }
        });
        List<Future<?>> visitors = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            String visitor = "visitor " + t + " for the time ";
            visitors.add(threads.submit(() -> {
                for (int i = 1; i <= VISITS; i++) {
                    visit(topics, visitor + i);
                    if (i % 10 == 0) {
                        allGone.await(1, TimeUnit.MINUTES);
                    }
                }
                return null;
            }));
        }
        return visitors;
    }

    private static void join(List<Future<?>> jobs) throws Exception {
        for (Future<?> job : jobs) {
            job.get();
        }
    }

    @Test
    void whoComesWhileATopicGoesIsAPeerOfItsNextLife() throws Exception {
        Topics topics = Topics.builder().idleTimeout(Duration.ZERO)
                .recipe((topic, hub) -> hub.listener(census).retention(Retention.of(64, 1 << 20))).build();
        try {
            join(visitors(topics));
            TopicsStats stats = topics.stats();
            assertThat(stats.begun()).as("topics went and came back").isGreaterThanOrEqualTo(VISITS / 10);
            assertThat(stats.total().registrations()).isEqualTo(THREADS * VISITS);
            assertThat(stats.total().messages()).isEqualTo(2 * THREADS * VISITS);
            assertThat(stats.total().peers()).isZero();
        } finally {
            threads.shutdownNow();
            topics.close(LONG);
        }
        assertThat(census.registered).hasValue(THREADS * VISITS);
        assertThat(census.unregistered).hasValue(THREADS * VISITS);
        assertThat(census.wrong).hasValue(0);
    }

    /** A topic counts as used until the listener has been told that its last peer has gone. */
    private static FakeTransport registerOnceThereIsRoom(Topics topics, String name) {
        while (true) {
            try {
                return new FakeTransport().answerClose().register(topics.hub(name));
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageStartingWith("there may be " + THREADS + " topics");
                Thread.yield();
            }
        }
    }

    @Test
    void aLimitIsKeptAndMakesRoomForWhoeverComes() throws Exception {
        Topics topics = Topics.builder().idleTimeout(Duration.ofSeconds(60)).maxTopics(THREADS)
                .recipe((topic, hub) -> hub.listener(census)).build();
        AtomicInteger most = new AtomicInteger();
        try {
            List<Future<?>> visitors = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                visitors.add(threads.submit(() -> {
                    for (int i = 0; i < VISITS; i++) {
                        String name = "topic-" + thread + "-" + i;
                        FakeTransport peer = registerOnceThereIsRoom(topics, name);
                        topics.hub(name).broadcast("hello");
                        awaitText(peer, "hello");
                        most.accumulateAndGet(topics.names().size(), Math::max);
                        peer.leave(CloseReason.of(CloseReason.NORMAL));
                    }
                }));
            }
            join(visitors);
            assertThat(most.get()).isBetween(1, THREADS);
        } finally {
            threads.shutdownNow();
            topics.close(LONG);
        }
        assertThat(census.registered).hasValue(THREADS * VISITS);
        assertThat(census.unregistered).hasValue(THREADS * VISITS);
        assertThat(census.wrong).hasValue(0);
    }

    @Test
    void theHostMayEndATopicWhileItsPeersComeAndSpeak() throws Exception {
        Topics topics = Topics.builder().idleTimeout(Duration.ofSeconds(60))
                .recipe((topic, hub) -> hub.listener(census)).build();
        AtomicInteger joined = new AtomicInteger();
        try {
            List<Future<?>> jobs = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                jobs.add(threads.submit(() -> {
                    for (int i = 0; i < VISITS; i++) {
                        FakeTransport peer = new FakeTransport().answerClose().register(topics.hub("a"));
                        joined.incrementAndGet();
                        topics.hub("a").broadcast("hello");
                        while (peer.texts().isEmpty() && peer.isOpen()) {
                            Thread.yield(); // it is given what was said, or closed
                        }
                        peer.leave(CloseReason.of(CloseReason.NORMAL));
                    }
                }));
            }
            jobs.add(threads.submit(() -> {
                for (int i = 0; i < VISITS; i++) {
                    topics.hub("a").close(Duration.ofSeconds(5));
                }
            }));
            join(jobs);
        } finally {
            threads.shutdownNow();
            topics.close(LONG);
        }
        assertThat(census.registered).hasValue(joined.get());
        assertThat(census.unregistered).hasValue(joined.get());
        assertThat(census.wrong).hasValue(0);
    }
}
