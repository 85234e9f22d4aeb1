package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.PeerCensus;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import io.techops.broadcast.testing.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every backplane promises of its logs: tested by a subclass that makes one. */
abstract class SharedLogContract {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PRODUCER = "node-1";
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "topic/" + NAMES.incrementAndGet();
    private SharedLogs backplane;
    private SharedLog log;
    private String epoch;

    /** {@return a node's backplane on the engine of the test, which keeps at least 1,000 messages and 4 MiB a log} */
    abstract SharedLogs node();

    @BeforeEach
    void open() {
        backplane = node();
        log = backplane.open(name, () -> { });
        epoch = newest().after().epoch();
    }

    @AfterEach
    void close() {
        backplane.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (BackplaneException) e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private SharedPage newest() {
        SharedPage[] page = new SharedPage[1];
        await().atMost(LIMIT).ignoreExceptions().until(
                () -> (page[0] = get(log.read(null, 1_000, 4 << 20))) != null);
        return page[0];
    }

    private SharedPage after(long sequence) {
        return get(log.read(Position.of(epoch, sequence), 1_000, 4 << 20));
    }

    /** {@return all records, once there are so many} What was appended a moment ago may come a moment later */
    private SharedPage all(int count) {
        return await().atMost(LIMIT).until(() -> after(0), page -> page.records().size() >= count);
    }

    private Position append(long number, SharedRecord... records) {
        return get(log.append(epoch, PRODUCER, number, List.of(records)));
    }

    private static SharedRecord text(String text) {
        return SharedRecord.of(Message.text(text), null, null);
    }

    private static List<String> texts(SharedPage page) {
        return page.records().stream().map(r -> ((Message.Text) r.message()).text()).toList();
    }

    private static Outcome outcome(Runnable call) {
        return ((BackplaneException) catchThrowable(call::run)).outcome();
    }

    @Test
    void aNewLogIsEmptyAndStandsAtZero() {
        SharedPage page = newest();
        assertThat(page.records()).isEmpty();
        assertThat(page.after()).isEqualTo(Position.of(epoch, 0));
        assertThat(page.last()).isEqualTo(page.after());
    }

    @Test
    void sequencesBeginAtOneAndAreDense() {
        assertThat(append(1, text("a"), text("b"))).isEqualTo(Position.of(epoch, 2));
        assertThat(append(2, text("c"))).isEqualTo(Position.of(epoch, 3));
        SharedPage page = all(3);
        assertThat(page.after()).isEqualTo(Position.of(epoch, 0));
        assertThat(texts(page)).containsExactly("a", "b", "c");
        assertThat(page.last()).isEqualTo(Position.of(epoch, 3));
    }

    @Test
    void aRecordSaysWhoAppendedItAndWhen() {
        append(1, text("a"), text("b"));
        SharedPage page = all(2);
        assertThat(page.records()).extracting(SharedRecord::producer).containsOnly(PRODUCER);
        assertThat(page.records()).extracting(SharedRecord::number).containsOnly(1L);
        assertThat(page.records()).extracting(SharedRecord::index).containsExactly(0, 1);
        assertThat(page.records()).allMatch(r -> r.appendedAtMillis() > 0);
        assertThat(page.age(page.records().get(0))).isBetween(Duration.ZERO, LIMIT);
    }

    @Test
    void anAppendThatIsRepeatedIsAnsweredAgainAndAppendsNothing() {
        Position first = append(1, text("a"), text("b"));
        assertThat(append(1, text("a"), text("b"))).isEqualTo(first);
        append(2, text("c"));
        assertThat(append(2, text("c"))).isEqualTo(Position.of(epoch, 3));
        assertThat(texts(all(3))).containsExactly("a", "b", "c");
    }

    @Test
    void anAppendOfTwoProducersIsTwoAppends() {
        append(1, text("a"));
        get(log.append(epoch, "node-2", 1, List.of(text("b"))));
        assertThat(texts(all(2))).containsExactly("a", "b");
    }

    @Test
    void anAppendToAnotherEpochIsRefusedAndAppendsNothing() {
        assertThat(outcome(() -> get(log.append("another", PRODUCER, 1, List.of(text("a"))))))
                .isEqualTo(Outcome.STALE_EPOCH);
        assertThat(after(0).records()).isEmpty();
        assertThat(append(1, text("b"))).isEqualTo(Position.of(epoch, 1));
    }

    @Test
    void aPageHasAtMostAsMuchAsWasAskedFor() {
        for (int i = 1; i <= 100; i++) {
            append(i, SharedRecord.of(Message.binary(new byte[1_000]), null, null));
        }
        assertThat(get(log.read(Position.of(epoch, 10), 7, 1 << 20)).records()).hasSize(7);
        assertThat(get(log.read(Position.of(epoch, 10), 100, 10_500)).records()).hasSizeBetween(5, 10);
        assertThat(get(log.read(Position.of(epoch, 10), 100, 1)).records()).hasSize(1);
        assertThat(get(log.read(null, 100, 1)).last()).isEqualTo(Position.of(epoch, 100));
    }

    @Test
    void theNewestRecordsAreReadWithoutAPosition() {
        for (int i = 1; i <= 50; i++) {
            append(i, text("m" + i), text("n" + i));
        }
        SharedPage page = get(log.read(null, 3, 1 << 20));
        assertThat(page.after()).isEqualTo(Position.of(epoch, 97));
        assertThat(texts(page)).containsExactly("n49", "m50", "n50");
        assertThat(get(log.read(null, 1_000, 1 << 20)).records()).hasSize(100);
    }

    @Test
    void whatFollowsAPositionOfAnotherEpochIsReadFromTheOldestOn() {
        append(1, text("a"), text("b"));
        SharedPage page = get(log.read(Position.of("another", 77), 10, 1 << 20));
        assertThat(page.after()).isEqualTo(Position.of(epoch, 0));
        assertThat(texts(page)).containsExactly("a", "b");
    }

    @Test
    void nothingFollowsTheHead() {
        Position head = append(1, text("a"));
        SharedPage page = after(head.sequence());
        assertThat(page.after()).isEqualTo(head);
        assertThat(page.records()).isEmpty();
    }

    @Test
    void messagesOfEveryKindAndSizeComeBackAsTheyWere() {
        byte[] bytes = new byte[1 << 20];
        new Random(1).nextBytes(bytes);
        SharedRecord[] records = {
                text(""), text("grüße 🌍\n"), SharedRecord.of(Message.binary(new byte[0]), null, null),
                SharedRecord.of(Message.binary(bytes), null, null), text("x".repeat(1 << 20)),
                SharedRecord.of(Message.text("key"), "schlüssel {1}", null),
                SharedRecord.of(Message.text("time"), null, Duration.ofMillis(1_500)),
                SharedRecord.of(Message.binary(new byte[] {0, 13, 10, -1}), "", Duration.ofDays(9))};
        append(1, records);
        List<SharedRecord> read = new ArrayList<>();
        while (read.size() < records.length) {
            SharedPage page = after(read.size());
            assertThat(page.records()).isNotEmpty();
            read.addAll(page.records());
        }
        for (int i = 0; i < records.length; i++) {
            assertThat(read.get(i).message()).as("record " + i).isEqualTo(records[i].message());
            assertThat(read.get(i).key()).isEqualTo(records[i].key());
            assertThat(read.get(i).timeToLive()).isEqualTo(records[i].timeToLive());
        }
    }

    @Test
    void twoNodesReadOneOrder() {
        try (Node one = new Node(node(), name); Node two = new Node(node(), name)) {
            assertThat(one.current()).isEqualTo(two.current()); // before anything is appended: both read all of it
            List<CompletableFuture<Void>> appending = new ArrayList<>();
            for (Node node : List.of(one, two)) {
                appending.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 200; i++) {
                        node.append((node == one ? "one " : "two ") + i, (node == one ? "one+" : "two+") + i);
                    }
                }, TestThreads.NEW));
            }
            appending.forEach(CompletableFuture::join);
            Node.agree(one, two);
            assertThat(one.seen()).hasSize(800);
            assertThat(one.texts().stream().filter(t -> t.startsWith("one "))).isSortedAccordingTo(
                    (a, b) -> Integer.compare(Integer.parseInt(a.substring(4)), Integer.parseInt(b.substring(4))));
        }
    }

    @Test
    void aNodeIsToldThatSomethingHasChanged() {
        try (SharedLogs other = node()) {
            AtomicInteger hints = new AtomicInteger();
            other.open(name, hints::incrementAndGet);
            await().atMost(LIMIT).until(() -> hints.get() > 0);
            int before = hints.get();
            AtomicLong number = new AtomicLong();
            await().atMost(LIMIT).until(() -> {
                append(number.incrementAndGet(), text("x"));
                return hints.get() > before;
            });
        }
    }

    @Test
    void manyLogsDoNotMix() {
        List<SharedLog> logs = new ArrayList<>();
        List<String> names = List.of("a", "{a}", "}", "{", "%7B", "a}:log", "a:{b}", "%", " ", "ä", "x".repeat(256));
        for (String each : names) {
            SharedLog one = backplane.open(name.length() + each.length() > 256 ? each : each + name, () -> { });
            logs.add(one);
            String begun = get(one.read(null, 1, 1)).after().epoch();
            get(one.append(begun, PRODUCER, 1, List.of(text("to " + each))));
        }
        for (int i = 0; i < logs.size(); i++) {
            assertThat(texts(get(logs.get(i).read(null, 10, 1 << 20)))).containsExactly("to " + names.get(i));
        }
    }

    @Test
    void aClosedLogFails() {
        log.close();
        assertThat(catchThrowable(() -> get(log.read(null, 1, 1)))).isInstanceOf(BackplaneException.class);
        assertThat(catchThrowable(() -> append(1, text("a")))).isInstanceOf(BackplaneException.class);
    }

    @Test
    void aClosedBackplaneOpensNothing() {
        backplane.close();
        assertThat(catchThrowable(() -> backplane.open("x", () -> { }))).isInstanceOf(IllegalStateException.class);
    }

    private static PeerCensus census(SharedLog of, int peers, Predicate<PeerCensus> until) {
        return await().atMost(LIMIT).until(() -> of.census(peers),
                heard -> heard != null && until.test(heard));
    }

    @Test
    void nodesHearHowManyPeersTheOthersHaveUntilTheseAreClosed() {
        census(log, 3, heard -> heard.nodes() == 0 && heard.peers() == 0);
        try (SharedLogs second = node()) {
            SharedLog there = second.open(name, () -> { });
            census(there, 2, heard -> heard.nodes() == 1 && heard.peers() == 3);
            PeerCensus heard = census(log, 4, each -> each.nodes() == 1 && each.peers() == 2);
            assertThat(heard.age()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
            census(there, 2, each -> each.peers() == 4);
            there.close();
            census(log, 4, each -> each.nodes() == 0 && each.peers() == 0);
        }
    }
}
