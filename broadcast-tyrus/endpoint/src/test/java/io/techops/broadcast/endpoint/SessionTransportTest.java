package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.TestRun;
import jakarta.websocket.server.ServerEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the endpoint does with a session that is slow to return, or quick to complete. */
class SessionTransportTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private BroadcastHub hub;

    private FakeSession open(Executor completions) {
        FakeSession fake = new FakeSession(completions);
        SessionTransport.open(fake.session(), SessionHubs.of(hub), EndpointSettings.standard());
        return fake;
    }

    private Peer peer(long id) {
        return hub.peers().stream().filter(peer -> peer.id() == id).findFirst().orElseThrow();
    }

    private static void awaitTexts(FakeSession session, int count) {
        await().until(() -> session.texts.size() == count);
    }

    @AfterEach
    void stop() {
        hub.close(Duration.ZERO);
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThingIsUnderWayAtATimeWhileSixteenThreadsPush(boolean inline) throws Exception {
        int each = 200;
        hub = BroadcastHub.builder().heartbeat(Duration.ofMillis(1)).pongTimeout(Duration.ofHours(1)).build();
        FakeSession session = open(inline ? Runnable::run : threads);
        List<Future<?>> pushes = new ArrayList<>();
        for (int p = 0; p < 16; p++) {
            int from = p;
            pushes.add(threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    hub.broadcast(from + " " + i);
                }
            }));
        }
        for (Future<?> push : pushes) {
            push.get();
        }
        awaitTexts(session, 16 * each);
        session.pinging.await();
        assertThat(session.violations).isEmpty();
        for (int p = 0; p < 16; p++) {
            String prefix = p + " ";
            assertThat(session.texts.stream().filter(text -> text.startsWith(prefix)).toList())
                    .hasSize(each).first().isEqualTo(prefix + 0);
        }
    }

    @Test
    void aContainerThatBlocksInCloseDelaysNoOtherPeer() throws Exception {
        hub = BroadcastHub.builder().shards(1).build();
        FakeSession blocks = open(Runnable::run);
        FakeSession other = open(Runnable::run);
        blocks.mayReturn = new CountDownLatch(1);
        peer(1).close(CloseReason.of(4001));
        blocks.closing.await();
        hub.broadcast("meanwhile");
        awaitTexts(other, 1);
        blocks.mayReturn.countDown();
        assertThat(blocks.closeCodes).containsExactly(4001);
    }

    @Test
    void aContainerThatBlocksInAPingDelaysNoOtherPeerAndItsMessagesWait() throws Exception {
        hub = BroadcastHub.builder().shards(1).heartbeat(Duration.ofMillis(1)).pongTimeout(Duration.ofHours(1)).build();
        FakeSession blocks = new FakeSession(Runnable::run);
        blocks.mayReturn = new CountDownLatch(1);
        SessionTransport.open(blocks.session(), SessionHubs.of(hub), EndpointSettings.standard());
        FakeSession other = open(Runnable::run);
        blocks.pinging.await();
        hub.broadcast("meanwhile");
        awaitTexts(other, 1);
        assertThat(blocks.texts).isEmpty();
        blocks.mayReturn.countDown();
        awaitTexts(blocks, 1);
        assertThat(blocks.violations).isEmpty();
    }

    @Test
    void theCloseFrameOfAStalledPeerWaitsForTheMessageUnderWay() {
        hub = BroadcastHub.create();
        ConcurrentLinkedQueue<Runnable> completions = new ConcurrentLinkedQueue<>();
        FakeSession session = new FakeSession(completions::add);
        SessionTransport link =
                SessionTransport.open(session.session(), SessionHubs.of(hub), EndpointSettings.standard());
        hub.broadcast("under way");
        await().until(() -> !completions.isEmpty()); // the text is under way, and its completion is to come
        link.close(CloseReason.of(4001)); // as the hub does when it has waited long enough
        await().during(Duration.ofMillis(50)).until(session.closeCodes::isEmpty);
        completions.remove().run();
        await().until(() -> !session.closeCodes.isEmpty());
        assertThat(session.closeCodes).containsExactly(4001);
        assertThat(session.violations).isEmpty();
    }

    @Test
    void aPeerIsAskedForMoreBytesWhenItsContainerMayHaveForgottenWhatItRead() throws Exception {
        hub = BroadcastHub.builder().heartbeat(Duration.ZERO).retention(Retention.of(2, 1 << 20))
                .floodGrace(TestRun.LIMIT).stallTimeout(TestRun.LIMIT).build(); // the peer is late, not lost
        BlockingQueue<Runnable> completions = new LinkedBlockingQueue<>();
        FakeSession session = new FakeSession(completions::add);
        SessionTransport link =
                SessionTransport.open(session.suspendable(), SessionHubs.of(hub), EndpointSettings.standard());
        while (session.reading.isEmpty()) { // until the hub has no room, as nothing is complete
            link.received(Message.text("one more"));
        }
        assertThat(session.reading).containsExactly("suspend");
        while (session.pinging.getCount() > 0) { // the ping waits for what is under way before it
            Runnable completion = completions.poll(10, TimeUnit.MILLISECONDS); // none, while the hub resumes the peer
            if (completion != null) {
                completion.run();
            }
        }
        assertThat(session.reading).containsExactly("suspend", "resume");
    }

    @Test
    void aContainerThatLooksForEndpointsFindsNoneOfOurs() {
        hub = BroadcastHub.create(); // for stop()
        assertThat(BroadcastEndpoint.class.isAnnotationPresent(ServerEndpoint.class)).isFalse();
    }
}
