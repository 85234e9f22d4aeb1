package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.RefusedException;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest extends TopicsByHand {

    @Nested
    class Apart {

        @Test
        void whatIsSaidInOneIsNotHeardInAnother() {
            FakeTransport news = join("news");
            FakeTransport sport = join("sport");
            topics.hub("news").broadcast("an election");
            sport.send("a goal");
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
            assertThat(Published.sequence(topics.hub("news"), "a")).isOne();
            assertThat(Published.sequence(topics.hub("sport"), "b")).isOne();
            assertThat(Published.sequence(topics.hub("news"), "c")).isEqualTo(2);
        }

        @Test
        void upperAndLowerCaseAreTwo() {
            join("News");
            join("news");
            assertThat(topics.names()).containsExactly("News", "news");
        }
    }

    @Nested
    class Names {

        @ParameterizedTest
        @ValueSource(strings = {"a", "News", "9", "a.b-c_d~e", "-", "~"})
        void mayBe(String name) {
            assertThat(topics.isAllowed(name)).isTrue();
            assertThat(Published.sequence(topics.hub(name), "a")).isOne();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", ".", "..", ".a", "a b", "a/b", "a%20b", "a\\b", "\u00e4", "a\n", "a:b", "a\u0000",
            "\u0661"})
        void mayNotBe(String name) {
            assertThat(topics.isAllowed(name)).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> topics.hub(name)).withMessageStartingWith(
                    "topic must be 1 to 128 characters out of A-Z a-z 0-9 - . _ ~ and not begin with a dot: ")
                    .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n").doesNotContain("\u0000"));
        }

        @Test
        void haveALength() {
            assertThat(topics.isAllowed("a".repeat(128))).isTrue();
            assertThatIllegalArgumentException().isThrownBy(() -> topics.hub("a".repeat(129)))
                    .withMessageEndingWith("129 characters");
        }

        @Test
        void areThoseThatTheSettingAllows() {
            Topics listed = topics(settings -> settings.allowed(List.of("news", "sport")::contains));
            assertThat(listed.isAllowed("news")).isTrue();
            assertThat(listed.isAllowed("weather")).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> listed.hub("weather"))
                    .withMessage("topic must be one that the setting allowed permits: weather");
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
            AdapterHub.of(topics.hub("news")).refused(RefusalCause.ORIGIN);
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

    /** As CDI makes one for a bean with a normal scope, and Spring for one that an aspect applies to. */
    @Nested
    class BehindAProxy {

        private final List<String> called = new ArrayList<>();
        private final Topics proxy = (Topics) Proxy.newProxyInstance(Topics.class.getClassLoader(),
                new Class<?>[] {Topics.class}, (object, method, arguments) -> {
                    called.add(method.getName());
                    return method.invoke(topics, arguments);
                });

        @Test
        void allIsAsWithout() {
            FakeTransport peer = new FakeTransport().answerClose().register(proxy.hub("news"));
            proxy.hub("news").broadcast("an election");
            executor.runAll();
            assertThat(peer.texts()).containsExactly("an election");
            assertThat(proxy.names()).containsExactly("news");
            assertThat(proxy.isAllowed(".")).isFalse();
            proxy.close();
            assertThat(topics.isClosed()).isTrue();
            assertThat(called).containsExactly("hub", "hub", "names", "isAllowed", "close");
        }
    }

    @Nested
    class Settings {

        @Test
        void nameSettingRuleAndValue() {
            Topics.Builder builder = Topics.builder();
            assertThatIllegalArgumentException().isThrownBy(() -> builder.maxTopics(0))
                    .withMessage("maxTopics must be from 1 to 1000000: 0");
            assertThatIllegalArgumentException().isThrownBy(() -> builder.maxTopics(1_000_001));
            assertThatIllegalArgumentException().isThrownBy(() -> builder.idleTimeout(Duration.ofNanos(-1)))
                    .withMessage("idleTimeout must not be negative: PT-0.000000001S");
            assertThatIllegalArgumentException().isThrownBy(() -> builder.idleTimeout(Duration.ofDays(366)))
                    .withMessage("idleTimeout must be at most 365 days: PT8784H");
        }
    }
}
