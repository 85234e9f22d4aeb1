package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.RefusedException;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When a topic begins, when it goes, and who is in the midst of it. */
class TopicLivesTest extends TopicsByHand {

    @Nested
    class TheBegin {

        @Test
        void isNotToAskForTheHub() {
            BroadcastHub hub = topics.hub("news");
            assertThat(hub.peers()).isEmpty();
            assertThat(hub.stats().messages()).isZero();
            assertThat(hub.isClosed()).isFalse();
            assertThat(topics.names()).isEmpty();
            assertThat(prepared).isEmpty();
        }

        @Test
        void isTheFirstPeerOrTheFirstBroadcast() {
            AdapterHub.of(topics.hub("news")).register(new FakeTransport());
            topics.hub("sport").broadcast("a goal");
            assertThat(topics.hub("weather").tryBroadcast(Message.text("sun"))).isTrue();
            assertThat(topics.names()).containsExactly("news", "sport", "weather");
            assertThat(topics.stats().begun()).isEqualTo(3);
        }

        @Test
        void isNoneIfTheRecipeThrows() {
            Topics broken = Topics.builder().recipe((topic, hub) -> {
                prepared.add(topic);
                hub.shards(prepared.size() == 1 ? 0 : 1);
            }).executor(executor).timer(timer).build();
            assertThatIllegalArgumentException().isThrownBy(() -> broken.hub("news").broadcast("a"))
                    .withMessage("shards must be from 1 to 1024: 0");
            assertThat(broken.names()).isEmpty();
            assertThat(Published.sequence(broken.hub("news"), "a")).as("it is tried again").isOne();
        }

        @Test
        void isNotForTheRecipeToWaitFor() {
            Topics circular = Topics.builder().build();
            Topics[] own = {circular};
            own[0] = Topics.builder().recipe((topic, hub) -> own[0].hub(topic).broadcast("me")).build();
            assertThatThrownBy(() -> own[0].hub("news").broadcast("a")).isInstanceOf(IllegalStateException.class)
                    .hasMessage("a recipe must not use the topic that it prepares: news");
            assertThat(own[0].names()).isEmpty();
        }
    }

    @Nested
    class TheEnd {

        @Test
        void comesWhenTheLastPeerHasBeenGoneForTheLinger() {
            FakeTransport one = join("news");
            FakeTransport other = join("news");
            leave(one);
            pass(600);
            assertThat(topics.names()).as("a peer is there").containsExactly("news");
            leave(other);
            pass(59);
            assertThat(topics.names()).as("lingers").containsExactly("news");
            pass(1);
            assertThat(topics.names()).isEmpty();
        }

        @Test
        void isPutOffByWhateverIsSaid() {
            topics.hub("news").broadcast("first");
            pass(40);
            topics.hub("news").broadcast("second");
            pass(40);
            assertThat(topics.names()).containsExactly("news");
            pass(20);
            assertThat(topics.names()).isEmpty();
        }

        @Test
        void isPutOffByWhoeverComes() {
            leave(join("news"));
            pass(59);
            FakeTransport late = join("news");
            pass(600);
            assertThat(topics.names()).containsExactly("news");
            topics.hub("news").broadcast("still here");
            executor.runAll();
            assertThat(late.texts()).containsExactly("still here");
            assertThat(topics.stats().begun()).isOne();
        }

        @Test
        void leavesNeitherTaskNorTimer() {
            leave(join("news"));
            pass(60);
            assertThat(topics.names()).isEmpty();
            assertThat(executor.pending()).isZero();
            assertThat(timer.pending()).isZero();
        }

        @Test
        void leavesNoTimerIfItMakesWay() {
            Topics single = topics(settings -> settings.maxTopics(1));
            single.hub("news").broadcast("a");
            single.hub("sport").broadcast("b");
            executor.runAll();
            assertThat(single.names()).containsExactly("sport");
            assertThat(timer.pending()).as("timers, of which one is that of sport").isOne();
        }

