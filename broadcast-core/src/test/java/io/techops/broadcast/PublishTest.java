package io.techops.broadcast;

import static io.techops.broadcast.WaitingThread.waitingIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PublishTest {

    private static final Message X = Message.text("x");

    private final HubRig rig = HubRig.keeping(3);
    private final BroadcastHub hub = rig.hub();

    private static void assertFails(CompletionStage<Position> stage, Class<? extends Exception> type, String message) {
        assertThatThrownBy(() -> stage.toCompletableFuture().join()).cause().isInstanceOf(type)
                .hasMessageContaining(message);
    }

    @Nested
    class Publishing {

        @Test
        void isCompleteWhenItReturnsAndWhatDependsOnItRunsHere() {
            FakeTransport peer = rig.join();
            List<Thread> threads = new ArrayList<>();
            List<Long> sequences = new ArrayList<>();
            for (CompletionStage<Position> stage : List.of(hub.publish("a"), hub.publish(Message.text("b")),
                    hub.publish(Message.text("c"), BroadcastOptions.everyone()))) {
                stage.thenAccept(position -> {
                    threads.add(Thread.currentThread());
                    sequences.add(position.sequence());
                });
            }
            assertThat(sequences).containsExactly(1L, 2L, 3L);
            assertThat(threads).containsOnly(Thread.currentThread());
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b", "c");
        }

        @Test
        void failsWithWhatBroadcastWouldThrow() {
            HubRig small = new HubRig(builder -> builder.retention(Retention.of(3, 100)));
            assertFails(small.hub().publish("x".repeat(100)), IllegalArgumentException.class, "must fit in the log");
            hub.shutdown(Duration.ZERO);
            assertFails(hub.publish("x"), IllegalStateException.class, "the hub is closed");
        }

        @Test
        void isNotForSomePeersWhoseMessagesHaveNoPosition() {
            FakeTransport peer = rig.join();
            assertFails(hub.publish(X, BroadcastOptions.to(peer.peer())), IllegalArgumentException.class,
                    "options must be for everyone");
            rig.run();
            assertThat(peer.texts()).isEmpty();
        }

        @Test
        void waitsForRoom() throws Exception {
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2");
            CompletableFuture<Position> published = new CompletableFuture<>();
            Thread publisher = waitingIn(() -> hub.publish("3").thenAccept(published::complete));
            rig.run();
            publisher.join();
            rig.run();
            assertThat(published.get().sequence()).isEqualTo(4);
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 4));
        }

        @Test
        void failsIfTheHubIsClosedWhileItWaits() throws Exception {
            rig.join();
            rig.broadcast("0", "1", "2");
            CompletableFuture<CompletionStage<Position>> published = new CompletableFuture<>();
            waitingIn(() -> published.complete(hub.publish("3")));
            hub.shutdown(Duration.ZERO);
            assertFails(published.get(), IllegalStateException.class, "the hub is closed");
        }
    }

    @Nested
    class Trying {

        @Test
        void takesATextToo() {
            FakeTransport peer = rig.join();
            assertThat(hub.tryBroadcast("0")).isTrue();
            rig.broadcast("1", "2");
            assertThat(hub.tryBroadcast("3")).isFalse();
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 3));
        }

        @Test
        void tellsThePositionOrThatThereIsNone() throws Exception {
            FakeTransport peer = rig.join();
            AdapterHub adapters = AdapterHub.of(hub);
            assertThat(adapters.tryPublish(Message.text("0"), BroadcastOptions.everyone(), Duration.ZERO))
                    .isCompletedWithValueMatching(position -> position.sequence() == 1);
            rig.broadcast("1", "2");
            assertThat(adapters.tryPublish(X, BroadcastOptions.everyone(), Duration.ZERO)).isNull();
            assertThatThrownBy(() -> adapters.tryPublish(X, BroadcastOptions.to(peer.peer()), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must be for everyone");
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 3));
            hub.shutdown(Duration.ZERO);
            assertThat(adapters.tryPublish(X, BroadcastOptions.everyone(), Duration.ZERO)).isNull();
        }
    }

    @Nested
    class TryingForALimitedTime {

        private static final Duration SECOND = Duration.ofSeconds(1);

        private final CompletableFuture<Boolean> answer = new CompletableFuture<>();
        private final FakeTransport peer = rig.join();

        /** {@return a thread that waits for room, for a message in a hub that is full} */
        private Thread trying() {
            rig.broadcast("0", "1", "2");
            return waitingIn(() -> {
                try {
                    answer.complete(hub.tryBroadcast(Message.text("3"), SECOND));
                } catch (Throwable thrown) {
                    answer.completeExceptionally(thrown);
                }
            });
        }

        @AfterEach
        void leavesNoTimerBehind() {
            hub.shutdown(Duration.ZERO);
            rig.run();
            assertThat(rig.timer().pending()).isZero();
        }

        @Test
        void doesNotWaitIfThereIsRoom() throws Exception {
            assertThat(hub.tryBroadcast(Message.text("0"), SECOND)).isTrue();
            Thread.currentThread().interrupt();
            assertThat(hub.tryBroadcast(Message.text("1"), BroadcastOptions.everyone(), SECOND)).isTrue();
            assertThat(Thread.interrupted()).as("kept").isTrue();
            rig.run();
            assertThat(peer.texts()).containsExactly("0", "1");
        }

        @Test
        void takesTheRoomThatComesInTime() throws Exception {
            trying();
            rig.timer().pass(SECOND.minusNanos(1));
            rig.run();
            assertThat(answer.get()).isTrue();
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 4));
            assertThat(hub.stats().waits()).isOne();
        }

        @Test
        void givesUpWhenTheTimeIsOver() throws Exception {
            Thread publisher = trying();
            rig.timer().pass(SECOND.minusNanos(1));
            assertThat(answer).isNotDone();
            rig.timer().pass(Duration.ofNanos(1));
            assertThat(answer.get()).isFalse();
            publisher.join();
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 3));
            rig.timer().pass(SECOND);
            assertThat(hub.stats().saturation()).as("which is over").isEqualTo(SECOND);
        }

        @Test
        void givesUpWhenTheHubIsClosed() throws Exception {
            trying();
            hub.shutdown(Duration.ZERO);
            assertThat(answer.get()).isFalse();
        }

        @Test
        void givesUpWhenTheThreadIsInterrupted() {
            Thread publisher = trying();
            publisher.interrupt();
            assertThatThrownBy(answer::get).hasCauseInstanceOf(InterruptedException.class);
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 3));
            assertThat(hub.tryBroadcast("3")).as("is alive").isTrue();
        }

        /** {@return a thread that waits for the position of a message in a hub that is full} */
        private Thread publishing(CompletableFuture<@Nullable Position> position) {
            rig.broadcast("0", "1", "2");
            return waitingIn(() -> {
                try {
                    CompletionStage<Position> told = AdapterHub.of(hub).tryPublish(Message.text("3"),
                            BroadcastOptions.everyone(), SECOND);
                    position.complete(told == null ? null : told.toCompletableFuture().join());
                } catch (Throwable thrown) {
                    position.completeExceptionally(thrown);
                }
            });
        }

        @Test
        void appliesToWhatTellsThePositionAsWell() throws Exception {
            CompletableFuture<@Nullable Position> position = new CompletableFuture<>();
            publishing(position);
            rig.timer().pass(SECOND.minusNanos(1));
            rig.run();
            assertThat(position.get().sequence()).isEqualTo(4);
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 4));
        }

        @Test
        void whatTellsThePositionGivesUpToo() throws Exception {
            CompletableFuture<@Nullable Position> position = new CompletableFuture<>();
            publishing(position);
            rig.timer().pass(SECOND);
            assertThat(position.get()).isNull();
        }

        @Test
        void whatTellsThePositionIsInterruptedToo() {
            CompletableFuture<@Nullable Position> position = new CompletableFuture<>();
            publishing(position).interrupt();
            assertThatThrownBy(position::get).hasCauseInstanceOf(InterruptedException.class);
        }

        @Test
        void zeroDoesNotWait() throws Exception {
            rig.broadcast("0", "1", "2");
            assertThat(hub.tryBroadcast(X, Duration.ZERO)).isFalse();
        }

        @Test
        void appliesToSomePeersAsWell() throws Exception {
            BroadcastOptions toOne = BroadcastOptions.to(peer.peer());
            assertThat(hub.tryBroadcast(Message.text("0"), toOne, SECOND)).isTrue();
            hub.broadcast(Message.text("1"), toOne);
            hub.broadcast(Message.text("2"), toOne);
            waitingIn(() -> {
                try {
                    answer.complete(hub.tryBroadcast(X, toOne, SECOND));
                } catch (InterruptedException e) {
                    answer.completeExceptionally(e);
                }
            });
            rig.timer().pass(SECOND);
            assertThat(answer.get()).isFalse();
        }

        @Test
        void theLimitIsChecked() {
            assertThatThrownBy(() -> hub.tryBroadcast(X, Duration.ofSeconds(-1)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessage("limit must not be negative: PT-1S");
            assertThatThrownBy(() -> hub.tryBroadcast(X, Duration.ofDays(366)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at most 365 days");
        }
    }

    @Nested
    class InATopic extends TopicsByHand {

        private final BroadcastHub topic = topics.hub("news");

        @Test
        void allWaysArePassedOn() throws Exception {
            FakeTransport peer = new FakeTransport().register(topic);
            assertThat(topic.publish("a").toCompletableFuture().join().sequence()).isOne();
            assertThat(topic.tryBroadcast("b")).isTrue();
            assertThat(topic.tryBroadcast(Message.text("c"), Duration.ofSeconds(1))).isTrue();
            assertFails(topic.publish(X, BroadcastOptions.to(peer.peer())), IllegalArgumentException.class,
                    "options must be for everyone");
            assertThat(AdapterHub.of(topic).tryPublish(Message.text("d"), BroadcastOptions.everyone(), Duration.ZERO))
                    .isCompletedWithValueMatching(position -> position.sequence() == 4);
            executor.runAll();
            assertThat(peer.texts()).containsExactly("a", "b", "c", "d");
            assertThat(topic.peer(peer.peer().id())).isSameAs(peer.peer());
            topics.shutdown(Duration.ZERO);
            assertFails(topic.publish("d"), IllegalStateException.class, "closed");
            assertThat(topic.tryBroadcast(X, Duration.ofSeconds(1))).isFalse();
            assertThat(AdapterHub.of(topic).tryPublish(X, BroadcastOptions.everyone(), Duration.ZERO)).isNull();
            assertThat(topic.peer(1)).isNull();
        }
    }

    @Nested
    class APeer {

        @Test
        void isFoundByItsNumberWhileItIsRegistered() {
            FakeTransport first = rig.join();
            FakeTransport second = rig.join();
            assertThat(hub.peer(first.peer().id())).isSameAs(first.peer());
            assertThat(hub.peer(second.peer().id())).isSameAs(second.peer());
            assertThat(hub.peer(0)).isNull();
            assertThat(hub.peer(3)).isNull();
            first.registration().unregister(CloseReason.of(CloseReason.NORMAL));
            assertThat(hub.peer(first.peer().id())).isNull();
            assertThat(hub.peers()).containsExactly(second.peer());
        }
    }
}
