package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.Chronicle;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final VirtualTimer timer = new VirtualTimer();
    private final Map<String, Chronicle> chronicles = new HashMap<>();
    private final List<String> prepared = new ArrayList<>();
    private final Topics topics = topics(settings -> settings.linger(Duration.ofSeconds(60)).limit(3));

    private Topics topics(UnaryOperator<Topics.Builder> settings) {
        return settings.apply(Topics.builder().executor(executor).timer(timer).recipe((topic, hub) -> {
            prepared.add(topic);
            hub.heartbeat(Duration.ZERO).retention(Retention.of(8, 1 << 20))
                    .listener(chronicles.computeIfAbsent(topic, name -> new Chronicle()));
        })).build();
    }

    private FakeTransport join(String topic) {
        return new FakeTransport().answerClose().register(topics.hub(topic));
    }

    private void leave(FakeTransport peer) {
        peer.leave(CloseReason.of(CloseReason.NORMAL));
        executor.runAll();
    }

    private void pass(long seconds) {
        executor.runAll();
        timer.pass(Duration.ofSeconds(seconds));
        executor.runAll();
    }

    @Nested
    class Apart {

        @Test
        void whatIsSaidInOneIsNotHeardInAnother() {
            FakeTransport news = join("news");
            FakeTransport sport = join("sport");
            topics.hub("news").broadcast("an election");
            sport.receive("a goal");
            executor.runAll();
            assertThat(news.texts()).containsExactly("an election");
            assertThat(sport.texts()).containsExactly("a goal");
            assertThat(topics.names()).containsExactly("news", "sport");
        }

        @Test
        void eachHasTheHubOfTheRecipeAndItsOwnSequences() {
            join("news");
            join("news");
            join("sport");
            assertThat(prepared).containsExactly("news", "sport");
            assertThat(topics.hub("news").broadcast("a")).isZero();
            assertThat(topics.hub("sport").broadcast("b")).isZero();
            assertThat(topics.hub("news").broadcast("c")).isOne();
        }

        @Test
        void upperAndLowerCaseAreTwo() {
            join("News");
            join("news");
            assertThat(topics.names()).containsExactly("News", "news");
        }
    }

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
            topics.register("news", new FakeTransport());
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
            assertThat(broken.hub("news").broadcast("a")).as("it is tried again").isZero();
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
            Topics single = topics(settings -> settings.limit(1));
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
            Topics brief = topics(settings -> settings.linger(Duration.ZERO));
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
            assertThat(chronicles.get("news").entries())
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
            assertThat(held.broadcast("in the second")).as("sequences begin anew").isZero();
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
            FakeTransport first = join("news");
            FakeTransport late = new FakeTransport() {
                private boolean ended;

                /** Is asked for when the topic was found, and before the peer joins. */
                @Override
                public Map<String, Object> attributes() {
                    if (!ended) {
                        ended = true;
                        topics.hub("news").shutdown(Duration.ofSeconds(5));
                    }
                    return Map.of();
                }
            };
            late.register(topics.hub("news"));
            topics.hub("news").broadcast("hello");
            executor.runAll();
            assertThat(first.texts()).isEmpty();
            assertThat(first.closed()).isNotNull();
            assertThat(late.texts()).containsExactly("hello");
            assertThat(topics.stats().begun()).isEqualTo(2);
        }

        @Test
        void aBroadcastThatWaitsIsHeardInTheNextLife() throws Exception {
            join("news");
            for (int i = 0; i < 8; i++) {
                topics.hub("news").broadcast("before " + i);
            }
            CompletableFuture<Long> sequence = new CompletableFuture<>();
            Thread publisher = new Thread(() -> sequence.complete(topics.hub("news").broadcast("late")));
            publisher.start();
            while (publisher.getState() != Thread.State.WAITING) {
                assertThat(publisher.isAlive()).as("waits for room").isTrue();
                Thread.onSpinWait();
            }
            topics.hub("news").shutdown(Duration.ofSeconds(5));
            assertThat(sequence.get(30, TimeUnit.SECONDS)).as("of the next life").isZero();
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
            assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> topics.register("d", refused))
                    .withMessage("there may be 3 topics, and all of them are in use: the setting is limit")
                    .extracting(RefusedException::refusalCause).isEqualTo(RefusalCause.TOPICS);
            assertThatThrownBy(() -> topics.hub("d").broadcast("a")).isInstanceOf(IllegalStateException.class);
            assertThat(topics.hub("d").tryBroadcast(Message.text("a"))).isFalse();
            assertThat(topics.names()).containsExactly("a", "b", "c");
            assertThatCode(() -> join("c")).as("one that is there").doesNotThrowAnyException();
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

    @Nested
    class Names {

        @ParameterizedTest
        @ValueSource(strings = {"a", "News", "9", "a.b-c_d~e", "-", "~"})
        void mayBe(String name) {
            assertThat(topics.isName(name)).isTrue();
            assertThat(topics.hub(name).broadcast("a")).isZero();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", ".", "..", ".a", "a b", "a/b", "a%20b", "a\\b", "\u00e4", "a\n", "a:b", "a\u0000",
            "\u0661"})
        void mayNotBe(String name) {
            assertThat(topics.isName(name)).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> topics.hub(name)).withMessageStartingWith(
                    "topic must be 1 to 128 characters out of A-Z a-z 0-9 - . _ ~ and not begin with a dot: ")
                    .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n").doesNotContain("\u0000"));
        }

        @Test
        void haveALength() {
            assertThat(topics.isName("a".repeat(128))).isTrue();
            assertThatIllegalArgumentException().isThrownBy(() -> topics.hub("a".repeat(129)))
                    .withMessageEndingWith("129 characters");
        }

        @Test
        void areThoseThatTheSettingAllows() {
            Topics listed = topics(settings -> settings.names(List.of("news", "sport")::contains));
            assertThat(listed.isName("news")).isTrue();
            assertThat(listed.isName("weather")).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> listed.hub("weather"))
                    .withMessage("topic must be one that the setting names allows: weather");
        }
    }

    @Nested
    class Figures {

        @Test
        void areThoseOfEachAndOfAll() {
            join("news");
            join("news");
            join("sport");
            topics.hub("news").broadcast("ab");
            topics.hub("sport").broadcast("c");
            executor.runAll();
            TopicsStats stats = topics.stats();
            assertThat(stats.topics()).isEqualTo(2);
            assertThat(stats.hubs()).containsOnlyKeys("news", "sport");
            assertThat(stats.hubs().get("news").deliveries()).isEqualTo(2);
            assertThat(stats.total().deliveries()).isEqualTo(3);
            assertThat(stats.total().peers()).isEqualTo(3);
            assertThat(stats.total().bytes()).isEqualTo(3);
            assertThat(stats.total().retainedMessages()).isEqualTo(2);
        }

        @Test
        void stayWhenTopicsGo() {
            FakeTransport peer = join("news");
            topics.hub("news").broadcast("ab");
            executor.runAll();
            leave(peer);
            pass(60);
            TopicsStats stats = topics.stats();
            assertThat(stats.topics()).isZero();
            assertThat(stats.begun()).isOne();
            assertThat(stats.total().registrations()).isOne();
            assertThat(stats.total().deliveries()).isOne();
            assertThat(stats.total().bytes()).isEqualTo(2);
            assertThat(stats.total().retainedMessages()).as("it is gone").isZero();
            assertThat(stats.total().peers()).isZero();
        }

        @Test
        void countTheTopicsThatAreStillEnding() {
            join("news");
            executor.runAll();
            topics.hub("news").shutdown(Duration.ofSeconds(5));
            assertThat(topics.stats().topics()).isZero();
            assertThat(topics.stats().total().registrations()).isOne();
            executor.runAll();
            assertThat(topics.stats().total().registrations()).isOne();
        }

        @Test
        void haveTheRefusalsOfAll() {
            topics.refused(RefusalCause.TOPICS);
            topics.hub("news").refused(RefusalCause.ORIGIN);
            assertThat(topics.names()).as("a refusal begins no topic").isEmpty();
            assertThat(topics.stats().total().refusalsByCause())
                    .isEqualTo(Map.of(RefusalCause.TOPICS, 1L, RefusalCause.ORIGIN, 1L));
        }
    }

    @Nested
    class Closing {

        @Test
        void endsEveryTopicAndTakesNothingMore() {
            FakeTransport news = join("news");
            FakeTransport sport = join("sport");
            BroadcastHub held = topics.hub("news");
            held.broadcast("the last words");
            CompletableFuture<Void> ended = topics.shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            assertThat(ended).isNotDone();
            assertThat(topics.isClosed()).isTrue();
            assertThat(held.isClosed()).isTrue();
            executor.runAll();
            assertThat(ended).isDone();
            assertThat(news.texts()).containsExactly("the last words");
            assertThat(List.of(news, sport)).allSatisfy(peer ->
                    assertThat(peer.closed()).extracting(CloseReason::code).isEqualTo(CloseReason.GOING_AWAY));
            assertThatThrownBy(() -> held.broadcast("too late")).isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the topics are closed");
            assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> join("weather"))
                    .extracting(RefusedException::refusalCause).isEqualTo(RefusalCause.CLOSED);
            assertThat(held.tryBroadcast(Message.text("too late"))).isFalse();
            assertThat(topics.names()).isEmpty();
        }

        @Test
        void waitsAlsoForTopicsThatAreEndingAlready() {
            new FakeTransport().register(topics.hub("news")); // does not answer the close
            executor.runAll();
            topics.hub("news").shutdown(Duration.ofSeconds(5));
            CompletableFuture<Void> ended = topics.shutdown(Duration.ofSeconds(1)).toCompletableFuture();
            executor.runAll();
            assertThat(ended).isNotDone();
            pass(5);
            assertThat(ended).isDone();
        }

        @Test
        void isDoneAtOnceIfThereAreNone() {
            assertThat(topics.shutdown(Duration.ZERO).toCompletableFuture()).isDone();
            assertThat(topics.shutdown(Duration.ZERO).toCompletableFuture()).isDone();
            assertThatIllegalArgumentException().isThrownBy(() -> topics.shutdown(Duration.ofNanos(-1)))
                    .withMessage("limit must not be negative: PT-0.000000001S");
        }
    }

    @Nested
    class Settings {

        @Test
        void nameSettingRuleAndValue() {
            Topics.Builder builder = Topics.builder();
            assertThatIllegalArgumentException().isThrownBy(() -> builder.limit(0))
                    .withMessage("limit must be from 1 to 1000000: 0");
            assertThatIllegalArgumentException().isThrownBy(() -> builder.limit(1_000_001));
            assertThatIllegalArgumentException().isThrownBy(() -> builder.linger(Duration.ofNanos(-1)))
                    .withMessage("linger must not be negative: PT-0.000000001S");
            assertThatIllegalArgumentException().isThrownBy(() -> builder.linger(Duration.ofDays(366)))
                    .withMessage("linger must be at most 365 days: PT8784H");
        }
    }

    @Nested
    class Threads {

        private static List<String> ofTopics() {
            return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                    .filter(name -> name.startsWith("broadcast-topics")).toList();
        }

        @Test
        void areSharedAndGoneWhenTheTopicsAreClosed() throws Exception {
            int processors = Runtime.getRuntime().availableProcessors();
            try (Topics many = Topics.builder().linger(Duration.ofSeconds(60)).build()) {
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
                    }).get(30, TimeUnit.SECONDS);
                }
                assertThat(ofTopics().stream().filter(name -> name.matches("broadcast-topics-\\d+")))
                        .hasSizeBetween(1, processors);
                assertThat(ofTopics().stream().filter(name -> name.startsWith("broadcast-topics-timer")))
                        .hasSizeLessThanOrEqualTo(1);
            }
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().startsWith("broadcast-topics")) {
                    thread.join(30_000); // it has nothing more to do, but may not be quite over
                }
            }
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
                }).get(30, TimeUnit.SECONDS);
                open.complete(null);
            }
        }
    }
}