        @Test
        void costsOneTimerHoweverMuchIsSaid() {
            for (int i = 0; i < 1_000; i++) {
                topics.hub("news").broadcast("a");
            }
            assertThat(timer.pending()).isOne();
        }

        @Test
        void comesAtOnceIfTopicsDoNotLinger() {
            Topics brief = topics(settings -> settings.idleTimeout(Duration.ZERO));
            FakeTransport peer = new FakeTransport().register(brief.hub("news"));
            brief.hub("news").broadcast("hello");
            pass(0);
            assertThat(brief.names()).containsExactly("news");
            peer.leave(CloseReason.of(CloseReason.NORMAL));
            pass(0);
            assertThat(brief.names()).isEmpty();
        }

        @Test
        void isNotBeforeTheListenerKnowsThatTheLastPeerHasGone() {
            FakeTransport peer = join("news");
            executor.runAll();
            peer.leave(CloseReason.of(CloseReason.NORMAL));
            timer.pass(Duration.ofSeconds(600)); // and the listener is not told yet
            assertThat(topics.names()).containsExactly("news");
            pass(60);
            assertThat(topics.names()).isEmpty();
            assertThat(recorded.get("news").entries())
                    .containsExactly("peer 1 registered", "peer 1 unregistered 1000");
        }

        @Test
        void isOneOfManyLives() {
            BroadcastHub held = topics.hub("news");
            leave(join("news"));
            held.broadcast("in the first life");
            pass(60);
            assertThat(held.stats().messages()).as("gone").isZero();
            FakeTransport peer = join("news");
            assertThat(Published.sequence(held, "in the second")).as("sequences begin anew").isOne();
            executor.runAll();
            assertThat(peer.texts()).containsExactly("in the second");
            assertThat(held.peers()).hasSize(1);
            assertThat(topics.stats().begun()).isEqualTo(2);
            assertThat(prepared).containsExactly("news", "news");
        }

        @Test
        void comesEarlyWhenTheHostWantsIt() {
            FakeTransport peer = join("news");
            FakeTransport elsewhere = join("sport");
            CompletableFuture<Void> ended =
                    topics.hub("news").shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            assertThat(topics.names()).containsExactly("sport");
            FakeTransport next = join("news");
            executor.runAll();
            assertThat(ended).isDone();
            assertThat(peer.closed()).isEqualTo(CloseReason.of(CloseReason.GOING_AWAY, "the server is going away"));
            assertThat(next.isOpen()).as("a peer of the next life").isTrue();
            assertThat(elsewhere.isOpen()).isTrue();
            assertThat(topics.hub("weather").shutdown(Duration.ZERO).toCompletableFuture()).isDone();
        }
    }

    @Nested
    class TheEndInTheMidstOf {

        @Test
        void aRegistrationMakesAPeerOfTheNextLife() {
            AtomicReference<@Nullable Runnable> meanwhile = new AtomicReference<>();
            Topics topics = topics(settings -> settings.timer(new HubTimer() {
                @Override
                public long nanoTime() {
                    Runnable once = meanwhile.getAndSet(null);
                    if (once != null) {
                        once.run();
                    }
                    return timer.nanoTime();
                }

                @Override
                public Cancellation schedule(Runnable task, Duration delay) {
                    return timer.schedule(task, delay);
                }
            }));
            FakeTransport first = new FakeTransport().register(topics.hub("news"));
            // The clock is read when the topic was found, and before the peer joins.
            meanwhile.set(() -> topics.hub("news").shutdown(Duration.ofSeconds(5)));
            FakeTransport late = new FakeTransport().register(topics.hub("news"));
            topics.hub("news").broadcast("hello");
            executor.runAll();
            assertThat(first.texts()).isEmpty();
            assertThat(first.closed()).isNotNull();
            assertThat(late.texts()).containsExactly("hello");
            assertThat(topics.stats().begun()).isEqualTo(2);
        }

