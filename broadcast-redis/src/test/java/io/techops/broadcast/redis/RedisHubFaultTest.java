package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a server, a network or a process can do to hubs. After each fault all peers of all hubs have one order, and what
 * was lost is told.
 */
@Timeout(600)
@ParameterizedClass
@EnumSource
class RedisHubFaultTest extends HubFaultTest {

    @Test
    void aServerThatStandsStillHoldsHubsBackAndLosesNothing() {
        startRedis();
        startHubs(impatient(redis.uri()), impatient(redis.uri()));
        redis.standStill();
        one.awaitAway();
        two.awaitAway();
        one.holdsOn();
        two.holdsOn();
        redis.goOn();
        HubNode.goOn(one, two);
        nothingIsTold();
        assertThat(two.peers.get(0).texts()).doesNotContain("refused", "refused, too");
    }

    @Test
    void aServerThatIsRestartedEmptyIsToldToEveryPeer() {
        start();
        redis.kill();
        one.awaitAway();
        two.awaitAway();
        one.holdsOn();
        redis.restart();
        HubNode.goOn(one, two);
        everyPeerIsTold(GapReason.EPOCH);
        assertThat(one.hub.stats().backplane().epochs()).isOne();
    }

    @Test
    void aServerThatIsRestartedWithAnOlderDumpGivesNoPositionTwice() {
        start();
        assertThat(redis.command("SAVE")).isEqualTo("OK");
        for (int i = 0; i < 10; i++) {
            one.broadcast("lost " + i, one, two);
        }
        Position last = one.hub.stats().position();
        redis.kill();
        redis.restart();
        HubNode.goOn(one, two);
        everyPeerIsTold(GapReason.EPOCH);
        FakeTransport back = two.join(Replay.after(last));
        HubNode.goOn(one, two);
        assertThat(HubNode.gaps(back)).extracting(StreamEvent.Gap::reason).containsExactly(GapReason.EPOCH);
        assertThat(back.texts()).noneMatch(text -> text.startsWith("lost"));
    }

    @Test
    void aReplicaThatSentinelPromotesWhileWritesAreLostIsToldToEveryPeer() {
        startRedis();
        RedisProcess replica = closedAtTheEnd(
                RedisProcess.start(binary, "replicaof 127.0.0.1 " + redis.port()));
        RedisProcess sentinel = closedAtTheEnd(RedisProcess.sentinel(binary, redis));
        await().atMost(LIMIT).until(() -> replica.info("replication", "master_link_status").equals("up"));
        await().atMost(LIMIT).until(() -> sentinel.command("SENTINEL", "replicas", "mymaster")
                .contains(Integer.toString(replica.port())));
        startHubs("redis-sentinel://127.0.0.1:" + sentinel.port() + "#mymaster");
        await().atMost(LIMIT).until(() -> replica.info("replication", "slave_repl_offset")
                .equals(redis.info("replication", "master_repl_offset")));
        replica.standStill();
        one.broadcast("lost", one, two);
        redis.kill();
        one.awaitAway();
        one.holdsOn();
        replica.goOn();
        sentinel.failsOver();
        replica.awaitPromotion();
        HubNode.goOn(one, two);
        everyPeerIsTold(GapReason.EPOCH);
        one.close();
        two.close();
        await().atMost(LIMIT).until(() -> !replica.command("CLIENT", "LIST").matches("(?s).* name=(one|two) .*"));
    }

    @Test
    void aNetworkThatIsSlowAndCutsLosesNothing() {
        startRedis();
        Proxy proxy = closedAtTheEnd(new Proxy(redis.port()));
        startHubs(patient(proxy.uri()), patient(redis.uri()));
        for (int i = 0; i < 100; i++) {
            proxy.delay(i % 20 < 10 ? 5 : 0);
            one.hub.tryBroadcast("one " + i);
            two.hub.tryBroadcast("two " + i);
            if (i % 10 == 9) {
                proxy.cut();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(15));
        }
        one.broadcast("one at last", one, two);
        two.broadcast("two at last", one, two);
        HubNode.goOn(one, two);
        nothingIsTold();
        assertThat(one.hub.stats().backplane().unconfirmed()).isZero();
        one.close();
    }

