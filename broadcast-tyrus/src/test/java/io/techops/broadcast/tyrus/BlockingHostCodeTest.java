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
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.server.ReaderPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Policies and listeners that block, over real sockets: what they delay, and what they do not. */
class BlockingHostCodeTest {

    private final List<RawClient> peers = new ArrayList<>();
    private final AtomicInteger blocked = new AtomicInteger();
    /** How many of those that block may go on. */
    private final Semaphore permits = new Semaphore(0);

    @AfterEach
    void close() throws Exception {
        permits.release(1_000_000);
        for (RawClient peer : peers) {
            peer.close();
        }
    }

    private RawClient open(BroadcastServer server) throws Exception {
        RawClient peer = Wire.PLAIN.open(server);
        peers.add(peer);
        return peer;
    }

    private void block() {
        blocked.incrementAndGet();
        permits.acquireUninterruptibly();
        blocked.decrementAndGet();
    }

    /** No peer has to answer pings, and the end does not wait long for those that do not answer a close frame. */
    private static BroadcastHub.Builder hub() {
        return BroadcastHub.builder().heartbeat(Duration.ZERO).closeTimeout(Duration.ofMillis(100));
    }

    private BroadcastHub.Builder blockingPolicy() {
        return hub().policy((context, message) -> {
            if (((Message.Text) message).text().startsWith("block")) {
                block();
            }
            return MessagePolicy.Verdict.relay(message);
        });
    }