        @Test
        void aPeerThatComesWhileTheLastOneLeavesHasATopic() throws Exception {
            VirtualTimer clock = new VirtualTimer();
            Topics brief = Topics.builder().idleTimeout(Duration.ZERO).executor(Runnable::run).timer(clock)
                    .recipe((topic, hub) -> hub.heartbeat(Duration.ZERO)).build();
            FakeTransport[] one = {new FakeTransport().register(brief.hub("news"))};
            FakeTransport[] next = {one[0]};
            SameMoment.again(() -> next[0] = new FakeTransport(), () -> next[0].register(brief.hub("news")), () -> {
                one[0].leave(CloseReason.of(CloseReason.NORMAL));
                clock.pass(Duration.ZERO);
            }, () -> {
                clock.pass(Duration.ZERO);
                assertThat(brief.names()).containsExactly("news");
                assertThat(brief.hub("news").peers()).containsExactly(next[0].peer());
                brief.hub("news").broadcast("hello");
                assertThat(next[0].texts()).containsExactly("hello");
                one[0] = next[0];
            });
        }

        @Test
        void aBroadcastThatWaitsIsHeardInTheNextLife() throws Exception {
            join("news");
            for (int i = 0; i < 8; i++) {
                topics.hub("news").broadcast("before " + i);
            }
            CompletableFuture<Long> sequence = new CompletableFuture<>();
            Thread publisher = new Thread(() -> sequence.complete(Published.sequence(topics.hub("news"), "late")));
            publisher.start();
            while (publisher.getState() != Thread.State.WAITING) {
                assertThat(publisher.isAlive()).as("waits for room").isTrue();
                Thread.onSpinWait();
            }
            topics.hub("news").shutdown(Duration.ofSeconds(5));
            assertThat(sequence.get()).as("of the next life").isOne();
            assertThat(topics.hub("news").stats().messages()).isOne();
        }
    }

    @Nested
    class TheLimit {

        @Test
        void refusesOneMoreThanThereMayBe() {
            join("a");
            join("b");
            join("c");
            FakeTransport refused = new FakeTransport();
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> AdapterHub.of(topics.hub("d")).register(refused))
                    .withMessage("there may be 3 topics, and all of them are in use: the setting is maxTopics")
                    .extracting(RefusedException::refusalCause).isEqualTo(RefusalCause.TOPICS);
            assertThatThrownBy(() -> topics.hub("d").broadcast("a")).isInstanceOf(IllegalStateException.class);
            assertThat(topics.hub("d").tryBroadcast(Message.text("a"))).isFalse();
            assertThat(topics.names()).containsExactly("a", "b", "c");
            assertThatCode(() -> join("c")).as("one that is there").doesNotThrowAnyException();
        }

        @Test
        void isKeptByTheNamesThatThereAreAtOneMoment() throws Exception {
            Topics single = Topics.builder().maxTopics(1).executor(Runnable::run).timer(timer).build();
            AtomicBoolean over = new AtomicBoolean();
            SameMoment.again(() -> over.set(false), () -> {
                for (int i = 0; i < 20; i++) {
                    single.hub(i % 2 == 0 ? "a" : "b").broadcast("one makes way for the other");
                }
                over.set(true);
            }, () -> {
                while (!over.get()) {
                    assertThat(single.names()).hasSizeLessThanOrEqualTo(1);
                }
            }, () -> assertThat(single.names()).containsExactly("b"));
        }

        @Test
        void makesTheOneWayThatHasLingeredForLongest() {
            FakeTransport staying = join("a");
            leave(join("b"));
            pass(1);
            leave(join("c"));
            pass(1);
            topics.hub("b").broadcast("now c is the oldest");
            FakeTransport fourth = join("d");
            executor.runAll();
            assertThat(topics.names()).containsExactly("a", "b", "d");
            assertThat(staying.isOpen()).isTrue();
            topics.hub("d").broadcast("hello");
            executor.runAll();
            assertThat(fourth.texts()).containsExactly("hello");
        }
    }
}