    @Test
    void aNetworkThatLosesEverythingHoldsOnlyItsOwnHubBack() {
        startRedis();
        Proxy proxy = closedAtTheEnd(new Proxy(redis.port()));
        startHubs(impatient(proxy.uri()), patient(redis.uri()));
        proxy.blackHole(true);
        two.broadcast("meanwhile", two);
        one.awaitAway();
        one.holdsOn();
        assertThat(one.peers.get(0).texts()).containsExactly("first");
        proxy.blackHole(false);
        HubNode.goOn(one, two);
        nothingIsTold();
        assertThat(one.peers.get(0).texts()).contains("meanwhile");
        one.close();
    }

    @Test
    void aProcessThatIsStoppedForLongerThanTheRetentionTellsItsPeersHowMuchIsMissing() throws Exception {
        start();
        int published = 500;
        int kept = 10;
        try (HubProcess stopped = new HubProcess(redis.uri(), "stopped")) {
            stopped.awaitLine("open .*");
            one.broadcast("before", one, two);
            stopped.awaitLine("text \\S+ before");
            stopped.signal("STOP");
            redis.command("CLIENT", "KILL", "ID", redis.clientNamed("stopped")); // as keepalive does after a while
            for (int i = 1; i < published; i++) {
                one.hub.broadcast("missed " + i);
            }
            one.broadcast("missed at last", one, two);
            redis.command("XTRIM", "broadcast:{" + HubNode.LOG + "}:log", "MAXLEN", Integer.toString(kept));
            stopped.signal("CONT");
            stopped.awaitLine("gap .* evicted " + (published - kept));
            one.broadcast("afterwards", one, two);
            stopped.awaitLine("text \\S+ afterwards");
            assertThat(stopped.lines().stream().filter(line -> line.contains(" missed "))).hasSize(kept);
        }
        HubNode.goOn(one, two);
        nothingIsTold();
    }

    /** Redis cuts off who does not read what is pushed to it. */
    @Test
    void aProcessThatIsCutOffAsItReadsTooLittleMissesNothing() throws Exception {
        startRedis("client-output-buffer-limit pubsub 2mb 0 0");
        startHubs(redis.uri());
        try (HubProcess stopped = new HubProcess(redis.uri(), "stopped")) {
            stopped.awaitLine("open .*");
            stopped.signal("STOP");
            int count = 0;
            String large = "x".repeat(128 << 10);
            while (redis.command("CLIENT", "LIST").contains(" name=stopped ")) {
                one.broadcast(count++ + " " + large, one);
                assertThat(count).as("more than the kernel takes, less than Redis keeps").isLessThan(240);
            }
            stopped.signal("CONT");
            one.broadcast("afterwards", one, two);
            stopped.awaitLine("text \\S+ afterwards");
            assertThat(stopped.lines().stream().filter(line -> line.endsWith("x"))).hasSize(count);
            assertThat(stopped.lines()).noneMatch(line -> line.startsWith("gap"));
        }
        HubNode.goOn(one, two);
        nothingIsTold();
    }

    @Test
    void aServerWithoutMemoryHoldsPublishersBackAndPeersStay() {
        start("maxmemory-policy noeviction");
        redis.command("CONFIG", "SET", "maxmemory", "1");
        assertThat(one.hub.tryBroadcast("waits in the outbox")).isTrue();
        one.awaitAway();
        one.holdsOn();
        redis.command("CONFIG", "SET", "maxmemory", "0");
        HubNode.goOn(one, two);
        nothingIsTold();
        assertThat(two.peers.get(0).texts()).contains("waits in the outbox");
    }

    @Test
    void scriptsThatAreFlushedAreNotNoticed() {
        startRedis();
        startHubs(redis.uri());
        assertThat(redis.command("SCRIPT", "FLUSH")).isEqualTo("OK");
        HubNode.goOn(one, two);
        nothingIsTold();
        assertThat(one.hub.stats().backplane().outages()).isZero();
    }
}
