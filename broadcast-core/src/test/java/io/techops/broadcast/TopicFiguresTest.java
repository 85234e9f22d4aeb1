package io.techops.broadcast;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The figures of history, keys and encodings, added up over topics and over their lives. */
class TopicFiguresTest extends TopicsByHand {

    private static final Map<String, ToLongFunction<HubStats>> COUNTERS = new TreeMap<>(Map.ofEntries(
            entry("replays", HubStats::replays), entry("resumes", HubStats::resumes), entry("gaps", HubStats::gaps),
            entry("evicted", stats -> stats.gaps(GapReason.EVICTED)),
            entry("epoch", stats -> stats.gaps(GapReason.EPOCH)),
            entry("future", stats -> stats.gaps(GapReason.FUTURE)),
            entry("overflow", stats -> stats.gaps(GapReason.OVERFLOW)),
            entry("conflated", HubStats::conflated), entry("expired", HubStats::expired),
            entry("encodings", HubStats::encodings), entry("evictedKeys", HubStats::evictedKeys)));
    /** What there is now, and not in a topic that has ended. */
    private static final Map<String, ToLongFunction<HubStats>> LEVELS = Map.of(
            "retainedKeys", HubStats::retainedKeys, "retainedKeyBytes", HubStats::retainedKeyBytes);

    private final Topics all = Topics.builder().executor(executor).timer(timer).idleTimeout(Duration.ofSeconds(60))
            .recipe((topic, hub) -> hub.heartbeat(Duration.ZERO).conflate(true).overflow(OverflowPolicy.skip())
                    .retention(Retention.of(4, 1 << 20).keys(topic.equals("news") ? 3 : 2))).build();

    private static Map<String, Long> figures(HubStats stats, Map<String, ToLongFunction<HubStats>> which) {
        Map<String, Long> figures = new TreeMap<>();
        which.forEach((name, figure) -> figures.put(name, figure.applyAsLong(stats)));
        return figures;
    }

    private static Map<String, Long> sum(Map<String, Long> some, Map<String, Long> more) {
        Map<String, Long> sum = new TreeMap<>(some);
        more.forEach((name, count) -> sum.merge(name, count, Long::sum));
        return sum;
    }

    private void broadcast(String topic, BroadcastOptions options) {
        all.hub(topic).broadcast(Message.text(topic), options);
        executor.runAll();
    }

    private FakeTransport join(String topic, Replay replay) {
        FakeTransport peer = new FakeTransport().knowingPositions().replaying(replay).answerClose()
                .encodeWith(batch -> () -> { }).register(all.hub(topic));
        executor.runAll();
        return peer;
    }

    private void goOn(FakeTransport peer) {
        peer.becomeWritable();
        executor.runAll();
        leave(peer);
    }

    private FakeTransport stalled(String topic) {
        FakeTransport peer = join(topic, Replay.none()).stallAfter(1);
        broadcast(topic, BroadcastOptions.everyone());
        return peer;
    }

    /** Whatever is counted happens to a topic, everything another number of times. */
    private void happens(String topic) {
        BroadcastOptions everyone = BroadcastOptions.everyone();
        for (int i = 0; i < 9; i++) {
            broadcast(topic, everyone.key("key" + i)); // at most four are in the log, and three beside it
        }
        for (int i = 0; i < 4; i++) {
            broadcast(topic, everyone); // a peer before these has lost something
        }
        Position last = all.hub(topic).stats().position();
        for (int i = 0; i < 2; i++) {
            leave(join(topic, Replay.after(last)));
        }
        for (int i = 0; i < 3; i++) {
            leave(join(topic, Replay.last(2)));
        }
        broadcast(topic, everyone);
        for (int i = 0; i < 4; i++) {
            leave(join(topic, Replay.after(last.at(1))));
        }
        for (int i = 0; i < 5; i++) {
            leave(join(topic, Replay.after(Position.of("another", 1))));
        }
        for (int i = 0; i < 6; i++) {
            leave(join(topic, Replay.after(last.at(1_000))));
        }
        for (int i = 0; i < 7; i++) {
            FakeTransport slow = stalled(topic);
            for (int j = 0; j < 5; j++) {
                broadcast(topic, everyone);
            }
            goOn(slow);
        }
        for (int i = 0; i < 8; i++) {
            FakeTransport slow = stalled(topic);
            broadcast(topic, everyone.key("key"));
            broadcast(topic, everyone.key("key"));
            goOn(slow);
        }
        for (int i = 0; i < 9; i++) {
            FakeTransport slow = stalled(topic);
            broadcast(topic, everyone.timeToLive(Duration.ofMillis(1)));
            timer.pass(Duration.ofMillis(2));
            goOn(slow);
        }
        for (int i = 0; i < 9; i++) {
            broadcast(topic, everyone.key("key" + i));
        }
    }

    private void end(String topic) {
        all.hub(topic).close(Duration.ZERO);
        executor.runAll();
    }

    @BeforeEach
    void newsTwiceAndSportOnce() {
        happens("news");
        happens("news");
        happens("sport");
    }

    @Test
    void areAddedUpOverTopics() {
        HubStats news = all.stats().hubs().get("news");
        HubStats sport = all.stats().hubs().get("sport");
        HubStats total = all.stats().total();
        assertThat(figures(sport, COUNTERS)).allSatisfy((name, count) -> assertThat(count).isPositive());
        assertThat(figures(news, COUNTERS)).isNotEqualTo(figures(sport, COUNTERS));
        assertThat(figures(total, COUNTERS)).isEqualTo(sum(figures(news, COUNTERS), figures(sport, COUNTERS)));
        assertThat(figures(total, LEVELS)).isEqualTo(sum(figures(news, LEVELS), figures(sport, LEVELS)))
                .containsEntry("retainedKeys", 5L);
    }

    @Test
    void stayWhenTopicsHaveEndedButForWhatIsRetained() {
        Map<String, Long> before = figures(all.stats().total(), COUNTERS);
        end("news");
        assertThat(figures(all.stats().total(), COUNTERS)).isEqualTo(before);
        assertThat(figures(all.stats().total(), LEVELS)).isEqualTo(figures(all.stats().hubs().get("sport"), LEVELS));
        end("sport");
        assertThat(all.stats().topics()).isZero();
        assertThat(figures(all.stats().total(), COUNTERS)).isEqualTo(before);
        assertThat(figures(all.stats().total(), LEVELS)).containsOnlyKeys(LEVELS.keySet()).allSatisfy(
                (name, level) -> assertThat(level).isZero());
    }

    @Test
    void ofTheNextLifeOfATopicAreAddedToThoseOfTheLast() {
        Map<String, Long> before = figures(all.stats().total(), COUNTERS);
        end("sport");
        happens("sport");
        assertThat(figures(all.stats().total(), COUNTERS))
                .isEqualTo(sum(before, figures(all.stats().hubs().get("sport"), COUNTERS)));
    }
}
