package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import io.techops.broadcast.testing.TestThreads;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What others do to the keys, the user and the connections of a log while it is used. */
@Timeout(600)
@ParameterizedClass
@EnumSource
class RedisInterferenceTest extends FaultTest {

    private static final String META = "broadcast:{prices}:meta";
    private static final String STREAM = "broadcast:{prices}:log";
    private static final String NODES = "broadcast:{prices}:nodes";
    private static final Duration MOMENT = Duration.ofMillis(300);
    private static final long HOURS = Duration.ofHours(2).toMillis();

    private static BackplaneException refused(Node node, String text) {
        return catchThrowableOfType(BackplaneException.class, () -> node.append(MOMENT, text));
    }

    private void put(String key, String value) {
        redis.command("DEL", key);
        assertThat(redis.command("SET", key, value)).isEqualTo("OK");
    }

    private String producerOf(Node node) {
        String before = redis.command("HKEYS", META);
        node.append("of a producer that is to be known");
        return redis.command("HKEYS", META).lines().filter(field -> field.startsWith("p:"))
                .filter(field -> before.lines().noneMatch(field::equals)).findFirst().orElseThrow();
    }

    // The keys.

    @Test
    void aStateThatIsOfAnotherTypeIsWaitedForAndThenBegunAnew() {
        start();
        String epoch = one.append("before").epoch();
        put(META, "of another program");
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        BackplaneException refused = refused(one, "refused");
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused).hasMessageContaining("WRONGTYPE");
        redis.command("DEL", META);
        goesOnFrom(epoch, false);
        assertThat(two.texts()).doesNotContain("refused");
    }

    @Test
    void aStreamThatIsOfAnotherTypeRefusesAndTakesAgainWhenItIsGone() {
        start();
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        put(STREAM, "of another program");
        assertThat(refused(one, "refused").outcome()).isEqualTo(Outcome.REFUSED);
        redis.command("DEL", STREAM);
        goesOnFrom(epoch, true);
        assertThat(two.texts()).doesNotContain("refused");
    }

    @Test
    void countsThatAreOfAnotherTypeConcernNoMessage() {
        start();
        String epoch = one.append("before").epoch();
        put(NODES, "of another program");
        for (int i = 0; i < 3; i++) {
            one.census(1);
            one.append("message " + i);
        }
        redis.command("DEL", NODES);
        await().atMost(LIMIT).until(() -> one.census(1), heard -> heard != null);
        goesOnFrom(epoch, true);
        assertThat(one.gaps()).isEmpty();
    }

    @Test
    void anEntryThatSomebodyElseAddsIsNotReadAndBeginsAnEpochWhenItIsInTheWay() {
        start();
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        two.standStill();
        one.append("behind it");
        redis.command("XADD", STREAM, "*", "name", "of another program");
        two.goOn();
        one.awaitText("behind it");
        two.awaitText("behind it");
        try (Node late = node(redis.uri())) {
            assertThat(late.current()).isEqualTo(one.current());
            late.awaitText("behind it");
        }
        goesOnFrom(epoch, false);
    }

    @Test
    void aStreamThatIsTrimmedInTheMiddleIsToldAsAGapAndTheRestIsRead() {
        start();
        Position before = one.append("before");
        two.awaitText("before");
        two.standStill();
        one.append("1", "2", "3", "4");
        redis.command("XDEL", STREAM, before.sequence() + 2 + "-0");
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        awaitSubscribed(redis);
        two.goOn();
        two.awaitText("4");
        assertThat(two.texts()).containsExactly("before", "1", "3", "4");
        assertThat(two.gaps()).contains(before.at(before.sequence() + 2));
        goesOnFrom(before.epoch(), true);
    }

    /** As where many nodes come and go, and one that stays seldom publishes anything. */
    @Test
    void aNodeThatHasNotAppendedForHoursGoesOnInItsEpoch() {
        start();
        String epoch = one.current().epoch();
        String producer = producerOf(one);
        redis.command("HSET", META, producer, "1 1 " + (System.currentTimeMillis() - HOURS));
        for (int i = 0; i < 40; i++) {
            redis.command("HSET", META, "p:other-" + i, "1 1 " + System.currentTimeMillis());
        }
        two.append("of a new producer: those that have gone are forgotten");
        assertThat(redis.command("HEXISTS", META, producer)).isEqualTo("0");
        goesOnFrom(epoch, true);
        assertThat(two.gaps()).isEmpty();
    }

    @Test
    void anAppendThatIsRepeatedAfterItsProducerWasForgottenBeginsAnEpoch() {
        start();
        Position before = one.append("before");
        two.awaitText("before");
        String now = Long.toString(System.currentTimeMillis());
        String ago = Long.toString(System.currentTimeMillis() - HOURS);
        for (String number : List.of("1", "5")) { // a first append that was tried long ago may have been made as well
            List<String> script = new ArrayList<>(List.of("EVAL",
                    new String(Script.APPEND.text(), StandardCharsets.UTF_8), "2", META, STREAM, "channel",
                    "epoch" + number, "86400000", redis.command("HGET", META, "epoch"), "gone-" + number, number));
            List<String> rest = List.of("3600000", "10000", "100000", "100000", "1000", "\u0001again " + number);
            assertThat(redis.command(words(script, Stream.concat(Stream.of(ago), rest.stream()).toList())))
                    .startsWith("stale\nepoch" + number + "\n");
            script.set(8, "epoch" + number);
            assertThat(redis.command(words(script, Stream.concat(Stream.of(now), rest.stream()).toList())))
                    .startsWith("ok\nepoch" + number + "\n");
        }
        goesOnFrom(before.epoch(), false);
    }

    private static String[] words(List<String> first, List<String> rest) {
        return Stream.concat(first.stream(), rest.stream()).toArray(String[]::new);
    }

    @Test
    void nodesWithOtherSettingsShareALog() {
        redis = RedisProcess.start(binary);
        one = node(redis.uri());
        two = new Node(patient(redis.uri()).retentionMessages(10).retentionBytes(1_024).expiry(Duration.ofMinutes(1))
                .pollInterval(Duration.ofHours(1)).build(), LOG);
        String epoch = one.current().epoch();
        for (int i = 0; i < 300; i++) {
            (i % 2 == 0 ? one : two).append("message " + i);
        }
        goesOnFrom(epoch, true);
        assertThat(Long.parseLong(redis.command("PTTL", META))).as("the longer of both").isGreaterThan(3_600_000);
    }

    @Test
    void aServerThatWantsReplicasForAWhileRefusesAndTakesAgain() {
        start();
        String epoch = one.append("before").epoch();
        assertThat(redis.command("CONFIG", "SET", "min-replicas-to-write", "1")).isEqualTo("OK");
        BackplaneException refused = refused(one, "refused");
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused).hasMessageContaining("NOREPLICAS");
        assertThat(redis.command("CONFIG", "SET", "min-replicas-to-write", "0")).isEqualTo("OK");
        goesOnFrom(epoch, true);
        assertThat(two.texts()).doesNotContain("refused");
    }

    // The user.

    @Test
    void aUserThatMayDoNothingForAWhileLosesNothing() {
        startAsUser();
        String epoch = one.append("before").epoch();
        user("-@all");
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        assertThat(refused(one, "refused")).hasMessageContaining("NOPERM").hasMessageContaining("ACL");
        CompletableFuture<Position> waiting =
                CompletableFuture.supplyAsync(() -> two.append("waiting"), TestThreads.NEW);
        user("+@all");
        waiting.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        goesOnFrom(epoch, true);
        assertThat(one.texts()).containsOnlyOnce("waiting").doesNotContain("refused");
    }

    /** Its scripts end in the middle: behind the records, and before the state. */
    @Test
    void aUserThatMayNotWriteTheStateForAWhileShowsNoHalfAppend() {
        startAsUser();
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        user("-hset");
        assertThat(refused(one, "half")).hasMessageContaining("ACL");
        user("+hset");
        goesOnFrom(epoch, false);
        assertThat(one.texts()).doesNotContain("half");
        assertThat(two.texts()).doesNotContain("half");
    }

    /** Behind the state: what was appended is not appended again, and is read although nothing is pushed. */
    @Test
    void aUserThatMayNotPublishForAWhileAppendsOnce() {
        startAsUser();
        String epoch = one.append("before").epoch();
        user("-publish");
        one.append("not pushed");
        two.awaitText("not pushed");
        user("+publish");
        goesOnFrom(epoch, true);
        assertThat(two.texts()).containsOnlyOnce("not pushed");
    }

    @Test
    void aUserThatMayNotSubscribeForAWhileReadsAllTheSame() {
        startAsUser();
        String epoch = one.append("before").epoch();
        user("resetchannels", "&other"); // this cuts those that are subscribed
        one.append("not pushed");
        two.awaitText("not pushed");
        user("&broadcast:*");
        goesOnFrom(epoch, true);
        assertThat(two.texts()).containsOnlyOnce("not pushed");
    }

    @Test
    void aUserThatIsDeletedAndMadeAgainGoesOn() {
        startAsUser();
        String epoch = one.append("before").epoch();
        assertThat(redis.command("ACL", "DELUSER", "app")).isEqualTo("1");
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        allow();
        goesOnFrom(epoch, true);
        assertThat(one.gaps()).isEmpty();
    }

    private void startAsUser() {
        redis = RedisProcess.start(binary);
        allow();
        one = new Node(patient(redis.uri()).credentials("app", "secret").build(), LOG);
        two = new Node(patient(redis.uri()).credentials("app", "secret").build(), LOG);
    }

    private void allow() {
        user("on", ">secret", "~broadcast:*", "resetchannels", "&broadcast:*", "+@all");
    }

    private void user(String... rules) {
        assertThat(redis.command(words(List.of("ACL", "SETUSER", "app"), List.of(rules)))).isEqualTo("OK");
    }

    // The connections.

    @Test
    void clientsThatArePausedForLongerThanTheyWaitAppendOnce() {
        redis = RedisProcess.start(binary);
        one = new Node(impatient(redis.uri()).build(), LOG);
        two = new Node(impatient(redis.uri()).build(), LOG);
        String epoch = one.append("before").epoch();
        assertThat(redis.command("CLIENT", "PAUSE", "600000", "WRITE")).isEqualTo("OK"); // scripts count as writes
        CompletableFuture<Position> during = CompletableFuture.supplyAsync(() -> one.append("during"), TestThreads.NEW);
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        assertThat(redis.command("CLIENT", "UNPAUSE")).isEqualTo("OK");
        during.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        goesOnFrom(epoch, true);
        assertThat(two.texts()).containsOnlyOnce("before", "during");
    }

    @Test
    void clientsThatAreKilledAgainAndAgainLoseNothingAndDoubleNothing() {
        start();
        String epoch = one.current().epoch();
        CompletableFuture<Void> appending = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 200; i++) {
                one.append("message " + i, "and " + i);
            }
        }, TestThreads.NEW);
        for (int i = 0; i < 10 && !appending.isDone(); i++) {
            two.awaitText("message " + Math.min(199, i * 10));
            redis.command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
        }
        appending.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        goesOnFrom(epoch, true);
        assertThat(two.seen()).hasSize(402);
    }

    @Test
    void aServerThatIsLoadingItsDataIsWaitedFor() {
        start("key-load-delay 500", "rdbcompression no"); // it answers once in 2 MB
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        redis.command("EVAL", "for i = 1, 4000 do redis.call('SET', 'filler ' .. i, string.rep('x', 2000)) end", "0");
        assertThat(redis.command("DBSIZE")).isEqualTo("4002");
        assertThat(redis.command("SAVE")).isEqualTo("OK");
        redis.kill();
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        CompletableFuture<Void> loads = CompletableFuture.runAsync(redis::restart, TestThreads.NEW);
        one.append("while it loads, or behind that");
        loads.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        goesOnFrom(epoch, false);
    }

    @Test
    void requestsAndAnswersThatAreCutAnywhereLoseNothingAndDoubleNothing() {
        redis = RedisProcess.start(binary);
        try (Proxy proxy = new Proxy(redis.port())) {
            one = node(proxy.uri());
            two = node(redis.uri());
            String epoch = one.current().epoch();
            int appended = 0;
            for (int bytes = 1; bytes < 1_400; bytes += 1 + bytes / 5) {
                for (boolean isAnswer : new boolean[] {false, true}) {
                    proxy.cutBehind(isAnswer, bytes);
                    one.append("message " + appended + " is of a hundred characters ".repeat(4));
                    appended++;
                }
            }
            proxy.cutBehind(false, Long.MAX_VALUE);
            proxy.cutBehind(true, Long.MAX_VALUE);
            goesOnFrom(epoch, true);
            assertThat(one.seen()).hasSize(appended + 2).isEqualTo(two.seen());
            one.close();
        }
    }

    // How much there is.

    @Test
    void aMessageThatNoNodeCouldReadIsNotTaken() {
        start();
        String epoch = one.append("before").epoch();
        BackplaneException impossible = catchThrowableOfType(BackplaneException.class,
                () -> one.append("x".repeat(33 << 20)));
        assertThat(impossible.outcome()).isEqualTo(Outcome.IMPOSSIBLE);
        assertThat(impossible).hasMessageContaining(Integer.toString(Settings.RECORD_BYTES));
        String largest = "x".repeat(Settings.RECORD_BYTES - 1); // and a byte before it
        one.append("1");
        two.append(largest);
        one.awaitText(largest);
        goesOnFrom(epoch, true);
    }

    /** A number that was never sent is that of the next message, perhaps hours later. */
    @Test
    void aMessageThatIsNotTakenDoesNotMakeTheNextOneOld() {
        redis = RedisProcess.start(binary);
        redis.command("CONFIG", "SET", "slowlog-log-slower-than", "0");
        try (RedisBackplane node = patient(redis.uri()).connect()) {
            SharedLog log = node.open(LOG, () -> { });
            String epoch = newest(log).epoch();
            assertThatThrownBy(() -> append(log, epoch, 1, Settings.RECORD_BYTES))
                    .hasCauseInstanceOf(BackplaneException.class);
            long then = millis();
            await().atMost(LIMIT).until(() -> millis() > then);
            assertThat(newest(log)).isEqualTo(Position.of(epoch, 0)); // it knows the time of the server now
            append(log, epoch, 1, 1);
            List<String> words = redis.command("SLOWLOG", "GET", "10").lines().toList();
            assertThat(Long.parseLong(words.get(words.indexOf("a-node") + 2))).as("first tried").isGreaterThan(then);
        }
    }

    private long millis() {
        List<String> time = redis.command("TIME").lines().toList();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    private static Position newest(SharedLog log) {
        return log.read(null, 1, 1).toCompletableFuture().join().last();
    }

    private static void append(SharedLog log, String epoch, int records, int bytes) {
        SharedRecord record = SharedRecord.of(Message.text("x".repeat(bytes)), null, null);
        log.append(epoch, "a-node", 1, Collections.nCopies(records, record)).toCompletableFuture().join();
    }

    @Test
    void manyLogsThatAreBehindAreReadOverOneConnection() {
        redis = RedisProcess.start(binary, "client-output-buffer-limit pubsub 8mb 0 0");
        areReadAtTheSameTime(30, 4, 250_000);
    }

    @Test
    void theLargestMessagesOfLogsThatAreBehindAreReadOverOneConnection() {
        redis = RedisProcess.start(binary); // with its default of 32 MiB
        areReadAtTheSameTime(3, 1, Settings.RECORD_BYTES - 1);
    }

    private void areReadAtTheSameTime(int logs, int records, int bytes) {
        try (RedisBackplane from = patient(redis.uri()).connect(); RedisBackplane to = patient(redis.uri()).connect()) {
            List<SharedLog> behind = new ArrayList<>();
            List<Position> before = new ArrayList<>();
            for (int i = 0; i < logs; i++) {
                SharedLog log = from.open("log " + i, () -> { });
                before.add(newest(log));
                append(log, before.get(i).epoch(), records, bytes);
                behind.add(to.open("log " + i, () -> { }));
            }
            List<CompletableFuture<SharedPage>> pages = IntStream.range(0, logs)
                    .mapToObj(i -> behind.get(i).read(before.get(i), 1_000, 1 << 20).toCompletableFuture()).toList();
            assertThat(pages).extracting(page -> page.join().records().size()).containsOnly(records);
        }
    }

    @Test
    void thousandsOfLogsGoOnWhenTheirServerWasRestarted() {
        redis = RedisProcess.start(binary);
        int count = 2_000;
        try (RedisBackplane here = patient(redis.uri()).connect();
                RedisBackplane there = patient(redis.uri()).connect()) {
            List<ManyLogs> both = List.of(new ManyLogs(here, count), new ManyLogs(there, count));
            both.get(0).appendToEach("before");
            both.get(1).awaitInEach("before");
            redis.kill();
            redis.restart();
            both.get(1).appendToEach("after");
            both.get(0).awaitInEach("after");
        }
    }
}
