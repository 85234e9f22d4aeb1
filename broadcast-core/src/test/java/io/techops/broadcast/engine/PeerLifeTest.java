package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PeerLifeTest {

    private static final CloseReason NORMAL = CloseReason.of(CloseReason.NORMAL);

    private final HubRig rig = new HubRig();

    @Nested
    class Events {

        @Test
        void registeredAndUnregisteredComeOnceAndInThatOrder() {
            FakeTransport peer = rig.join();
            peer.registration().unregister(CloseReason.of(1000, "bye"));
            peer.registration().unregister(CloseReason.of(1006));
            rig.run();
            assertThat(rig.listener().entries()).containsExactly("peer 1 registered", "peer 1 unregistered 1000");
            assertThat(rig.hub().peers()).isEmpty();
            assertThat(peer.peer().isRegistered()).isFalse();
            assertThat(rig.hub().stats().peers()).isZero();
            assertThat(rig.hub().stats().registrations()).isOne();
        }

        @Test
        void unregisteredComesOnceHoweverManyEndTheConnection() {
            FakeTransport peer = rig.join().throwFrom(TransportCall.WRITE);
            peer.peer().close(NORMAL);
            rig.broadcast("a");
            peer.duringWrite(() -> peer.registration().unregister(CloseReason.of(1006)));
            rig.run();
            peer.registration().unregister(CloseReason.of(1006));
            rig.run();
            assertThat(rig.listener().of(peer.peer())).filteredOn(entry -> entry.contains("unregistered")).hasSize(1);
        }

        @Test
        void aReasonIsNeededToUnregister() {
            FakeTransport peer = rig.join();
            assertThatThrownBy(() -> peer.registration().unregister(nothing()))
                    .isInstanceOf(NullPointerException.class).hasMessage("reason");
            assertThat(peer.peer().isRegistered()).isTrue();
        }

        @SuppressWarnings({"NullAway", "DataFlowIssue"})
        private static <T> T nothing() {
            @Nullable T nothing = null;
            return nothing;
        }

        @Test
        void nothingIsWrittenAfterTheEnd() {
            FakeTransport peer = rig.join();
            rig.broadcast("a");
            peer.registration().unregister(NORMAL);
            rig.run();
            assertThat(peer.messages()).isEmpty();
            assertThat(peer.closed()).isNull();
            assertThat(peer.peer().lag()).isZero();
        }

        @Test
        void aListenerThatThrowsMissesNothingAndDisturbsNobody() {
            List<String> told = new ArrayList<>();
            HubRig throwing = new HubRig(builder -> builder.listener(new HubListener() {
                @Override
                public void registered(Peer peer) {
                    told.add("registered");
                    throw new IllegalStateException("on purpose");
                }

                @Override
                public void unregistered(Peer peer, CloseReason reason) {
                    told.add("unregistered");
                    throw new IllegalStateException("on purpose");
                }
            }).messageListener(new MessageListener() {
                @Override
                public void broadcast(@Nullable Peer from, Message message, Position position) {
                    told.add("broadcast");
                    throw new AssertionError("on purpose");
                }
            }));
            FakeTransport peer = throwing.join();
            throwing.broadcast("a");
            throwing.run();
            peer.registration().unregister(NORMAL);
            throwing.run();
            assertThat(told).containsExactly("broadcast", "registered", "unregistered");
            assertThat(peer.texts()).containsExactly("a");
        }

        @Test
        void anExecutorThatRefusesForAMomentLosesNothing() {
            FakeTransport peer = rig.join();
            rig.run();
            rig.executor().refuse(true);
            rig.broadcast("a");
            FakeTransport second = rig.join();
            rig.executor().refuse(false);
            rig.broadcast("b");
            second.registration().unregister(NORMAL);
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b");
            assertThat(rig.listener().of(second.peer())).containsExactly(
                    "peer 2 registered", "peer 2 unregistered 1000");
        }
    }

    @Nested
    class TransportsThatThrow {

        @Test
        void areAbortedAndDisturbNobody() {
            FakeTransport broken = rig.join().throwFrom(TransportCall.WRITE);
            FakeTransport healthy = rig.join();
            rig.broadcast("a");
            rig.run();
            assertThat(broken.isAborted()).isTrue();
            assertThat(healthy.texts()).containsExactly("a");
            assertThat(rig.listener().of(broken.peer())).containsExactly("peer 1 registered",
                    "peer 1 failed told to throw from WRITE", "peer 1 unregistered 1006");
            assertThat(rig.hub().stats().failures()).isOne();
        }

        @Test
        void mayThrowFromAbortToo() {
            FakeTransport broken = rig.join().throwFrom(TransportCall.ABORT);
            broken.duringWrite(() -> {
                throw new AssertionError("on purpose");
            });
            FakeTransport healthy = rig.join();
            rig.broadcast("a");
            rig.run();
            rig.broadcast("b");
            rig.run();
            assertThat(healthy.texts()).containsExactly("a", "b");
            assertThat(broken.peer().isRegistered()).isFalse();
        }
    }

    @Nested
    class ClosedByTheHost {

        @Test
        void afterAllThatWasBroadcastBefore() {
            FakeTransport peer = rig.join().stallAfter(1);
            rig.broadcast("a");
            rig.run();
            rig.broadcast("b");
            peer.peer().send(Message.text("c"));
            peer.peer().close(CloseReason.of(4000, "enough"));
            peer.peer().close(CloseReason.of(4001, "only the first counts"));
            rig.run();
            assertThat(peer.closed()).isNull();
            peer.becomeWritable();
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b", "c");
            assertThat(peer.closed()).isEqualTo(CloseReason.of(4000, "enough"));
            assertThat(rig.listener().of(peer.peer()))
                    .containsExactly("peer 1 registered", "peer 1 unregistered 4000");
            rig.passSeconds(5);
            assertThat(peer.isAborted()).isTrue();
        }

        @Test
        void alsoBeforeTheShardHasSeenIt() {
            FakeTransport peer = rig.join();
            peer.peer().close(NORMAL);
            rig.run();
            assertThat(peer.closed()).isEqualTo(NORMAL);
        }

        @Test
        void aCodeThatMustNotBeSentIsRefused() {
            FakeTransport peer = rig.join();
            assertThatThrownBy(() -> peer.peer().close(CloseReason.of(1006)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("reason must have a code that may be sent: 1006");
        }

        @Test
        void whatItSendsUntilThenIsStillBroadcastAndNothingAfter() {
            FakeTransport peer = rig.join();
            FakeTransport other = rig.join();
            peer.peer().close(NORMAL);
            peer.send("a");
            rig.run();
            peer.send("b");
            rig.run();
            assertThat(other.texts()).containsExactly("a");
        }
    }

    @Nested
    class Policies {

        @Test
        void thatThrowCloseThePeerAndNothingMoreIsTakenFromIt() {
            HubRig strict = new HubRig(builder -> builder.policy((context, message) -> {
                if (message.size() == 0) {
                    throw new IllegalStateException("empty");
                }
                return MessagePolicy.Verdict.relay(message);
            }));
            FakeTransport peer = strict.join();
            FakeTransport other = strict.join();
            peer.send("a");
            peer.send("");
            peer.send("b");
            strict.run();
            assertThat(other.texts()).containsExactly("a");
            assertThat(peer.closed()).isEqualTo(CloseReason.of(1011, "the message could not be processed"));
            assertThat(strict.listener().of(peer.peer())).containsExactly(
                    "peer 1 registered", "peer 1 failed empty", "peer 1 unregistered 1011");
        }

        @Test
        @SuppressWarnings("NullAway")
        void thatDecideNothingCloseThePeer() {
            HubRig strange = new HubRig(builder -> builder.policy((context, message) -> null));
            FakeTransport peer = strange.join();
            peer.send("a");
            strange.run();
            assertThat(peer.closed()).isNotNull().extracting(CloseReason::code).isEqualTo(1011);
        }

        @Test
        void byDefaultTextIsRelayedBinaryIgnoredAndLongTextClosesThePeer() {
            FakeTransport peer = rig.join();
            Message.Binary binary = Message.binary(new byte[] {1});
            peer.registration().received(binary);
            peer.send("x".repeat(65_536));
            rig.run();
            assertThat(peer.messages()).containsExactly(Message.text("x".repeat(65_536)));
            assertThat(rig.listener().entries()).contains("peer 1 ignored binary of 1 bytes");
            assertThat(rig.hub().stats().ignored()).isOne();
            peer.send("x".repeat(65_537));
            rig.run();
            assertThat(peer.closed()).isEqualTo(
                    CloseReason.of(1009, "message of 65537 bytes is over maxBytes 65536"));
        }

        @Test
        void mayChangeWhatIsRelayed() {
            HubRig loud = new HubRig(builder -> builder.policy((context, message) -> MessagePolicy.Verdict.relay(
                    Message.text(((Message.Text) message).text().toUpperCase(java.util.Locale.ROOT)))));
            FakeTransport peer = loud.join();
            peer.send("hello");
            loud.run();
            assertThat(peer.texts()).containsExactly("HELLO");
        }
    }

    /** No lock is held while foreign code runs: another thread gets through the whole hub meanwhile. */
    @Nested
    class ForeignCode {

        private final List<String> places = new ArrayList<>();
        private @Nullable BroadcastHub hub;

        private void othersGetThrough(String place) {
            BroadcastHub known = hub;
            if (known == null || places.contains(place)) {
                return;
            }
            places.add(place);
            CompletableFuture<Void> through = CompletableFuture.runAsync(() -> {
                known.stats();
                known.peers();
                known.broadcast("from another thread");
                new FakeTransport().register(known).registration().unregister(NORMAL);
            });
            try {
                through.get();
            } catch (Exception e) {
                throw new AssertionError("a lock is held during " + place, e);
            }
        }

        @Test
        void runsWithoutALockAndMayCallTheHub() {
            List<Throwable> failures = new ArrayList<>();
            HubRig foreign = new HubRig(builder -> builder
                    .policy((context, message) -> {
                        guarded(failures, "policy");
                        return message.size() == 0
                                ? MessagePolicy.Verdict.ignore()
                                : MessagePolicy.Verdict.relay(message);
                    })
                    .listener(new HubListener() {
                        @Override
                        public void registered(Peer peer) {
                            guarded(failures, "registered");
                            peer.send(Message.text("welcome"));
                        }

                        @Override
                        public void unregistered(Peer peer, CloseReason reason) {
                            guarded(failures, "unregistered");
                        }
                    })
                    .messageListener(new MessageListener() {
                        @Override
                        public void broadcast(@Nullable Peer from, Message message, Position position) {
                            guarded(failures, "broadcast");
                        }

                        @Override
                        public void ignored(Peer peer, Message message) {
                            guarded(failures, "ignored");
                            peer.close(NORMAL);
                        }
                    }));
            hub = foreign.hub();
            FakeTransport peer = foreign.join(new FakeTransport() {
                @Override
                public void close(CloseReason reason) {
                    guarded(failures, "close");
                    super.close(reason);
                }
            });
            peer.duringWrite(() -> guarded(failures, "write"));
            foreign.run();
            foreign.broadcast("a");
            peer.send("b");
            peer.send("");
            foreign.run();
            assertThat(failures).isEmpty();
            assertThat(places).containsExactlyInAnyOrder("registered", "broadcast", "write", "policy",
                    "ignored", "close", "unregistered");
            assertThat(peer.texts()).contains("welcome", "a", "b");
        }

        private void guarded(List<Throwable> failures, String place) {
            try {
                othersGetThrough(place);
            } catch (AssertionError e) {
                failures.add(e);
            }
        }
    }

    @Test
    void broadcastTouchesNoTransport() {
        FakeTransport peer = rig.join();
        rig.run();
        rig.broadcast("a", "b");
        peer.send("c");
        assertThat(peer.batches()).as("before the shard runs").isEmpty();
    }
}
