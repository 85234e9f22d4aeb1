package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.assertOneOrder;
import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.core.ConditionFactory;

/** A container with a hub, and peers of it, for one test. */
final class ContainerRig {

    final Events events = new Events();
    final List<WirePeer> peers = new ArrayList<>();
    final ExecutorService threads = Executors.newCachedThreadPool();
    BroadcastHub hub;
    Topics topics;
    Container container;
    private final Container.Starting starting;
    private final Way way;

    ContainerRig(Way way, Container.Starting starting) {
        this.way = way;
        this.starting = starting;
    }

    void start(BroadcastHub.Builder settings) throws Exception {
        start(settings, Container.FEW_THREADS);
    }

    void start(BroadcastHub.Builder settings, int containerThreads) throws Exception {
        hub = settings.listener(events).messageListener(events).build();
        topics = Topics.create();
        Way.serve(hub, topics);
        container = starting.start(way, hub, containerThreads);
    }

    /** Connects to another endpoint, where no peer need come of it. */
    WirePeer openAt(String path) throws Exception {
        WirePeer peer = WirePeer.connect(container.uri(), 0);
        peers.add(peer);
        assertThat(peer.shakeHands(container.uri(), path)).as(path).startsWith("HTTP/1.1 101");
        return peer;
    }

    WirePeer open() throws Exception {
        return open(0);
    }

    WirePeer open(int receiveBuffer) throws Exception {
        int before = events.registered.size();
        WirePeer peer = WirePeer.connect(container.uri(), receiveBuffer);
        peers.add(peer);
        assertThat(peer.shakeHands(container.uri())).startsWith("HTTP/1.1 101");
        patiently().until(() -> events.registered.size() > before);
        return peer;
    }

    List<WirePeer> open(int count, int receiveBuffer) throws Exception {
        List<WirePeer> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(open(receiveBuffer));
        }
        return opened;
    }

    void awaitDepartures(int count) {
        patiently().untilAsserted(() -> assertThat(events.departures).hasSize(count));
    }

    static ConditionFactory patiently() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    List<Future<List<String>>> readAll(List<WirePeer> all, int count) {
        List<Future<List<String>>> seen = new ArrayList<>();
        for (WirePeer peer : all) {
            seen.add(threads.submit(() -> {
                List<String> texts = new ArrayList<>();
                while (texts.size() < count) {
                    texts.add(peer.text());
                }
                return texts;
            }));
        }
        return seen;
    }

    static void assertOneOrder(List<Future<List<String>>> seen, int publishers, int each) throws Exception {
        List<String> order = seen.get(0).get();
        for (int p = 0; p < publishers; p++) {
            String prefix = p + " ";
            List<String> own = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                own.add(prefix + i);
            }
            assertThat(order.stream().filter(text -> text.startsWith(prefix)).toList()).isEqualTo(own);
        }
        for (Future<List<String>> other : seen) {
            assertThat(other.get().equals(order)).as("the same order").isTrue();
        }
    }

    void stop() throws Exception {
        for (WirePeer peer : peers) {
            peer.close();
        }
        if (hub != null) {
            hub.close(Duration.ZERO);
            topics.close(Duration.ZERO);
        }
        if (container != null) {
            container.stop();
        }
        threads.shutdownNow();
    }
}
