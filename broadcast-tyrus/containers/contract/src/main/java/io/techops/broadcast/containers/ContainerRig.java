package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.assertOneOrder;
import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.core.ConditionFactory;

/*
 * Many containers listen on this machine, one after the other and in other processes, and other tests have clients that
 * reconnect when their server has gone: such a client may find this container at the port. So the peers of a test have
 * a mark in their query, and other peers are not recorded.
 */

/** A container with a hub, and peers of it, for one test. */
final class ContainerRig {

    /** The end of the query of a recorded peer. */
    final String mark = "of=" + UUID.randomUUID();
    final Recorder events = new Recorder(this::isOurs);
    final List<RawClient> peers = new ArrayList<>();
    final ExecutorService threads = Executors.newCachedThreadPool();
    BroadcastHub hub;
    Topics topics;
    Container container;
    private final Container.Starting starting;
    private final DeploymentStyle style;

    ContainerRig(DeploymentStyle style, Container.Starting starting) {
        this.style = style;
        this.starting = starting;
    }

    private boolean isOurs(Peer peer) {
        String query = peer.attributes().get(PeerAttributes.QUERY);
        return query != null && query.endsWith(mark);
    }

    void start(BroadcastHub.Builder settings) throws Exception {
        start(settings, Container.FEW_THREADS);
    }

    void start(BroadcastHub.Builder settings, int containerThreads) throws Exception {
        hub = settings.listener(events).messageListener(events).build();
        topics = Topics.builder().idleTimeout(Duration.ofMillis(100)).build();
        ServedHub.serve(hub, topics);
        container = starting.start(style, hub, containerThreads);
    }

    /** Connects to another endpoint, where no peer need come of it. */
    RawClient openAt(String path) throws Exception {
        RawClient peer = RawClient.connect(container.uri().getPort(), 0);
        peers.add(peer);
        peer.shakeHands(path.contains("?") ? path : path + "?" + mark);
        return peer;
    }

    /** Connects to an endpoint, of which it must be told positions. */
    RawClient openNumbered(String path, String offered) throws IOException {
        RawClient peer = connectNumbered(path, offered);
        peers.add(peer);
        return peer;
    }

    /** Connects to an endpoint, of which it must be told positions. For use by any thread. */
    RawClient connectNumbered(String path, String offered) throws IOException {
        RawClient peer = RawClient.connect(container.uri().getPort(), 0);
        assertThat(peer.ask(RawClient.handshake(path, "Sec-WebSocket-Protocol: " + offered)))
                .startsWith("HTTP/1.1 101 ").containsIgnoringCase("\r\nSec-WebSocket-Protocol: broadcast.v1\r\n");
        return peer;
    }

    /** Broadcasts a text. {@return where it stands} */
    Position publish(String text) throws Exception {
        return hub.publish(text).toCompletableFuture().get();
    }

    RawClient open() throws Exception {
        return open(0);
    }

    RawClient open(int receiveBuffer) throws Exception {
        int before = events.registered.size();
        RawClient peer = RawClient.connect(container.uri().getPort(), receiveBuffer);
        peers.add(peer);
        peer.shakeHands(container.uri().getPath() + "?" + mark);
        patiently().until(() -> events.registered.size() > before);
        return peer;
    }

    List<RawClient> open(int count, int receiveBuffer) throws Exception {
        List<RawClient> opened = new ArrayList<>();
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

    List<Future<List<String>>> readAll(List<RawClient> all, int count) {
        List<Future<List<String>>> seen = new ArrayList<>();
        for (RawClient peer : all) {
            seen.add(threads.submit(() -> {
                List<String> texts = new ArrayList<>();
                while (texts.size() < count) {
                    texts.add(peer.nextTextAlive());
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
        for (RawClient peer : peers) {
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
