package io.techops.broadcast.testkit;

import io.techops.broadcast.HubStats;
import org.assertj.core.api.AbstractAssert;

/** Assertions about a hub's figures; made by {@link BroadcastAssertions#assertThat(HubStats)}. */
public final class HubStatsAssert extends AbstractAssert<HubStatsAssert, HubStats> {

    HubStatsAssert(HubStats actual) {
        super(actual, HubStatsAssert.class);
    }

    /**
     * Verifies how many peers are registered.
     *
     * @param count how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public HubStatsAssert hasPeers(int count) {
        isNotNull();
        return has("peers", actual.peers(), count);
    }

    /**
     * Verifies how many messages were broadcast.
     *
     * @param count how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public HubStatsAssert hasMessages(long count) {
        isNotNull();
        return has("messages", actual.messages(), count);
    }

    /**
     * Verifies how many messages transports have taken, counted once for each peer.
     *
     * @param count how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public HubStatsAssert hasDeliveries(long count) {
        isNotNull();
        return has("deliveries", actual.deliveries(), count);
    }

    /**
     * Verifies how many writes transports have taken.
     *
     * @param count how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public HubStatsAssert hasBatches(long count) {
        isNotNull();
        return has("batches", actual.batches(), count);
    }

    /**
     * Verifies how many messages of peers the policy ignored.
     *
     * @param count how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public HubStatsAssert hasIgnored(long count) {
        isNotNull();
        return has("ignored", actual.ignored(), count);
    }

    /**
     * Verifies that no peer failed and no publisher waited: no message missed, no overflow, no stall, no failure, no
     * wait for room.
     *
     * @return this
     * @throws AssertionError if there was any of that
     */
    public HubStatsAssert hasNoTrouble() {
        isNotNull();
        has("missed", actual.missed(), 0);
        has("overflows", actual.overflows(), 0);
        has("stalls", actual.stalls(), 0);
        has("failures", actual.failures(), 0);
        return has("waits", actual.waits(), 0);
    }

    private HubStatsAssert has(String name, long found, long expected) {
        if (found != expected) {
            failWithActualExpectedAndMessage(found, expected, "Expected %s to be %d, but it is %d, in %s",
                    name, expected, found, actual);
        }
        return this;
    }
}
