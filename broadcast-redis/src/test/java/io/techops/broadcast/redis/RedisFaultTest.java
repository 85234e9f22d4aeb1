package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server may lose: afterwards there is one order, and what was lost is told. */
@Timeout(600)
@ParameterizedClass
@EnumSource
class RedisFaultTest extends FaultTest {

    @Test
    void aServerThatIsRestartedEmptyBeginsAnEpoch() {
        start();
        String epoch = one.append("before").epoch();
        redis.kill();
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        redis.restart();
        goesOnFrom(epoch, false);
        assertThat(one.gaps()).contains(one.current().at(0));
    }

    @Test
    void aServerThatIsRestartedWithAnOlderDumpBeginsAnEpochAlsoForANodeThatWasBehind() {
        start();
        String epoch = one.append("kept").epoch();
        two.awaitText("kept");
        assertThat(redis.command("SAVE")).isEqualTo("OK");
        two.standStill();
        Position lost = one.append("lost 1", "lost 2");
        one.awaitText("lost 2");
        one.standStill();
        redis.kill();
        redis.restart();
        awaitSubscribed(redis);
        two.goOn();
        Position next = two.append("next"); // of the node to which the dump looks as if nothing had happened
        one.goOn();
        assertThat(next.epoch()).isNotEqualTo(epoch);
        assertThat(lost.epoch()).isEqualTo(epoch);
        goesOnFrom(epoch, false);
        assertThat(two.texts()).containsSubsequence("kept", "next").doesNotContain("lost 1");
    }

    @Test
    void aServerThatIsRestartedWithAllItHadBeginsAnEpochOnlyOnce() {
        start("appendonly yes", "appendfsync always");
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        redis.kill();
        redis.restart();
        goesOnInOneNewEpoch(epoch);
    }

    @Test
    void aDatabaseThatIsEmptiedUnderLivingConnectionsBeginsAnEpoch() {
        start();
        String epoch = one.append("before").epoch();
        assertThat(redis.command("FLUSHALL")).isEqualTo("OK");
        goesOnFrom(epoch, false);
    }

    @Test
    void anEpochThatANodeHasReadAlreadyIsNotBegunAgainWhenItAppends() {
        start();
        one.append("1");
        one.append("2");
        assertThat(redis.command("FLUSHALL")).isEqualTo("OK");
        Position first = two.append("first of the new epoch");
        one.awaitText("first of the new epoch");
        assertThat(one.append("second")).isEqualTo(first.at(2));
        goesOnFrom(first.epoch(), true);
    }

    @Test
    void aStateThatIsLostAloneBeginsAnEpoch() {
        start();
        String epoch = one.append("before").epoch();
        redis.command("DEL", "broadcast:{prices}:meta");
        goesOnFrom(epoch, false);
    }

    @Test
    void aLogThatEndsBeforeWhatANodeHasReadBeginsAnEpoch() {
        start();
        Position last = one.append("1", "2", "3");
        one.awaitText("3");
        redis.command("DEL", "broadcast:{prices}:log");
        redis.command("HSET", "broadcast:{prices}:meta", "seq", "1");
        await().atMost(LIMIT).until(() -> !one.current().hasEpochOf(last)); // it reads once a second
        goesOnFrom(last.epoch(), false);
    }

    @Test
    void aStreamThatIsLostAloneIsToldAsAGap() {
        start();
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        two.standStill();
        one.append("lost 1", "lost 2");
        redis.command("DEL", "broadcast:{prices}:log");
        try (Node late = node(redis.uri())) {
            assertThat(late.current()).isEqualTo(one.current().at(3));
            two.goOn();
            goesOnFrom(epoch, true);
        }
    }

    @Test
    void aServerWhoseReplicationIdChangesUnderLivingConnectionsBeginsOneEpoch() {
        start();
        String epoch = one.append("before").epoch();
        String id = redis.info("replication", "master_replid");
        try (Resp resp = new Resp(redis.port())) { // in one step: it is a replica for no connection
            resp.command("MULTI");
            resp.command("REPLICAOF", "127.0.0.1", "1");
            resp.command("REPLICAOF", "NO", "ONE");
            assertThat(resp.command("EXEC")).isEqualTo("OK\nOK\n");
        }
        assertThat(redis.info("replication", "master_replid")).isNotEqualTo(id);
        goesOnInOneNewEpoch(epoch);
    }

    @Test
    void aScriptCacheThatIsFlushedIsFilledAgain() {
        start();
        String epoch = one.append("before").epoch();
        redis.command("SCRIPT", "FLUSH");
        goesOnFrom(epoch, true);
        assertThat(one.gaps()).isEmpty();
    }
}
