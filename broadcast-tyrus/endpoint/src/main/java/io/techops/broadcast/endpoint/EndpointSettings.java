package io.techops.broadcast.endpoint;

import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.stream.Origins;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link BroadcastEndpoint}: which clients may connect, what they may send, their subprotocols, and
 * which earlier messages they may ask for.
 *
 * <pre>{@code
 * EndpointSettings.standard().maxMessageBytes(16_384).replayLimits(ReplayLimits.standard().replay(50))
 * }</pre>
 *
 * <p>Settings may be added in a later version. Immutable.
 */
public final class EndpointSettings {

    private static final EndpointSettings STANDARD = new EndpointSettings(MessagePolicy.DEFAULT_MAX_BYTES,
            ReplayLimits.standard(), List.of(), Set.of(), null, Duration.ofSeconds(10));
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private final int maxMessageBytes;
    private final ReplayLimits replayLimits;
    private final List<String> subprotocols;
    private final Set<String> listed;
    private final Origins origins;
    private final @Nullable HandshakePolicy policy;
    private final Duration handshakeTimeout;

    private EndpointSettings(int maxMessageBytes, ReplayLimits replayLimits, List<String> subprotocols,
            Set<String> listed, @Nullable HandshakePolicy policy, Duration handshakeTimeout) {
        this.maxMessageBytes = maxMessageBytes;
        this.replayLimits = replayLimits;
        this.subprotocols = subprotocols;
        this.listed = listed;
        this.origins = new Origins(listed);
        this.policy = policy;
        this.handshakeTimeout = handshakeTimeout;
    }

    /** {@return the defaults} */
    public static EndpointSettings standard() {
        return STANDARD;
    }

