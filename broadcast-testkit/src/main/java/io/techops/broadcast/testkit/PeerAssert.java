package io.techops.broadcast.testkit;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Peer;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;

/** Assertions about a peer; made by {@link BroadcastAssertions#assertThat(Peer)}. */
public final class PeerAssert extends AbstractAssert<PeerAssert, Peer> {

    PeerAssert(Peer actual) {
        super(actual, PeerAssert.class);
    }

    /**
     * Verifies that the peer is registered.
     *
     * @return this
     * @throws AssertionError if it is no longer registered
     */
    public PeerAssert isRegistered() {
        isNotNull();
        if (!actual.isRegistered()) {
            failWithMessage("Expected %s to be registered, but it has gone", actual);
        }
        return this;
    }

    /**
     * Verifies that the peer is no longer registered.
     *
     * @return this
     * @throws AssertionError if it is registered
     */
    public PeerAssert isNotRegistered() {
        isNotNull();
        if (actual.isRegistered()) {
            failWithMessage("Expected %s to have gone, but it is registered", actual);
        }
        return this;
    }

    /**
     * Verifies the {@linkplain Peer#lag lag} of the peer.
     *
     * @param messages how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public PeerAssert hasLag(long messages) {
        isNotNull();
        return has("lag", actual.lag(), messages);
    }

    /**
     * Verifies how many messages the peer's transport has taken.
     *
     * @param messages how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public PeerAssert hasDelivered(long messages) {
        isNotNull();
        return has("delivered", actual.delivered(), messages);
    }

    /**
     * Verifies how many messages the peer has lost by falling off the log's tail.
     *
     * @param messages how many
     * @return this
     * @throws AssertionError if more or fewer
     */
    public PeerAssert hasMissed(long messages) {
        isNotNull();
        return has("missed", actual.missed(), messages);
    }

    /**
     * Verifies an attribute of the peer.
     *
     * @param key the key of the attribute
     * @param value its value
     * @param <T> the type of the value
     * @return this
     * @throws AssertionError if there is no such attribute, or it has another value
     */
    public <T> PeerAssert hasAttribute(AttributeKey<T> key, T value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        isNotNull();
        T found = actual.attributes().get(key);
        if (!Objects.equals(found, value)) {
            failWithActualExpectedAndMessage(found, value, "Expected attribute %s of %s to be %s, but it is %s",
                    key, actual, value, found);
        }
        return this;
    }

    private PeerAssert has(String name, long found, long expected) {
        if (found != expected) {
            failWithActualExpectedAndMessage(found, expected, "Expected %s of %s to be %d, but it is %d",
                    name, actual, expected, found);
        }
        return this;
    }
}