    /** Lets so many new peers each send something that blocks, until all of it does. */
    private List<RawClient> block(BroadcastServer server, int count) throws Exception {
        List<RawClient> blocking = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawClient peer = open(server);
            peer.sendText("block " + i);
            blocking.add(peer);
        }
        await().untilAsserted(() -> assertThat(blocked).hasValue(count));
        return blocking;
    }

    private static Set<String> read(RawClient peer, int count) throws Exception {
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < count; i++) {
            texts.add(peer.readText());
        }
        assertThat(texts).as("no message twice").hasSize(count);
        return texts;
    }

    private static Set<String> blocks(int count) {
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < count; i++) {
            texts.add("block " + i);
        }
        return texts;
    }

    @Test
    void aHundredPoliciesThatBlockDelayNobodyElse() throws Exception {
        int count = 100;
        try (BroadcastServer server = Wire.PLAIN.start(blockingPolicy())) {
            RawClient before = open(server);
            List<RawClient> blocking = block(server, count);
            RawClient after = open(server); // a handshake gets through
            for (int i = 0; i < 50; i++) {
                RawClient from = i % 2 == 0 ? before : after;
                from.sendText("news " + i);
                assertThat(before.readText()).isEqualTo("news " + i);
                assertThat(after.readText()).isEqualTo("news " + i);
            }
            before.send(RawClient.frame(0x89, new byte[] {1})); // a ping is answered
            assertThat(before.read()).satisfies(pong -> assertThat(pong.first()).isEqualTo(0x8A));
            after.sendClose(1000); // and a close
            assertThat(after.readClose().code()).isEqualTo(1000);
            for (int i = 0; i < 50; i++) { // those whose messages are asked about get everything meanwhile
                assertThat(blocking.get(7).readText()).isEqualTo("news " + i);
            }
            assertThat(blocked).as("still").hasValue(count);
            permits.release(count);
            assertThat(read(before, count)).isEqualTo(blocks(count));
        }
    }

    @Test
    void ofOnePeerNothingMoreIsReadUntilItsPolicyHasDecidedAndTheOrderStays() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(blockingPolicy())) {
            RawClient other = open(server);
            RawClient peer = open(server);
            peer.sendText("block");
            for (int i = 0; i < 10; i++) {
                peer.sendText("later " + i);
            }
            await().untilAsserted(() -> assertThat(blocked).hasValue(1));
            other.sendText("meanwhile");
            assertThat(other.readText()).isEqualTo("meanwhile");
            permits.release();
            assertThat(other.readText()).isEqualTo("block");
            for (int i = 0; i < 10; i++) {
                assertThat(other.readText()).isEqualTo("later " + i);
            }
        }
    }

    @Test
    void asManyAsThereCanBeThreadsDelayWhatPeersSendButNotWhatTheyGetAndAllGoesOnAfterwards() throws Exception {
        int count = ReaderPool.MOST;
        try (LogCatch log = new LogCatch(); BroadcastServer server = Wire.PLAIN.start(blockingPolicy())) {
            RawClient other = open(server);
            List<RawClient> blocking = block(server, count);
            other.sendText("waits");
            for (int i = 0; i < 3; i++) {
                server.hub().broadcast("from the host " + i);
                assertThat(other.readText()).isEqualTo("from the host " + i);
                for (RawClient peer : blocking) {
                    assertThat(peer.readText()).isEqualTo("from the host " + i);
                }
            }
            await().untilAsserted(() -> assertThat(log.warnings()).isNotEmpty()
                    .allSatisfy(line -> assertThat(line).contains("All 256 reading threads are stuck")));
            permits.release(); // of one thread that goes on all others have something
            Set<String> next = read(other, 2);
            assertThat(next).contains("waits");
            permits.release(count);
            Set<String> all = read(other, count - 1);
            all.addAll(next);
            all.remove("waits");
            assertThat(all).isEqualTo(blocks(count));
        }
    }

    @Test
    void aServerThatClosesInterruptsAPolicyThatStillBlocksAndLeavesNoThread() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        BroadcastHub.Builder hub = hub().policy((context, message) -> {
            blocked.incrementAndGet();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return MessagePolicy.Verdict.ignore();
        });
        try (BroadcastServer server = Wire.PLAIN.start(hub)) {
            RawClient peer = open(server);
            peer.sendText("x");
            await().untilAsserted(() -> assertThat(blocked).hasValue(1));
            server.close(Duration.ofMillis(100));
        }
        interrupted.await();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName).noneMatch(name -> name.startsWith("broadcast-reader")));
    }

    @Test
    void aListenerThatBlocksWhereItIsToldAboutPeersDelaysNoMessageAndNoPeer() throws Exception {
        List<String> told = new ArrayList<>();
        BroadcastHub.Builder hub = hub().listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                block();
                told.add("registered " + peer.id());
            }

            @Override
            public void unregistered(Peer peer, io.techops.broadcast.CloseReason reason) {
                told.add("unregistered " + peer.id());
            }
        });
        try (BroadcastServer server = Wire.PLAIN.start(hub)) {
            RawClient one = open(server);
            RawClient other = open(server);
            for (int i = 0; i < 50; i++) {
                one.sendText("news " + i);
                assertThat(one.readText()).isEqualTo("news " + i);
                assertThat(other.readText()).isEqualTo("news " + i);
            }
            other.sendClose(1000);
            assertThat(other.readClose().code()).isEqualTo(1000);
            await().untilAsserted(() -> assertThat(server.hub().peers()).hasSize(1));
            permits.release(2);
            server.close(TestRun.LIMIT);
        }
        assertThat(told).containsExactly("registered 1", "registered 2", "unregistered 2", "unregistered 1");
    }

    @Test
    void aListenerThatBlocksInBroadcastDelaysWhatThatPeerSendsAndNothingElse() throws Exception {
        BroadcastHub.Builder hub = hub().messageListener(new MessageListener() {
            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                if (from != null && ((Message.Text) message).text().startsWith("block")) {
                    block();
                }
            }
        });
        try (BroadcastServer server = Wire.PLAIN.start(hub)) {
            RawClient other = open(server);
            block(server, 40);
            for (int i = 0; i < 50; i++) {
                other.sendText("news " + i);
            }
            // What blocks the listener is in the log already, and leaves with the next fan-out.
            Set<String> texts = read(other, 90);
            assertThat(texts).containsAll(blocks(40));
        }
    }
}
