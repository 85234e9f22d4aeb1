package io.techops.broadcast.testkit;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FakeTransportTest {

    private static final AttributeKey<Integer> SEAT = AttributeKey.of("seat", Integer.class);

    private static final CloseReason GOING_AWAY = CloseReason.of(CloseReason.GOING_AWAY, "");

    private final HubRig rig = new HubRig();

    @Nested
    class WhatItRemembers {

        private final FakeTransport transport = rig.join(new FakeTransport(new Attributes().set(SEAT, 7)));

        @Test
        void messagesSequencesAndBatchesAsTheyCame() {
            rig.broadcast("a");
            rig.run();
            rig.broadcast("b");
            transport.peer().send(Message.text("for you"));
            rig.hub().broadcast(Message.binary(new byte[3]));
            rig.run();
            assertThat(transport.messages()).containsExactly(Message.text("a"), Message.text("b"),
                    Message.text("for you"), Message.binary(new byte[3]));
            assertThat(transport.texts()).containsExactly("a", "b", "for you", "binary of 3 bytes");
            assertThat(transport.sequences()).containsExactly(1L, 2L, Batch.UNNUMBERED, 3L);
            assertThat(transport.batches()).containsExactly(1, 3);
        }

        @Test
        void whatWasReadFromItDoesNotGrowLater() {
            rig.broadcast("a");
            rig.run();
            List<String> texts = transport.texts();
            rig.broadcast("b");
            rig.run();
            assertThat(texts).containsExactly("a");
        }

        @Test
        void pingsAndTheirAnswers() {
            rig.passSeconds(25);
            assertThat(transport.pings()).isOne();
            transport.pong();
            rig.passSeconds(25);
            assertThat(transport.pings()).isEqualTo(2);
            assertThat(transport.isAborted()).isFalse();
            rig.passSeconds(10);
            assertThat(transport.isAborted()).as("without a pong").isTrue();
            assertThat(transport.isOpen()).isFalse();
        }

        @Test
        void attributes() {
            assertThat(transport.peer().attributes().get(SEAT)).isEqualTo(7);
        }

        @Test
        void itsStateEndsWithTheLastTenMessages() {
            rig.broadcastEach(0, 11);
            rig.hub().broadcast(Message.text("x".repeat(100)));
            rig.hub().broadcast(Message.binary(new byte[3]));
            rig.run();
            assertThat(transport.toString())
                    .startsWith("transport of peer 1: 13 messages in 12 batches, writable: …, ")
                    .contains("…, \"3\", \"4\", ").endsWith("\"10\", \"" + "x".repeat(80)
                            + "…\" (text of 100 bytes), binary of 3 bytes");
        }

        @Test
        void itsStateInWords() {
            assertThat(new FakeTransport()).hasToString("transport of no peer yet: 0 messages in 0 batches, writable");
            rig.broadcast("a", "b");
            transport.stallAfter(1);
            rig.run();
            assertThat(transport).hasToString("transport of peer 1: 2 messages in 1 batches, stalled: \"a\", \"b\"");
            transport.becomeWritable();
            transport.peer().close(CloseReason.of(CloseReason.NORMAL, "bye"));
            rig.run();
            assertThat(transport).hasToString(
                    "transport of peer 1: 2 messages in 1 batches, closed with 1000 bye: \"a\", \"b\"");
            rig.passSeconds(5);
            assertThat(transport).hasToString("transport of peer 1: 2 messages in 1 batches, aborted: \"a\", \"b\"");
        }
    }

    @Nested
    class WhatItCanBeTold {

        @Test
        void toStallAfterSomeBatches() {
            FakeTransport transport = rig.join().stallAfter(2);
            rig.broadcastEach(0, 4);
            assertThat(transport).hasReceived("0", "1").isStalled();
            transport.becomeWritableFor(1);
            rig.run();
            assertThat(transport).hasReceived(HubRig.numbers(0, 4)).hasReceivedBatchesOf(1, 1, 2).isStalled();
            rig.broadcastEach(4, 6);
            transport.becomeWritable();
            rig.broadcastEach(6, 9);
            assertThat(transport).hasReceived(HubRig.numbers(0, 9)).hasReceivedBatchesOf(1, 1, 2, 3, 1, 1);
        }

        @Test
        void toThrowOnceFromACall() {
            for (TransportCall call : TransportCall.values()) {
                FakeTransport transport = new FakeTransport().knowingPositions().throwFrom(call);
                Runnable said = () -> say(transport, call);
                if (call != TransportCall.WRITE) { // no hub, no batch
                    assertThatThrownBy(said::run).isInstanceOf(IllegalStateException.class)
                            .hasMessage("told to throw from " + call);
                    said.run();
                    assertThat(transport).hasNoViolations();
                }
            }
            FakeTransport broken = rig.join().throwFrom(TransportCall.WRITE);
            rig.broadcast("a");
            rig.run();
            assertThat(broken).hasReceivedNothing().isAborted();
            assertThat(rig.listener().of(broken.peer())).contains("peer 1 failed told to throw from WRITE");
        }

        private void say(Transport transport, TransportCall call) {
            switch (call) {
                case TELL -> transport.tell(new StreamEvent.Open(Position.of("a", 0), false));
                case PING -> transport.ping();
                case CLOSE -> transport.close(GOING_AWAY);
                case ABORT -> transport.abort();
                case RESUME -> transport.resume();
                default -> throw new AssertionError(call);
            }
        }

        @Test
        void toAnswerAClose() {
            FakeTransport polite = rig.join().answerClose();
            FakeTransport silent = rig.join();
            polite.peer().close(GOING_AWAY);
            silent.peer().close(GOING_AWAY);
            rig.run();
            assertThat(polite.peer()).isNotRegistered();
            assertThat(silent).isClosedWith(1001).isNotAborted();
            rig.passSeconds(5);
            assertThat(polite).isClosedWith(1001).isNotAborted();
            assertThat(silent).isClosedWith(1001).isAborted();
        }

        @Test
        void toAnswerACloseThatComesBeforeItKnowsItsRegistration() {
            RecordingListener told = new RecordingListener();
            BroadcastHub hub = BroadcastHub.builder().executor(Runnable::run).timer(rig.timer())
                    .listener(new HubListener() {
                        @Override
                        public void registered(Peer peer) {
                            peer.close(GOING_AWAY);
                        }

                        @Override
                        public void unregistered(Peer peer, CloseReason reason) {
                            told.unregistered(peer, reason);
                        }
                    }).build();
            FakeTransport transport = new FakeTransport().answerClose().register(hub);
            assertThat(transport.closed()).isEqualTo(GOING_AWAY);
            assertThat(transport.isAborted()).isFalse();
            assertThat(told.entries()).containsExactly("peer 1 unregistered 1001");
            assertThat(hub.peers()).isEmpty();
            rig.passSeconds(60);
            assertThat(transport.isAborted()).as("it has answered").isFalse();
        }

        @Test
        void toDoSomethingWithinAWrite() {
            List<Integer> seen = new ArrayList<>();
            FakeTransport transport = rig.join();
            transport.duringWrite(() -> seen.add(transport.messages().size()));
            rig.broadcastEach(0, 3);
            assertThat(seen).containsExactly(0, 1, 2);
        }

        @Test
        void toEncodeWhatItIsGiven() {
            List<Integer> released = new ArrayList<>();
            Function<Batch, Batch.Encoding> encoder = batch -> {
                int size = batch.size();
                return () -> released.add(size);
            };
            rig.join().encodeWith(encoder);
            rig.join().encodeWith(encoder);
            rig.broadcast("a", "b");
            rig.run();
            assertThat(released).as("one encoding for both").containsExactly(2);
        }
    }

    @Nested
    class WhatThePeerDoes {

        @Test
        void sends() {
            FakeTransport transport = rig.join();
            assertThat(transport.send("hello")).isTrue();
            assertThat(transport.send(Message.binary(new byte[2]))).isTrue();
            rig.run();
            assertThat(transport).hasReceived("hello");
            assertThat(rig.listener().entries()).contains("peer 1 ignored binary of 2 bytes");
        }

        @Test
        void isPausedAndReadOn() {
            HubRig small = HubRig.keeping(2, builder -> builder.policy(MessagePolicy.everything()));
            FakeTransport transport = small.join();
            assertThat(transport.send("a")).isTrue();
            assertThat(transport.send("b")).isTrue();
            assertThat(transport.send("c")).as("the log is full, and nothing was offered yet").isFalse();
            assertThatThrownBy(() -> transport.send("d")).isInstanceOf(IllegalStateException.class);
            small.run();
            assertThat(transport).hasReceived("a", "b", "c").hasBeenResumed(1);
            assertThat(transport.send("d")).isTrue();
        }

        @Test
        void leaves() {
            FakeTransport transport = rig.join();
            transport.leave(CloseReason.of(CloseReason.NORMAL, ""));
            rig.run();
            assertThat(transport.peer()).isNotRegistered();
            assertThat(rig.listener().of(transport.peer()))
                    .containsExactly("peer 1 registered", "peer 1 unregistered 1000");
        }
    }

    @Nested
    class WhatItRefuses {

        @Test
        void countsBelowOne() {
            FakeTransport transport = rig.join();
            assertThatThrownBy(() -> transport.stallAfter(0)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("count must be at least 1: 0");
            assertThatThrownBy(() -> transport.becomeWritableFor(-1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("count must be at least 1: -1");
        }

        @Test
        void toSpeakBeforeItIsRegistered() {
            FakeTransport transport = new FakeTransport();
            assertThatThrownBy(() -> transport.send("a")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("call register(hub), or HubRig.join");
            assertThatThrownBy(transport::becomeWritable).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(transport::peer).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void toBeRegisteredTwice() {
            FakeTransport transport = rig.join();
            assertThatThrownBy(() -> rig.join(transport)).isInstanceOf(IllegalStateException.class)
                    .hasMessage("registered already, as peer 1");
        }
    }
}
