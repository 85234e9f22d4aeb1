package io.techops.broadcast.testkit;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every assertion holds where it must, fails where it must, and says what was there instead. */
class BroadcastAssertionsTest {

    private static final AttributeKey<Integer> SEAT = AttributeKey.of("seat", Integer.class);
    private static final AttributeKey<Integer> ROW = AttributeKey.of("row", Integer.class);

    private final HubRig rig = new HubRig();
    private final FakeTransport transport = rig.join(new FakeTransport(new Attributes().set(SEAT, 7)));

    private static void fails(ThrowingCallable assertion, String... parts) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageContainingAll(parts);
    }

    @Nested
    class OfATransport {

        @Test
        void received() {
            assertThat(transport).hasReceivedNothing();
            rig.broadcast("a", "b");
            rig.run();
            assertThat(transport).hasReceived("a", "b").hasReceivedMessages(Message.text("a"), Message.text("b"));
            fails(() -> assertThat(transport).hasReceivedNothing(), "received texts of transport of peer 1", "\"a\"");
            fails(() -> assertThat(transport).hasReceived("a"), "\"b\"");
            fails(() -> assertThat(transport).hasReceived("b", "a"), "[\"a\", \"b\"]", "[\"b\", \"a\"]");
            fails(() -> assertThat(transport).as("the lobby").hasReceived("a", "b", "c"), "[the lobby: received texts");
            fails(() -> assertThat(transport).hasReceivedMessages(Message.text("a"), Message.binary(new byte[] {'b'})),
                    "text of 1 bytes", "binary of 1 bytes");
        }

        @Test
        void batches() {
            rig.broadcastEach(0, 1);
            rig.broadcast("1", "2");
            rig.run();
            assertThat(transport).hasReceivedBatchesOf(1, 2);
            fails(() -> assertThat(transport).hasReceivedBatchesOf(3), "sizes of batches", "[1, 2]");
        }

        @Test
        void gaps() {
            assertThat(transport).hasReceivedWithoutGaps();
            rig.broadcastEach(0, 2);
            transport.peer().send(Message.text("for you"));
            rig.broadcastEach(2, 4);
            assertThat(transport).hasReceivedWithoutGaps();

            HubRig skipping = HubRig.keeping(2, builder -> builder.overflow(OverflowPolicy.skip()));
            FakeTransport slow = skipping.join().stallAfter(1);
            skipping.broadcastEach(0, 5);
            slow.becomeWritable();
            skipping.run();
            fails(() -> assertThat(slow).hasReceivedWithoutGaps(), "sequence 4 came after 1", "[1, 4, 5]");

            HubRig silent = new HubRig(builder -> builder.delivery(DeliveryPolicy.everyoneButSender()));
            FakeTransport sender = silent.join();
            silent.broadcastEach(0, 1);
            sender.send("mine");
            silent.broadcastEach(1, 2);
            fails(() -> assertThat(sender).hasReceivedWithoutGaps(), "sequence 3 came after 1");
        }

        @Test
        void openAndClosed() {
            assertThat(transport).isOpen().isNotAborted();
            fails(() -> assertThat(transport).isClosedWith(1000), "closed with 1000", "writable");
            fails(() -> assertThat(transport).isAborted(), "to be aborted", "writable");
            transport.peer().close(CloseReason.of(4000, "enough"));
            rig.run();
            assertThat(transport).isClosedWith(4000).isClosedWith(4000, "enough").isNotAborted();
            fails(() -> assertThat(transport).isOpen(), "to be open", "closed with 4000 enough");
            fails(() -> assertThat(transport).isClosedWith(1013), "closed with 1013", "closed with 4000 enough");
            fails(() -> assertThat(transport).isClosedWith(4000, "too much"), "\"too much\"", "4000 enough");
            fails(() -> assertThat(transport).as("the lobby").isOpen(), "[the lobby]");
            rig.passSeconds(5);
            assertThat(transport).isAborted().isClosedWith(4000);
            fails(() -> assertThat(transport).isNotAborted(), "not to be aborted");
            fails(() -> assertThat(transport).isOpen(), "aborted");
        }

        @Test
        void stalled() {
            fails(() -> assertThat(transport).isStalled(), "to be stalled", "writable");
            transport.stallAfter(1);
            rig.broadcastEach(0, 1);
            assertThat(transport).isStalled();
        }

        @Test
        void pingedAndResumed() {
            assertThat(transport).hasBeenPinged(0).hasBeenResumed(0);
            rig.passSeconds(25);
            assertThat(transport).hasBeenPinged(1);
            fails(() -> assertThat(transport).hasBeenPinged(0), "pings");
            fails(() -> assertThat(transport).hasBeenResumed(1), "resumes");
        }

        @Test
        void violations() {
            assertThat(transport).hasNoViolations();
            transport.abort();
            transport.ping();
            fails(() -> assertThat(transport).hasNoViolations(), "ping after the end");
        }

        @Test
        void nothingIsNoTransport() {
            FakeTransport none = null;
            fails(() -> assertThat(none).isOpen(), "not to be null");
            fails(() -> assertThat(none).hasReceivedNothing(), "not to be null");
        }
    }

    @Nested
    class OfAPeer {

        private final Peer peer = transport.peer();

        @Test
        void registered() {
            assertThat(peer).isRegistered();
            fails(() -> assertThat(peer).isNotRegistered(), "Expected peer 1 to have gone");
            transport.leave(CloseReason.of(CloseReason.NORMAL, ""));
            assertThat(peer).isNotRegistered();
            fails(() -> assertThat(peer).isRegistered(), "Expected peer 1 to be registered");
        }

        @Test
        void figures() {
            HubRig skipping = HubRig.keeping(2, builder -> builder.overflow(OverflowPolicy.skip()));
            FakeTransport slow = skipping.join().stallAfter(1);
            skipping.broadcastEach(0, 3);
            assertThat(slow.peer()).hasDelivered(1).hasLag(2).hasMissed(0);
            skipping.broadcastEach(3, 4);
            slow.becomeWritable();
            skipping.run();
            assertThat(slow.peer()).hasDelivered(3).hasLag(0).hasMissed(1);
            fails(() -> assertThat(slow.peer()).hasDelivered(4), "Expected delivered of peer 1 to be 4, but it is 3");
            fails(() -> assertThat(slow.peer()).hasLag(1), "Expected lag of peer 1 to be 1, but it is 0");
            fails(() -> assertThat(slow.peer()).hasMissed(0), "Expected missed of peer 1 to be 0, but it is 1");
        }

        @Test
        void attributes() {
            assertThat(peer).hasAttribute(SEAT, 7);
            fails(() -> assertThat(peer).hasAttribute(SEAT, 8), "attribute seat of peer 1 to be 8, but it is 7");
            fails(() -> assertThat(peer).hasAttribute(ROW, 1), "attribute row of peer 1 to be 1, but it is null");
        }
    }

    @Nested
    class OfFigures {

        @Test
        void counted() {
            transport.send(Message.binary(new byte[1]));
            rig.broadcast("a", "b");
            rig.run();
            HubStats stats = rig.hub().stats();
            assertThat(stats).hasPeers(1).hasMessages(2).hasDeliveries(2).hasBatches(1).hasIgnored(1);
            fails(() -> assertThat(stats).hasPeers(2), "Expected peers to be 2, but it is 1");
            fails(() -> assertThat(stats).hasMessages(1), "Expected messages to be 1, but it is 2");
            fails(() -> assertThat(stats).hasDeliveries(3), "Expected deliveries to be 3, but it is 2");
            fails(() -> assertThat(stats).hasBatches(2), "Expected batches to be 2, but it is 1");
            fails(() -> assertThat(stats).hasIgnored(0), "Expected ignored to be 0, but it is 1");
        }

        @Test
        void trouble() {
            HubRig small = HubRig.keeping(1);
            small.join().stallAfter(1);
            FakeTransport broken = small.join();
            small.broadcastEach(0, 1);
            assertThat(small.hub().stats()).hasNoTrouble();
            broken.throwFrom(TransportCall.WRITE);
            small.broadcastEach(1, 2);
            fails(() -> assertThat(small.hub().stats()).hasNoTrouble(), "Expected failures to be 0, but it is 1");
            small.broadcastEach(2, 3);
            fails(() -> assertThat(small.hub().stats()).hasNoTrouble(), "Expected missed to be 0, but it is");
            transport.stallAfter(1);
            rig.broadcastEach(0, 1);
            rig.passSeconds(10);
            fails(() -> assertThat(rig.hub().stats()).hasNoTrouble(), "Expected stalls to be 0, but it is 1");
        }
    }

    @Test
    void theyLiveBesideThoseOfAssertJ() {
        assertThat(transport).isOpen();
        assertThat(transport.peer()).isRegistered();
        assertThat(rig.hub().stats()).hasNoTrouble();
        assertThat(transport.texts()).isEmpty();
        assertThat(transport.pings()).isZero();
        assertThat(rig.hub()).isNotNull();
    }
}
