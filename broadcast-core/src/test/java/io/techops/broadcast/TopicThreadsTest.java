package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The threads of topics, which all of them share. */
class TopicThreadsTest {

    private static List<String> ofTopics() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("broadcast-topics")).toList();
    }

    /** They take no more tasks when their topics are closed, see HubExecutorsTest, but may not be quite over. */
    private static void awaitTheEndOfThoseThatWereClosed() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("broadcast-topics")) {
                thread.join();
            }
        }
    }

    @Test
    void areSharedAndGoneWhenTheTopicsAreClosed() throws Exception {
        awaitTheEndOfThoseThatWereClosed(); // of other tests
        int mostShards = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        try (Topics many = Topics.builder().idleTimeout(Duration.ofSeconds(60)).build()) {
            List<FakeTransport> peers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                peers.add(new FakeTransport().answerClose().register(many.hub("topic-" + i)));
                many.hub("topic-" + i).broadcast("hello");
            }
            for (FakeTransport peer : peers) {
                CompletableFuture.runAsync(() -> {
                    while (peer.texts().isEmpty()) {
                        Thread.onSpinWait();
                    }
                }).get();
            }
            assertThat(ofTopics().stream().filter(name -> name.matches("broadcast-topics-\\d+")))
                    .hasSizeBetween(1, mostShards);
            assertThat(ofTopics().stream().filter(name -> name.startsWith("broadcast-topics-timer")))
                    .hasSizeLessThanOrEqualTo(1);
        }
        awaitTheEndOfThoseThatWereClosed();
        assertThat(ofTopics()).isEmpty();
    }

    @Test
    void ofAListenerDoNotKeepOtherTopicsWaiting() throws Exception {
        CompletableFuture<Void> open = new CompletableFuture<>();
        try (Topics blocked = Topics.builder().recipe((topic, hub) -> hub.listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                if (!topic.equals("free")) {
                    open.join();
                }
            }
        })).build()) {
            for (int i = 0; i < 20; i++) {
                new FakeTransport().answerClose().register(blocked.hub("blocked-" + i));
            }
            FakeTransport peer = new FakeTransport().answerClose().register(blocked.hub("free"));
            blocked.hub("free").broadcast("hello");
            CompletableFuture.runAsync(() -> {
                while (peer.texts().isEmpty()) {
                    Thread.onSpinWait();
                }
            }).get();
            open.complete(null);
        }
    }
}