    /**
     * {@return these settings, with another limit for the messages of a peer} This is the size of the container's
     * buffer for one message, whose unit is a byte or a character depending on the container; it does not replace
     * {@link MessagePolicy#maxBytes}. A larger message ends the connection with 1009.
     *
     * @param maxMessageBytes at least 1; {@link MessagePolicy#DEFAULT_MAX_BYTES} by default
     * @throws IllegalArgumentException if it is less than 1
     */
    public EndpointSettings maxMessageBytes(int maxMessageBytes) {
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("maxMessageBytes must be at least 1: " + maxMessageBytes);
        }
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with other limits for the earlier messages that clients may ask for} {@link
     * BroadcastEndpoint} says what an annotated class needs in addition.
     *
     * @param replayLimits {@link ReplayLimits#standard} by default: clients may use {@code broadcast.v1} and resume,
     *     but not ask for other earlier messages
     */
    public EndpointSettings replayLimits(ReplayLimits replayLimits) {
        return new EndpointSettings(maxMessageBytes, Objects.requireNonNull(replayLimits, "replayLimits"),
                subprotocols, listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with one more subprotocol of the application (RFC 6455 section 1.9)} Unless a policy
     * selects another one, the first subprotocol in the order of these calls that the client offers is selected, before
     * {@code broadcast.v1}; the peer is then not told positions. {@link BroadcastEndpoint#config} supports this; an
     * annotated class has to list its subprotocols in its annotation, or name an {@link EndpointConfigurator}.
     *
     * @param subprotocol letters, digits and <code>!#$%&amp;'*+-.^_`|~</code>; none by default
     * @throws IllegalArgumentException if it has another character, is empty, or is {@code broadcast.v1}, for which
     *     there is {@link #replayLimits}
     */
    public EndpointSettings subprotocol(String subprotocol) {
        if (!TOKEN.matcher(subprotocol).matches() || subprotocol.equals(NumberedFormat.SUBPROTOCOL)) {
            throw new IllegalArgumentException("subprotocol must be a token (RFC 9110 section 5.6.2), and not "
                    + NumberedFormat.SUBPROTOCOL + ": " + subprotocol);
        }
        Set<String> more = new LinkedHashSet<>(subprotocols);
        more.add(subprotocol);
        return new EndpointSettings(maxMessageBytes, replayLimits, List.copyOf(more), listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with one more origin whose pages may connect (RFC 6455 section 10.2)} If there is at
     * least one, pages of all other origins get 403 from the container, and 404 from Undertow. This includes pages of
     * the same host, because Jakarta WebSocket does not provide the host name for this check. A client that sends no
     * origin is not a browser, and may connect.
     *
     * @param origin {@code scheme://host}, {@code scheme://host:port}, or, for a scheme other than {@code http} and
     *     {@code https}, {@code scheme://} alone; the string {@code null} for pages that send {@code null}, such as
     *     those that a browser opens from a file; {@code *} for any origin. By default none is listed, and every origin
     *     may connect
     * @throws IllegalArgumentException if it is none of these
     */
    public EndpointSettings allowOrigin(String origin) {
        Set<String> more = new LinkedHashSet<>(listed);
        more.add(Origins.checked(origin));
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, Collections.unmodifiableSet(more),
                policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with a policy that decides which clients become peers} As in {@code BroadcastServer},
     * the policy is asked about every handshake, and sets attributes, the subprotocol, the replay and headers of the
     * answer. Two things differ because of Jakarta WebSocket:
     *
     * <ul>
     *   <li>The policy is called on a thread of the container, and that thread also waits for a decision that is made
     *       {@link io.techops.broadcast.handshake.Decision#later later}. A policy that blocks is not interrupted.
     *   <li>Without a {@code HandshakeFilter}, a refused handshake is answered with 101, and the session is closed
     *       before it becomes a peer, with the reason: with code 1013 for status 429 and for status 500 and above, and
     *       with 1008 for any other status. The headers of the refusal are not sent. If the policy throws or is late,
     *       the session is closed with 1013.
     * </ul>
     *
     * <p>{@link BroadcastEndpoint#config} supports this; an annotated class has to name an {@link
     * EndpointConfigurator}.
     *
     * @param policy the policy; {@code null}, the default, accepts every client
     */
    public EndpointSettings handshakePolicy(@Nullable HandshakePolicy policy) {
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with another limit for how long a pending decision may take}
     *
     * @param handshakeTimeout 10 seconds by default; from 1 millisecond to a day
     * @throws IllegalArgumentException if it is not from 1 millisecond to a day
     */
    public EndpointSettings handshakeTimeout(Duration handshakeTimeout) {
        if (handshakeTimeout.compareTo(Duration.ofMillis(1)) < 0
                || handshakeTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("handshakeTimeout must be from 1 ms to 1 day: " + handshakeTimeout);
        }
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, listed, policy, handshakeTimeout);
    }

    /** {@return the limit for the messages of a peer} */
    public int maxMessageBytes() {
        return maxMessageBytes;
    }

    /** {@return the limits for the earlier messages that clients may ask for} */
    public ReplayLimits replayLimits() {
        return replayLimits;
    }

    /** {@return the subprotocols of the application, the preferred one first; unmodifiable} */
    public List<String> subprotocols() {
        return subprotocols;
    }

    /** {@return the origins whose pages may connect; empty if every origin may; unmodifiable} */
    public Set<String> allowedOrigins() {
        return listed;
    }

    /** {@return the policy that decides which clients become peers; null if there is none} */
    public @Nullable HandshakePolicy handshakePolicy() {
        return policy;
    }

    /** {@return how long a pending decision may take} */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /** {@return whether pages of an origin may connect} */
    boolean allows(@Nullable String origin) {
        return listed.isEmpty() || origins.allows(origin, null);
    }

    /** {@return whether some clients may not become peers} */
    boolean isGuarded() {
        return policy != null || !listed.isEmpty();
    }

    /** {@return whether a decision by {@code others} is also one by these settings} */
    boolean isGuardedBy(EndpointSettings others) {
        return !isGuarded() || policy == others.policy && listed.equals(others.listed);
    }

    @Override
    public String toString() {
        return "maxMessageBytes " + maxMessageBytes + ", " + replayLimits
                + (subprotocols.isEmpty() ? "" : ", subprotocols " + subprotocols)
                + (listed.isEmpty() ? "" : ", origins " + listed)
                + (policy == null ? "" : ", a handshake policy within " + handshakeTimeout);
    }
}
