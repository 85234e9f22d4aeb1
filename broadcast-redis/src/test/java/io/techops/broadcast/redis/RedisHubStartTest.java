package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testkit.FakeTransport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Hubs that begin before their server is there, late, or without being let in. */
@Timeout(600)
@ParameterizedClass
@EnumSource
class RedisHubStartTest extends HubFaultTest {

    @Test
    void aHubThatStartsLateGoesOnForAClientOfAnother() {
        start();
        Position first = one.peers.get(0).positions().get(0);
        one.broadcast("second", one, two);
        HubNode late = closedAtTheEnd(HubNode.start("late", patient(redis.uri())));
        FakeTransport moved = late.join(Replay.after(first));
        HubNode.goOn(one, two, late);
        assertThat(moved.texts()).startsWith("second");
        assertThat(HubNode.gaps(moved)).isEmpty();
    }

    @Test
    void aHubTakesPeersOnceItsServerIsThereAndLetsItIn() {
        startRedis();
        redis.kill();
        one = HubNode.startAnyway("one", patient(redis.uri()));
        assertThatThrownBy(() -> one.join(Replay.none())).isInstanceOfSatisfying(RefusedException.class,
                refused -> assertThat(refused.refusalCause()).isEqualTo(RefusalCause.BACKPLANE));
        redis.restart();
        assertThat(redis.command("ACL", "SETUSER", "app", "off", ">secret", "~broadcast:*", "resetchannels",
                "&broadcast:*", "+@all")).isEqualTo("OK");
        two = HubNode.startAnyway("two", patient(redis.uri()).credentials("app", "secret"));
        two.awaitAway();
        assertThatThrownBy(() -> two.join(Replay.none())).isInstanceOf(RefusedException.class);
        redis.command("ACL", "SETUSER", "app", "on");
        for (HubNode node : List.of(one, two)) {
            await().atMost(LIMIT).ignoreExceptionsInstanceOf(RefusedException.class)
                    .until(() -> node.join(Replay.none()).isOpen());
        }
        HubNode.goOn(one, two);
    }

    @Test
    void aHubThatIsBuiltWhileTheFirstConnectionIsMadeTakesPeersAtOnceAndFindsNothingAway() {
        startRedis();
        Proxy proxy = closedAtTheEnd(new Proxy(redis.port()));
        proxy.delay(100);
        one = HubNode.startWithoutConnection("one",
                patient(proxy.uri()));
        one.broadcast("first", one);
        assertThat(one.hub.stats().backplane().outages()).isZero();
        one.close();
    }

    @Test
    void aDatabaseThatIsNotThereTakesNoPeersAndEndsCleanly() {
        startRedis();
        one = HubNode.startAnyway("one", patient(redis.uri() + "/99"));
        one.awaitAway();
        assertThat(one.hub.tryBroadcast("x")).isFalse();
        assertThatThrownBy(() -> one.join(Replay.none())).isInstanceOf(RefusedException.class);
    }
}
