package io.techops.broadcast.endpoint;

import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import java.util.Objects;

/**
 * The settings of a {@link BroadcastEndpoint}: what a peer may send, and what of the past it may ask for.
 *
 * <pre>{@code
 * EndpointSettings.standard().maxMessageBytes(16_384).replayLimits(ReplayLimits.standard().replay(50))
 * }</pre>
 *
 * <p>Settings may be added in a later version. Immutable.
 */
public final class EndpointSettings {

    private static final EndpointSettings STANDARD =
            new EndpointSettings(MessagePolicy.DEFAULT_MAX_BYTES, ReplayLimits.standard());

    private final int maxMessageBytes;
    private final ReplayLimits replayLimits;

    private EndpointSettings(int maxMessageBytes, ReplayLimits replayLimits) {
        this.maxMessageBytes = maxMessageBytes;
        this.replayLimits = replayLimits;
    }

    /** {@return the defaults} */
    public static EndpointSettings standard() {
        return STANDARD;
    }

    /**
     * {@return these settings, with another limit for the messages of a peer} It is the size of the container's buffer
     * for a message, whose unit is a byte or a character as the container likes, so it does not make up for
     * {@link MessagePolicy#maxBytes}; a longer message ends the connection with 1009.
     *
     * @param limit at least 1; {@link MessagePolicy#DEFAULT_MAX_BYTES} by default
     * @throws IllegalArgumentException if it is less than 1
     */
    public EndpointSettings maxMessageBytes(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("maxMessageBytes must be at least 1: " + limit);
        }
        return new EndpointSettings(limit, replayLimits);
    }

    /**
     * {@return these settings, with others for what of the past peers may ask for} See {@link BroadcastEndpoint} for
     * what an annotated class says beside.
     *
     * @param bounds {@link ReplayLimits#standard} by default: peers may speak {@code broadcast.v1} and go on where they
     *     were, and ask for nothing else
     */
    public EndpointSettings replayLimits(ReplayLimits bounds) {
        return new EndpointSettings(maxMessageBytes, Objects.requireNonNull(bounds, "bounds"));
    }

    /** {@return what a message of a peer may have} */
    public int maxMessageBytes() {
        return maxMessageBytes;
    }

    /** {@return what of the past peers may ask for} */
    public ReplayLimits replayLimits() {
        return replayLimits;
    }

    @Override
    public String toString() {
        return "maxMessageBytes " + maxMessageBytes + ", " + replayLimits;
    }
}
